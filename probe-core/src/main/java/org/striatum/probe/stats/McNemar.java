package org.striatum.probe.stats;

import smile.stat.distribution.BinomialDistribution;

/// The exact test on paired successes: do `b` and `c`, the two kinds of disagreement, come from a fair coin?
///
///     p = min(1, 2 · P[Binomial(b + c, 1/2) ≤ min(b, c)])
///
/// (McNemar 1947, exact form.)
public final class McNemar {
  private McNemar() {}

  /// Exact two-sided p; 1 without a disagreement.
  ///
  /// @param b pairs right before and wrong after
  /// @param c pairs wrong before and right after
  /// @throws IllegalArgumentException on a negative count
  public static double exact(int b, int c) {
    if (b < 0 || c < 0) {
      throw new IllegalArgumentException("counts of disagreement must be ≥ 0, found " + b + " and " + c);
    }
    int n = b + c;
    int least = Math.min(b, c);
    // Summed from the largest term down: Smile's cdf is exact to nine digits only.
    double term = Math.exp(new BinomialDistribution(n, 0.5).logp(least));
    double tail = 0;
    for (int k = least; k >= 0; k--) {
      tail += term;
      term *= k / (n - k + 1.0);
    }
    return Math.min(1, 2 * tail);
  }
}
