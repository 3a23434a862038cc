package org.striatum.probe.value;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.striatum.probe.run.Heartbeat;
import org.striatum.probe.run.ParallelWork;

/// Many probes trained at once: those of all hook points, targets and seeds.
///
/// Each is trained on one thread with products that stay on it. So no probe waits for another, as the threads of one
/// product wait for each other at its end (these products are small), and each is bit for bit the one that is trained alone.
public final class ProbeTrainings {
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
    try (HeapProducts.OneThread _ = HeapProducts.oneThread()) {
      return ParallelWork.all(jobs, ParallelWork.threads(jobs.size()),
          job -> ValueProbeTrainer.train(job, Heartbeat::beat), each);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // training reads nothing
    }
  }
}
