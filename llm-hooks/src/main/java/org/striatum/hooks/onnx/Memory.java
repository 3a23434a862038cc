package org.striatum.hooks.onnx;

/// How weights are held while a graph runs.
public enum Memory {
  /// Weights are widened to F32 and packed once: a copy in memory, the fastest products.
  FAST,
  /// Weights stay in the mapped file: opens at once in little memory, multiplies slower.
  LOW;

  private static final long SMALL = 512L << 20;

  /// Fast for small checkpoints, low for the rest.
  ///
  /// @param weightBytes bytes of all weights on disk
  public static Memory fitting(long weightBytes) {
    return weightBytes <= SMALL ? FAST : LOW;
  }
}
