package org.striatum.hooks.onnx;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/// How weights are held while a graph runs.
public enum Memory {
  /// Weights are widened to F32 and packed once: a copy in memory, the fastest matrix products.
  FAST,
  /// Weights stay in the mapped file: opens at once in little memory, multiplies slower.
  LOW;

  private static final long SMALL = 512L << 20;
  /// Of this machine's memory that a widened copy may take.
  private static final double SHARE = 0.25;

  /// Fast for small checkpoints, low for the rest.
  ///
  /// @param weightBytes bytes of all weights on disk
  public static Memory fitting(long weightBytes) {
    return weightBytes <= SMALL ? FAST : LOW;
  }

  /// For a graph that runs once per token, which repays a copy within seconds: fast wherever that takes no more than a
  /// quarter of the machine's memory.
  ///
  /// @param weightBytes bytes of all weights on disk
  static Memory whileGenerating(long weightBytes) {
    return fitting(weightBytes) == FAST || 2.0 * weightBytes <= SHARE * machine() ? FAST : LOW;
  }

  /// Bytes of memory that this machine, or the container, has; 0 where the system does not say.
  private static long machine() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? system.getTotalMemorySize()
        : 0;
  }
}
