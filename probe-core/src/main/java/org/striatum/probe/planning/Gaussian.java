package org.striatum.probe.planning;

import smile.stat.distribution.GaussianDistribution;

/// The standard normal distribution.
final class Gaussian {
  /// The upper quantile of a two-sided test at 5 %.
  static final double TWO_SIDED = quantile(0.975);

  private Gaussian() {}

  /// Φ(x).
  static double cdf(double x) {
    return GaussianDistribution.getInstance().cdf(x);
  }

  /// φ(x).
  static double density(double x) {
    return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  /// Φ⁻¹(q).
  static double quantile(double q) {
    return GaussianDistribution.getInstance().quantile(q);
  }
}
