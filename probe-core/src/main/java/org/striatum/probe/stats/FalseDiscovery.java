package org.striatum.probe.stats;

/// Control of the false discovery rate over a family of tests.
public final class FalseDiscovery {
  private FalseDiscovery() {}

  /// Adjusted p-values: rejecting where q ≤ α keeps the expected share of false rejections at α.
  ///
  ///     q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎ · m / j
  ///
  /// (Benjamini and Hochberg 1995, step-up; independent or positively dependent tests.)
  ///
  /// @param p (m), each in [0, 1]
  /// @return q in the order of p: (m)
  /// @throws IllegalArgumentException on a value outside [0, 1]
  public static double[] benjaminiHochberg(double[] p) {
    for (double value : p) {
      if (!(value >= 0 && value <= 1)) {
        throw new IllegalArgumentException("a p-value must be in [0, 1], found " + value);
      }
    }
    int[] order = Ranks.order(p);
    double[] q = new double[p.length];
    double least = 1;
    for (int k = p.length - 1; k >= 0; k--) {
      least = Math.min(least, p[order[k]] * p.length / (k + 1));
      q[order[k]] = least;
    }
    return q;
  }
}
