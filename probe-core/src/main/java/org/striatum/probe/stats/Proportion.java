package org.striatum.probe.stats;

import java.util.Locale;
import smile.math.special.Beta;

/// How many of n, with the exact 95 % interval of a binomial share (Clopper and Pearson 1934).
///
/// @param hits in [0, n]
/// @param n ≥ 1
public record Proportion(int hits, int n) {
  private static final double TAIL = 0.025;
  private static final int BISECTIONS = 60;

  public Proportion {
    if (n < 1 || hits < 0 || hits > n) {
      throw new IllegalArgumentException("hits must be in [0, n] and n ≥ 1, found " + hits + " of " + n);
    }
  }

  /// The smallest share that gives this many hits or more with a chance of 2.5 %.
  public double low() {
    return hits == 0 ? 0 : share(TAIL, hits, n - hits + 1.0);
  }

  /// The largest share that gives this many hits or fewer with a chance of 2.5 %.
  public double high() {
    return hits == n ? 1 : share(1 - TAIL, hits + 1.0, n - hits);
  }

  /// Where the distribution function of Beta(a, b) reaches `probability`.
  private static double share(double probability, double a, double b) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      double middle = (low + high) / 2;
      if (Beta.regularizedIncompleteBetaFunction(a, b, middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }

  /// Half the interval's width: how far the true share may lie from what was counted, about.
  public double within() {
    return (high() - low()) / 2;
  }

  /// `3 of 10 [0.07, 0.65]`.
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d of %d [%.2f, %.2f]", hits, n, low(), high());
  }
}
