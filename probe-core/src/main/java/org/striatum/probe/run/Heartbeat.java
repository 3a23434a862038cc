package org.striatum.probe.run;

import java.util.concurrent.Callable;

/// Signs of life, for whoever watches a process and would end it if it hung: work beats whenever it has come a step
/// further, be it a task's progress or one run of a model. Costs nothing where nobody listens. Only work on the thread
/// that began is heard.
public final class Heartbeat {
  private static final ScopedValue<Runnable> LISTENER = ScopedValue.newInstance();

  private Heartbeat() {}

  /// Does work whose beats `listener` hears.
  ///
  /// @throws Exception what the work throws
  public static <T> T heardBy(Runnable listener, Callable<T> work) throws Exception {
    return ScopedValue.where(LISTENER, listener).call(work::call);
  }

  /// Says that work goes on.
  public static void beat() {
    if (LISTENER.isBound()) {
      LISTENER.get().run();
    }
  }
}
