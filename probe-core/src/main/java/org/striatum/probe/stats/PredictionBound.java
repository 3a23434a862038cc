package org.striatum.probe.stats;

import java.util.Arrays;

/// Where one more value of a normal sample is to be expected:
///
///     P[next < mean + t₍α, n−1₎ · s · √(1 + 1/n)] = α
///
/// (Fisher 1935; the prediction interval of one further observation.)
public final class PredictionBound {
  private PredictionBound() {}

  /// The value that one more lies below with a given probability; the common value of a sample that does not vary, NaN with
  /// fewer than two.
  ///
  /// @param share α, in (0, 1)
  /// @throws IllegalArgumentException with a share outside (0, 1)
  public static double below(double[] sample, double share) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share must be in (0, 1), found " + share);
    }
    int n = sample.length;
    if (n < 2) {
      return Double.NaN;
    }
    double mean = Arrays.stream(sample).average().orElseThrow();
    double squares = Arrays.stream(sample).map(value -> (value - mean) * (value - mean)).sum();
    double deviation = Math.sqrt(squares / (n - 1) * (1 + 1.0 / n));
    return deviation == 0 ? mean : mean + StudentT.quantile(share, n - 1) * deviation;
  }
}
