package org.striatum.probe.stats;

import java.util.Arrays;

/// Control of the chance of any false rejection in a small family of tests.
public final class FamilyWise {
  private FamilyWise() {}

  /// Adjusted p-values: rejecting where the adjusted p ≤ α keeps the chance of any false rejection at α, however the tests
  /// depend on each other.
  ///
  ///     p̃₍ᵢ₎ = min(1, max over j ≤ i of (m − j + 1) · p₍ⱼ₎)
  ///
  /// (Holm 1979, step-down.)
  ///
  /// @param p (m), each in [0, 1]
  /// @return adjusted, in the order of p: (m)
  /// @throws IllegalArgumentException on a value outside [0, 1]
  public static double[] holm(double[] p) {
    Arrays.stream(p).filter(value -> !(value >= 0 && value <= 1)).findFirst().ifPresent(value -> {
      throw new IllegalArgumentException("a p-value must be in [0, 1], found " + value);
    });
    int[] order = Ranks.order(p);
    double[] adjusted = new double[p.length];
    double most = 0;
    for (int k = 0; k < p.length; k++) {
      most = Math.max(most, Math.min(1, (p.length - k) * p[order[k]]));
      adjusted[order[k]] = most;
    }
    return adjusted;
  }
}
