package org.striatum.probe.value;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import java.util.concurrent.locks.ReentrantLock;
import org.striatum.probe.run.Offline;

/// PyTorch's record of operations, from which gradients are computed. DJL allows one at a time in a process: a second thread
/// waits here until the first has closed its own.
public final class GradientTape implements AutoCloseable {
  private static final ReentrantLock ONE_AT_A_TIME = new ReentrantLock();

  private final GradientCollector collector;

  private GradientTape(GradientCollector collector) {
    this.collector = collector;
  }

  /// Begins to record what this thread computes.
  public static GradientTape start() {
    Offline.djl();
    ONE_AT_A_TIME.lock();
    try {
      return new GradientTape(Engine.getEngine("PyTorch").newGradientCollector());
    } catch (RuntimeException | Error failed) {
      ONE_AT_A_TIME.unlock();
      throw failed;
    }
  }

  /// Adds the derivatives of a loss to the gradients of what it was computed from.
  public void backward(NDArray loss) {
    collector.backward(loss);
  }

  @Override
  public void close() {
    try {
      collector.close();
    } finally {
      ONE_AT_A_TIME.unlock();
    }
  }
}
