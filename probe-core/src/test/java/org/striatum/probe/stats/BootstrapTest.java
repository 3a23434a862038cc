package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class BootstrapTest {
  /// The interval of a mean of independent items is ± 1.96 standard errors.
  @Test
  void independentItemsGiveTheClassicInterval() {
    SplittableRandom random = new SplittableRandom(3);
    double[] values = random.doubles(400).toArray();
    String[] problems = new String[400];
    Arrays.setAll(problems, i -> "p" + i);
    Estimate estimate = Bootstrap.byProblem(problems, mean(values), 4000, random);
    double error = 1.96 * Math.sqrt(1 / 12.0 / 400);
    assertThat(estimate.value()).isCloseTo(Arrays.stream(values).average().orElseThrow(), within(1e-12));
    assertThat(estimate.high() - estimate.value()).isCloseTo(error, within(0.12 * error));
    assertThat(estimate.value() - estimate.low()).isCloseTo(error, within(0.12 * error));
  }

  /// Ten copies of an item tell nothing new: the interval is that of the problems, not of the items.
  @Test
  void copiesWithinAProblemAddNothing() {
    SplittableRandom random = new SplittableRandom(4);
    double[] once = random.doubles(60).toArray();
    double[] copied = new double[600];
    String[] problemOfCopy = new String[600];
    String[] problems = new String[60];
    Arrays.setAll(problems, i -> "p" + i);
    Arrays.setAll(copied, i -> once[i % 60]);
    Arrays.setAll(problemOfCopy, i -> "p" + i % 60);
    Estimate single = Bootstrap.meanByProblem(problems, once, new SplittableRandom(5));
    Estimate repeated = Bootstrap.meanByProblem(problemOfCopy, copied, new SplittableRandom(5));
    assertThat(repeated.low()).isCloseTo(single.low(), within(1e-12));
    assertThat(repeated.high()).isCloseTo(single.high(), within(1e-12));
  }

  /// Independent problems, one run a side: the paired interval of the mean difference.
  @Test
  void oneRunASideIsThePairedDifference() {
    SplittableRandom random = new SplittableRandom(8);
    double[] first = random.doubles(300).toArray();
    double[] second = random.doubles(300).toArray();
    double[] differences = new double[300];
    String[] problems = new String[300];
    Arrays.setAll(differences, i -> first[i] - second[i]);
    Arrays.setAll(problems, i -> "p" + i);
    Estimate crossed = Bootstrap.crossedDifference(new double[][]{first}, new double[][]{second}, random);
    Estimate paired = Bootstrap.meanByProblem(problems, differences, random);
    assertThat(crossed.value()).isCloseTo(paired.value(), within(1e-12));
    assertThat(crossed.low()).isCloseTo(paired.low(), within(0.1 * (paired.high() - paired.low())));
    assertThat(crossed.high()).isCloseTo(paired.high(), within(0.1 * (paired.high() - paired.low())));
  }

  /// Runs that differ on all problems alike make the interval theirs: ± 1.96 · √(variance / runs), however many problems.
  @Test
  void runsAreResampledToo() {
    SplittableRandom random = new SplittableRandom(9);
    double[][] runs = new double[30][400];
    for (double[] run : runs) {
      Arrays.fill(run, random.nextGaussian());
    }
    Estimate estimate = Bootstrap.crossedDifference(runs, new double[1][400], random);
    double mean = Arrays.stream(runs).mapToDouble(run -> run[0]).average().orElseThrow();
    double variance = Arrays.stream(runs).mapToDouble(run -> Math.pow(run[0] - mean, 2)).average().orElseThrow();
    double error = 1.96 * Math.sqrt(variance / 30);
    assertThat(estimate.value()).isCloseTo(mean, within(1e-12));
    assertThat(estimate.high() - estimate.low()).isCloseTo(2 * error, within(0.3 * error));
    assertThat(Bootstrap.crossedDifference(runs, runs, new SplittableRandom(1)).value()).isZero();
  }

  @Test
  void runsOnDifferentProblemsAreNotCompared() {
    assertThatThrownBy(() -> Bootstrap.crossedDifference(new double[1][3], new double[1][4], new SplittableRandom(1)))
        .hasMessageContaining("need the same problems");
    assertThatThrownBy(() -> Bootstrap.crossedDifference(new double[0][3], new double[1][3], new SplittableRandom(1)))
        .hasMessageContaining("found 0 and 1 runs");
    assertThat(Bootstrap.crossedDifference(new double[][]{{2}}, new double[][]{{1}}, new SplittableRandom(1)))
        .isEqualTo(Estimate.exact(1));
  }

  @Test
  void equalSeedsGiveEqualIntervals() {
    String[] problems = new String[40];
    Arrays.setAll(problems, i -> "p" + i / 2);
    double[] values = new SplittableRandom(9).doubles(40).toArray();
    assertThat(Bootstrap.meanByProblem(problems, values, new SplittableRandom(1)))
        .isEqualTo(Bootstrap.meanByProblem(problems, values, new SplittableRandom(1)))
        .isNotEqualTo(Bootstrap.meanByProblem(problems, values, new SplittableRandom(2)));
  }

  @Test
  void noIntervalWhereNoneCanBeComputed() {
    Estimate oneProblem = Bootstrap.meanByProblem(new String[]{"a", "a"}, new double[]{1, 2}, new SplittableRandom(1));
    assertThat(oneProblem).isEqualTo(Estimate.exact(1.5));
    Estimate oneClass = Bootstrap.byProblem(new String[]{"a", "b"},
        Auroc.over(new double[]{1, 2}, new boolean[]{true, true}), 100, new SplittableRandom(1));
    assertThat(oneClass).isEqualTo(Estimate.exact(Double.NaN));
    assertThatThrownBy(() -> Bootstrap.byProblem(new String[]{"a"}, _ -> 0, 99, new SplittableRandom(1)))
        .hasMessageContaining("100 resamples, found 99");
    assertThatThrownBy(() -> Bootstrap.byProblem(new String[0], _ -> 0, 100, new SplittableRandom(1)))
        .isInstanceOf(NotEnoughData.class).hasMessage("a bootstrap needs items: at least 1, found 0");
  }

  @Test
  void quantilesInterpolate() {
    double[] sorted = {1, 2, 4};
    assertThat(Bootstrap.quantile(sorted, 0)).isEqualTo(1);
    assertThat(Bootstrap.quantile(sorted, 0.75)).isEqualTo(3);
    assertThat(Bootstrap.quantile(sorted, 1)).isEqualTo(4);
  }

  private static ToDoubleFunction<int[]> mean(double[] values) {
    return items -> Arrays.stream(items).mapToDouble(i -> values[i]).average().orElseThrow();
  }
}
