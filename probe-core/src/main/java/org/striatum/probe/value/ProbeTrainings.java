package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.striatum.probe.run.Heartbeat;

/// Many probes trained at once: those of all hook points, targets and seeds.
///
/// Each is trained on one thread with products that stay on it. So no probe waits for another, as the threads of one
/// product wait for each other at its end (these products are small), and each is bit for bit the one that is trained alone.
public final class ProbeTrainings {
  private static final long LISTEN_MILLIS = 500;

  private ProbeTrainings() {}

  /// Trains one on the calling thread.
  static ValueProbeFit one(ProbeJob job) {
    try (HeapProducts.OneThread _ = HeapProducts.oneThread()) {
      return ValueProbeTrainer.train(job, Heartbeat::beat);
    }
  }

  /// Trains all of them, as many at once as there are processors.
  ///
  /// @param each called on this thread when one is finished
  /// @return in the order of the jobs
  /// @throws IllegalArgumentException if a state holds NaN or ∞
  public static List<ValueProbeFit> all(List<ProbeJob> jobs, Runnable each) {
    AtomicLong passes = new AtomicLong();
    int threads = Math.clamp(jobs.size(), 1, Runtime.getRuntime().availableProcessors());
    try (HeapProducts.OneThread _ = HeapProducts.oneThread();
        ExecutorService pool = Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("probe-", 0).factory())) {
      List<Future<ValueProbeFit>> running = jobs.stream()
          .map(job -> pool.submit(() -> ValueProbeTrainer.train(job, passes::incrementAndGet))).toList();
      try {
        List<ValueProbeFit> fits = new ArrayList<>();
        for (Future<ValueProbeFit> fit : running) {
          fits.add(finished(fit, passes));
          each.run();
        }
        return fits;
      } finally {
        pool.shutdownNow();
      }
    }
  }

  /// Waits for a fit, and says meanwhile that passes are made.
  private static ValueProbeFit finished(Future<ValueProbeFit> fit, AtomicLong passes) {
    long heard = -1;
    while (true) {
      try {
        return fit.get(LISTEN_MILLIS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException _) {
        if (passes.get() != heard) {
          heard = passes.get();
          Heartbeat.beat();
        }
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case RuntimeException refused -> throw refused;
          case Error error -> throw error;
          default -> throw new IllegalStateException(failed.getCause());
        }
      } catch (InterruptedException stopped) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("stopped while probes were trained", stopped);
      }
    }
  }
}
