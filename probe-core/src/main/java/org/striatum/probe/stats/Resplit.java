package org.striatum.probe.stats;

import java.util.Arrays;

/// The mean of a figure over random splits of the same data, with an interval that includes both which problems are tested and
/// that everything is fitted again:
///
///     mean ± t · √((1/J + n_test / n_fit) s²)
///
/// with J splits, s² the variance over them and t of J − 1 degrees of freedom. Splits share problems, so that s²/J alone would be
/// far too small; the second term is what that leaves out (Nadeau and Bengio 2003, *Inference for the generalization error*, §3).
public final class Resplit {
  private Resplit() {}

  /// The mean of a figure over splits, with its interval.
  ///
  /// @param figures one a split; those that are no numbers are left out
  /// @param testShare share of the problems that are tested, in (0, 1)
  /// @return without an interval where fewer than two figures are left
  /// @throws IllegalArgumentException unless the share lies in (0, 1)
  public static Estimate mean(double[] figures, double testShare) {
    if (!(testShare > 0 && testShare < 1)) {
      throw new IllegalArgumentException("the share of tested problems must be in (0, 1), found " + testShare);
    }
    double[] kept = Arrays.stream(figures).filter(Double::isFinite).toArray();
    double mean = Arrays.stream(kept).average().orElse(Double.NaN);
    if (kept.length < 2) {
      return Estimate.exact(mean);
    }
    double variance = Arrays.stream(kept).map(figure -> (figure - mean) * (figure - mean)).sum() / (kept.length - 1);
    double half = StudentT.quantile(0.975, kept.length - 1)
        * Math.sqrt((1.0 / kept.length + testShare / (1 - testShare)) * variance);
    return new Estimate(mean, mean - half, mean + half);
  }
}
