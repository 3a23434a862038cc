package org.striatum.probe.run;

/// Tells somebody how far long work has come. Implementations may be called from one thread only.
public interface Progress {
  /// Nobody listens.
  Progress NONE = (_, _, _) -> Task.SILENT;

  /// Begins a task of `total` units, named for a reader: `start("rollouts", 2400, "rollout")`.
  Task start(String name, long total, String unit);

  /// Goes on with a task of which `done` units were done before.
  default Task resume(String name, long total, long done, String unit) {
    Task task = start(name, total, unit);
    if (done > 0) {
      task.step(done);
    }
    return task;
  }

  /// One piece of work under way; closing it ends its line.
  interface Task extends AutoCloseable {
    Task SILENT = _ -> {};

    void step(long units);

    @Override
    default void close() {}
  }
}
