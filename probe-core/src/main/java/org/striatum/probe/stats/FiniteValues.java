package org.striatum.probe.stats;

/// States with NaN or ∞ are left out of every figure.
public final class FiniteValues {
  private FiniteValues() {}

  /// Whether `count` values from `from` on are numbers.
  public static boolean only(float[] values, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (!Float.isFinite(values[i])) {
        return false;
      }
    }
    return true;
  }
}
