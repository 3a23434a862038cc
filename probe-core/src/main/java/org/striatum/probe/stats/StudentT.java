package org.striatum.probe.stats;

import smile.math.special.Beta;
import smile.stat.distribution.TDistribution;

/// Tails of Student's t, through the incomplete beta function: Smile's own `cdf` is coarser.
final class StudentT {
  private StudentT() {}

  /// P[T > t].
  static double upperTail(double t, int degrees) {
    double half = twoSided(t, degrees) / 2;
    return t > 0 ? half : 1 - half;
  }

  /// P[|T| > |t|]; NaN for a NaN t.
  static double twoSided(double t, int degrees) {
    if (Double.isNaN(t)) {
      return Double.NaN;
    }
    return Double.isInfinite(t)
        ? 0
        : Beta.regularizedIncompleteBetaFunction(0.5 * degrees, 0.5,
            degrees / (degrees + t * t));
  }

  /// The t below which T lies with probability q.
  static double quantile(double q, int degrees) {
    return new TDistribution(degrees).quantile(q);
  }
}
