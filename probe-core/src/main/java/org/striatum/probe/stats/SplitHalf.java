package org.striatum.probe.stats;

import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/// How reliably a figure is measured, from two independent halves of its measurements.
///
///     reliability = 2r / (1 + r),   r = Pearson's correlation of the halves
///
/// The reliability is that of both halves taken together; it is 0 where they share nothing, and negative where they
/// disagree, without a lower bound. (Spearman 1910, Brown 1910.)
///
/// @param items measured in both halves
/// @param correlation r of the two halves; NaN where a half is constant
/// @param reliability with a 95 % interval bootstrapped by problem
public record SplitHalf(int items, double correlation, Estimate reliability) {
  /// Fewest items a reliability is stated of.
  private static final int FEWEST = 3;

  /// Compares two halves; NaN with fewer than 3 items.
  ///
  /// @param problems (n)
  /// @param first (n)
  /// @param second (n)
  /// @throws IllegalArgumentException on different lengths
  public static SplitHalf of(String[] problems, double[] first, double[] second, int resamples,
      RandomGenerator random) {
    int n = problems.length;
    if (first.length != n || second.length != n) {
      throw new IllegalArgumentException("split halves must have one item each a problem named, found " + first.length
          + " and " + second.length + " of " + n);
    }
    if (n < FEWEST) {
      return new SplitHalf(n, Double.NaN, Estimate.exact(Double.NaN));
    }
    ToDoubleFunction<int[]> correlation = items -> correlation(first, second, items);
    Estimate reliability = Bootstrap.byProblem(problems, items -> stepUp(correlation.applyAsDouble(items)), resamples,
        random);
    // 2r / (1 + r) turned round.
    return new SplitHalf(n, reliability.value() / (2 - reliability.value()), reliability);
  }

  /// Spearman and Brown's formula; NaN at r = −1.
  static double stepUp(double correlation) {
    return correlation > -1 ? 2 * correlation / (1 + correlation) : Double.NaN;
  }

  private static double correlation(double[] x, double[] y, int[] items) {
    double meanX = 0;
    double meanY = 0;
    for (int i : items) {
      meanX += x[i] / items.length;
      meanY += y[i] / items.length;
    }
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i : items) {
      xx += (x[i] - meanX) * (x[i] - meanX);
      yy += (y[i] - meanY) * (y[i] - meanY);
      xy += (x[i] - meanX) * (y[i] - meanY);
    }
    double scale = Math.sqrt(xx * yy);
    return scale > 1e-12 * items.length * (meanX * meanX + meanY * meanY) ? Math.clamp(xy / scale, -1, 1) : Double.NaN;
  }
}
