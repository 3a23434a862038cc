package org.striatum.peft.mnist;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Equivalence;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;

/// A figure measured once per seed.
///
/// @param sd deviation between seeds, n − 1 in the denominator; NaN for one seed
/// @param ci 95 % interval of the mean, seeds resampled: (low, high); NaN for one seed
/// @param bySeed in the order of seeds
public record OverSeeds(double mean, double sd, double median, double[] ci, double[] bySeed) {
  public OverSeeds {
    if (bySeed.length == 0 || ci.length != 2) {
      throw new IllegalArgumentException("a figure over seeds needs a seed and an interval of two ends, found "
          + bySeed.length + " and " + ci.length);
    }
    ci = ci.clone();
    bySeed = bySeed.clone();
  }

  static OverSeeds of(double[] bySeed) {
    int n = bySeed.length;
    String[] seeds = new String[n];
    Arrays.setAll(seeds, Integer::toString);
    // One generator for all figures: a difference is resampled with the very seeds of its terms.
    Estimate mean = Bootstrap.meanByProblem(seeds, bySeed, new SplittableRandom(n));
    double squares = Arrays.stream(bySeed).map(x -> (x - mean.value()) * (x - mean.value())).sum();
    double[] sorted = bySeed.clone();
    Arrays.sort(sorted);
    return new OverSeeds(mean.value(), n > 1 ? Math.sqrt(squares / (n - 1)) : Double.NaN,
        Bootstrap.quantile(sorted, 0.5), new double[]{mean.low(), mean.high()}, bySeed);
  }

  /// The difference, paired by seed.
  OverSeeds minus(OverSeeds other) {
    double[] difference = new double[bySeed.length];
    Arrays.setAll(difference, i -> bySeed[i] - other.bySeed[i]);
    return of(difference);
  }

  /// Whether it is above 0, by its interval.
  Verdict positive() {
    return Verdict.positive(new Estimate(mean, ci[0], ci[1]));
  }

  /// Whether it is shown to be within a margin of 0: two one-sided t-tests over seeds.
  ///
  /// @param margin > 0
  Equivalence within(double margin) {
    return Equivalence.of(mean, sd / Math.sqrt(bySeed.length), bySeed.length - 1, margin);
  }

  /// Whether the interval lies above 0.
  public boolean isPositive() {
    return ci[0] > 0;
  }

  /// Whether the interval lies below 0.
  public boolean isNegative() {
    return ci[1] < 0;
  }
}
