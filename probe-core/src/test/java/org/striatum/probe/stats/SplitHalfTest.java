package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitHalfTest {
  private static final String[] PROBLEMS = IntStream.range(0, 24).mapToObj(i -> "p" + i / 2).toArray(String[]::new);

  /// SciPy 1.17.1: `r = pearsonr(u, v)[0]`, and `2 r / (1 + r)`.
  @Test
  void stepsTheCorrelationUp() {
    double[] u = IntStream.range(0, 24).mapToDouble(i -> Math.sin(1.1 * i)).toArray();
    double[] v = IntStream.range(0, 24).mapToDouble(i -> u[i] + 0.7 * Math.cos(2.9 * i)).toArray();
    SplitHalf found = SplitHalf.of(PROBLEMS, u, v, 200, new SplittableRandom(1));
    assertThat(found.correlation()).isCloseTo(0.811583978588931, within(1e-12));
    assertThat(found.reliability().value()).isCloseTo(0.8959937691887577, within(1e-12));
    assertThat(found.reliability().low()).isLessThan(found.reliability().value());
    assertThat(found.items()).isEqualTo(24);
  }

  /// Spearman's and Brown's formula is what it claims: halves of variance 1 signal and 2 noise correlate 1/3, and their
  /// mean carries half signal.
  @Test
  void isTheReliabilityOfBothHalvesTogether() {
    SplittableRandom random = new SplittableRandom(2);
    int n = 40_000;
    double[] first = new double[n];
    double[] second = new double[n];
    String[] problems = new String[n];
    for (int i = 0; i < n; i++) {
      double signal = random.nextGaussian();
      first[i] = signal + Math.sqrt(2) * random.nextGaussian();
      second[i] = signal + Math.sqrt(2) * random.nextGaussian();
      problems[i] = "p" + i % 100;
    }
    SplitHalf found = SplitHalf.of(problems, first, second, 100, random);
    assertThat(found.reliability().value()).isCloseTo(0.5, within(0.02));
  }

  @Test
  void isUndefinedForAConstantHalfOrTooFewItems() {
    double[] u = IntStream.range(0, 24).mapToDouble(i -> Math.sin(1.1 * i)).toArray();
    assertThat(SplitHalf.of(PROBLEMS, u, new double[24], 100, new SplittableRandom(3)).reliability().value()).isNaN();
    assertThat(SplitHalf.of(new String[0], new double[0], new double[0], 100, new SplittableRandom(4)).correlation())
        .isNaN();
  }
}
