package org.striatum.probe.stats;

import smile.math.special.Beta;

/// Spearman's rank correlation and its partial form. Undefined (NaN) where a variable is constant.
///
/// @param rho in [−1, 1]
/// @param p two-sided, by Student's t with `degrees` degrees of freedom
/// @param degrees n − 2 − (independent covariates)
public record Spearman(double rho, double p, int degrees) {
  private static final Spearman UNDEFINED = new Spearman(Double.NaN, Double.NaN, 0);

  /// Pearson's correlation of the mid-ranks.
  ///
  /// @throws IllegalArgumentException on different lengths, fewer than 3 items or NaN
  public static Spearman of(double[] x, double[] y) {
    return partial(x, y, new double[0][]);
  }

  /// Correlation of the mid-ranks of x and y after the mid-ranks of the covariates, and a constant, are regressed out
  /// of both. A covariate that others determine costs no degree of freedom.
  ///
  /// @param given covariates: (k, n)
  /// @throws IllegalArgumentException on different lengths, fewer than k + 3 items or NaN
  public static Spearman partial(double[] x, double[] y, double[]... given) {
    int n = x.length;
    if (y.length != n || n < given.length + 3) {
      throw new IllegalArgumentException(
          "rank correlation given " + given.length + " covariates needs two samples of one "
              + "length ≥ " + (given.length + 3) + ", found " + n + " and " + y.length);
    }
    double[] u = centred(Ranks.of(x));
    double[] v = centred(Ranks.of(y));
    double uBefore = dot(u, u);
    double vBefore = dot(v, v);
    double[][] basis = new double[given.length][]; // orthogonal, by Gram–Schmidt
    int rank = 0;
    for (double[] z : given) {
      if (z.length != n) {
        throw new IllegalArgumentException("a covariate must have " + n + " items, found " + z.length);
      }
      double[] q = centred(Ranks.of(z));
      double before = dot(q, q);
      // Twice is enough (Kahan): the second pass removes what rounding left of the first.
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < rank; k++) {
          removeFrom(q, basis[k]);
        }
      }
      if (dot(q, q) > 1e-12 * before) {
        basis[rank++] = q;
      }
    }
    for (int pass = 0; pass < 2; pass++) {
      for (int k = 0; k < rank; k++) {
        removeFrom(u, basis[k]);
        removeFrom(v, basis[k]);
      }
    }
    if (!(dot(u, u) > 1e-12 * uBefore && dot(v, v) > 1e-12 * vBefore)) {
      return UNDEFINED;
    }
    double rho = Math.clamp(dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v)), -1, 1);
    int degrees = n - 2 - rank;
    double p = Math.abs(rho) == 1
        ? 0
        : Beta.regularizedIncompleteBetaFunction(0.5 * degrees, 0.5, 1 - rho * rho);
    return new Spearman(rho, p, degrees);
  }

  private static double[] centred(double[] ranks) {
    double mean = (ranks.length + 1) / 2.0;
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] -= mean;
    }
    return ranks;
  }

  private static void removeFrom(double[] x, double[] q) {
    double along = dot(x, q) / dot(q, q);
    for (int i = 0; i < x.length; i++) {
      x[i] -= along * q[i];
    }
  }

  private static double dot(double[] x, double[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
