package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.striatum.probe.run.NotEnoughData;
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
  /// @throws NotEnoughData with fewer than 3 items
  /// @throws IllegalArgumentException on different lengths or NaN
  public static Spearman of(double[] x, double[] y) {
    return partial(x, y, new double[0][]);
  }

  /// Correlation of the mid-ranks of x and y after the mid-ranks of the covariates, and a constant, are regressed out
  /// of both. A covariate that others determine costs no degree of freedom.
  ///
  /// @param given covariates: (k, n)
  /// @throws NotEnoughData with fewer than k + 3 items
  /// @throws IllegalArgumentException on different lengths or NaN
  public static Spearman partial(double[] x, double[] y, double[]... given) {
    int n = x.length;
    if (y.length != n) {
      throw new IllegalArgumentException(
          "rank correlation needs two samples of one length, found " + n + " and " + y.length);
    }
    NotEnoughData.require("rank correlation given " + given.length + " covariates", "items", n, given.length + 3L);
    double[] u = centred(Ranks.of(x));
    double[] v = centred(Ranks.of(y));
    double uBefore = DotProduct.of(u, u);
    double vBefore = DotProduct.of(v, v);
    double[][] basis = new double[given.length][]; // orthogonal, by Gram–Schmidt
    int rank = 0;
    for (double[] z : given) {
      if (z.length != n) {
        throw new IllegalArgumentException("a covariate must have " + n + " items, found " + z.length);
      }
      double[] q = centred(Ranks.of(z));
      double before = DotProduct.of(q, q);
      // Twice is enough (Kahan): the second pass removes what rounding left of the first.
      for (int pass = 0; pass < 2; pass++) {
        for (int k = 0; k < rank; k++) {
          removeFrom(q, basis[k]);
        }
      }
      if (DotProduct.of(q, q) > 1e-12 * before) {
        basis[rank++] = q;
      }
    }
    for (int pass = 0; pass < 2; pass++) {
      for (int k = 0; k < rank; k++) {
        removeFrom(u, basis[k]);
        removeFrom(v, basis[k]);
      }
    }
    if (!(DotProduct.of(u, u) > 1e-12 * uBefore && DotProduct.of(v, v) > 1e-12 * vBefore)) {
      return UNDEFINED;
    }
    double rho = Math.clamp(DotProduct.of(u, v) / Math.sqrt(DotProduct.of(u, u) * DotProduct.of(v, v)), -1, 1);
    int degrees = n - 2 - rank;
    double p = Math.abs(rho) == 1
        ? 0
        : Beta.regularizedIncompleteBetaFunction(0.5 * degrees, 0.5, 1 - rho * rho);
    return new Spearman(rho, p, degrees);
  }

  /// ρ as a function of the items taken (repeats allowed), for resampling: both samples are sorted once, and each call
  /// costs O(n) by counting. The function is not thread-safe.
  ///
  /// @throws IllegalArgumentException on different lengths or NaN
  public static ToDoubleFunction<int[]> over(double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "rank correlation needs two samples of one length, found " + x.length + " and " + y.length);
    }
    int[] levelX = levels(x);
    int[] levelY = levels(y);
    double[] rankX = new double[x.length];
    double[] rankY = new double[y.length];
    return items -> {
      midRanks(levelX, items, rankX);
      midRanks(levelY, items, rankY);
      double mean = (items.length + 1) / 2.0;
      double xx = 0;
      double yy = 0;
      double xy = 0;
      for (int i : items) {
        double u = rankX[levelX[i]] - mean;
        double v = rankY[levelY[i]] - mean;
        xx += u * u;
        yy += v * v;
        xy += u * v;
      }
      return xx > 0 && yy > 0 ? Math.clamp(xy / Math.sqrt(xx * yy), -1, 1) : Double.NaN;
    };
  }

  /// Item → position of its value among the distinct ones.
  private static int[] levels(double[] values) {
    int[] order = Ranks.order(values);
    int[] level = new int[values.length];
    for (int k = 1; k < order.length; k++) {
      level[order[k]] = level[order[k - 1]] + (values[order[k]] == values[order[k - 1]] ? 0 : 1);
    }
    return level;
  }

  /// The mid-rank of each level among the items taken, into `ranks`.
  private static void midRanks(int[] level, int[] items, double[] ranks) {
    Arrays.fill(ranks, 0);
    for (int i : items) {
      ranks[level[i]]++;
    }
    double below = 0;
    for (int l = 0; l < ranks.length; l++) {
      double here = ranks[l];
      ranks[l] = below + (here + 1) / 2;
      below += here;
    }
  }

  private static double[] centred(double[] ranks) {
    double mean = (ranks.length + 1) / 2.0;
    for (int i = 0; i < ranks.length; i++) {
      ranks[i] -= mean;
    }
    return ranks;
  }

  private static void removeFrom(double[] x, double[] q) {
    double along = DotProduct.of(x, q) / DotProduct.of(q, q);
    for (int i = 0; i < x.length; i++) {
      x[i] -= along * q[i];
    }
  }
}
