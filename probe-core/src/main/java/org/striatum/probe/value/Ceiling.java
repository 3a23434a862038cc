package org.striatum.probe.value;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.BetaBinomial;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

/// What AUROC the true probability of success would reach: no probe of the prompt can do better, for what is left is chance.
///
/// Estimated from several rollouts of each problem by [BetaBinomial]; with one rollout a problem nothing tells a problem that
/// is always solved from one that was lucky. The 95 % interval resamples problems and fits again.
///
/// @param auroc NaN where it cannot be estimated
/// @param problems that have at least two rollouts
/// @param refused why there is none; null if there is one
public record Ceiling(Estimate auroc, int problems, String refused) {
  private static final int RESAMPLES = 200;

  /// Of all problems of a dataset.
  ///
  /// @param problems of each rollout: (n)
  /// @param outcomes (n)
  public static Ceiling of(String[] problems, boolean[] outcomes, RandomGenerator random) {
    ProblemCounts counts = ProblemCounts.of(problems, outcomes);
    int repeated = counts.repeated();
    if (!counts.tellSpread()) {
      return new Ceiling(Estimate.exact(Double.NaN), repeated,
          "needs K ≥ 2 rollouts of at least half the problems and of ten, found " + repeated + " of "
              + counts.draws().length + " problems with 2 or more");
    }
    double value = auroc(counts);
    if (Double.isNaN(value)) {
      return new Ceiling(Estimate.exact(Double.NaN), repeated,
          new NotEnoughData("a ceiling", "outcome classes", 1, 2).getMessage());
    }
    int n = counts.draws().length;
    double[] resampled = new double[RESAMPLES];
    Arrays.setAll(resampled, _ -> auroc(counts.problems(random.ints(n, 0, n).toArray())));
    double[] sorted = Arrays.stream(resampled).filter(Double::isFinite).sorted().toArray();
    return new Ceiling(sorted.length * 2 < RESAMPLES
        ? Estimate.exact(value)
        : new Estimate(value, Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975)), repeated, null);
  }

  private static double auroc(ProblemCounts counts) {
    return BetaBinomial.of(counts.successes(), counts.draws()).auroc(counts.successes(), counts.draws());
  }
}
