package org.striatum.probe.power;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.power.PowerCurve.Point;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.BetaBinomial;

class PlantedSignalTest {
  private static final int ITEMS = 20_000;

  private static double[] normal(RandomGenerator random) {
    return IntStream.range(0, ITEMS).mapToDouble(_ -> random.nextGaussian()).toArray();
  }

  private static double correlation(double[] x, double[] y) {
    double[] a = PlantedSignal.standardised(x);
    double[] b = PlantedSignal.standardised(y);
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum() / a.length;
  }

  @Test
  void theStrengthIsTheCorrelationWithTheSignal() {
    RandomGenerator random = new SplittableRandom(1);
    double[] signal = normal(random);
    double[] carrier = normal(random);
    assertThat(correlation(PlantedSignal.in(carrier, signal, 0.3), signal)).isCloseTo(0.3, within(0.02));
    assertThat(PlantedSignal.in(carrier, signal, 1)).containsExactly(PlantedSignal.standardised(signal), within(1e-12));
    assertThat(PlantedSignal.in(carrier, signal, 0)).containsExactly(PlantedSignal.standardised(carrier),
        within(1e-12));
    assertThat(PlantedSignal.in(carrier, new double[ITEMS], 0)).as("nothing to plant")
        .containsExactly(PlantedSignal.standardised(carrier), within(1e-12));
  }

  /// A declared AUROC is the AUROC that is planted, whatever the share of successes.
  @ParameterizedTest
  @CsvSource({"0.5, 0.6", "0.5, 0.7", "0.5, 0.8", "0.85, 0.6", "0.85, 0.7", "0.15, 0.8"})
  void aDeclaredAurocIsPlanted(double mean, double auroc) {
    RandomGenerator random = new SplittableRandom(2);
    BetaBinomial flat = BetaBinomial.flat(mean);
    boolean[] outcomes = new boolean[ITEMS];
    double[] signal = new double[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      outcomes[i] = random.nextDouble() < mean;
      signal[i] = flat.draw(outcomes[i] ? 1 : 0, 1, random);
    }
    double r = PlantedSignal.strength(signal, outcomes, auroc);
    assertThat(Auroc.of(PlantedSignal.in(normal(random), signal, r), outcomes)).isCloseTo(auroc, within(0.02));

    double each = PlantedSignal.each(r, 6);
    double[] together = new double[ITEMS];
    for (int c = 0; c < 6; c++) {
      double[] one = PlantedSignal.in(normal(random), signal, each);
      Arrays.setAll(together, i -> together[i] + one[i]);
    }
    assertThat(each).isLessThan(r);
    assertThat(Auroc.of(together, outcomes)).isCloseTo(auroc, within(0.02));
  }

  @Test
  void strengthIsUnknownWithoutBothOutcomes() {
    assertThat(PlantedSignal.strength(new double[]{1, 2, 3}, new boolean[3], 0.7)).isNaN();
    assertThat(PlantedSignal.strength(new double[]{1, 2, 3, 4}, new boolean[]{false, true, true, false}, 0.99))
        .as("no signal can reach it").satisfies(r -> assertThat(Math.abs(r)).isGreaterThan(1));
  }

  @Test
  void powerCurvesCountFromNoEffect() {
    PowerCurve curve = new PowerCurve(0.5, 0.7, List.of(new Point(0.6, 10, 2), new Point(0.7, 10, 6),
        new Point(0.8, 10, 10)));
    assertThat(curve.smallest()).isCloseTo(0.75, within(1e-12));
    assertThat(curve.problemsNeeded(100)).isCloseTo(100 * 0.25 * 0.25 / (0.2 * 0.2), within(1e-9));
    assertThat(curve.isEnough()).isFalse();
    assertThat(curve.isBlind()).isFalse();
    PowerCurve none = new PowerCurve(0.5, 0.7, List.of(new Point(0.7, 3, 0), new Point(0.8, 3, 0)));
    assertThat(none.isBlind()).isTrue();
    assertThat(none.smallest()).isNaN();
    assertThat(new PowerCurve(0.5, 0.7, List.of()).isBlind()).isFalse();
    assertThatIllegalArgumentException().isThrownBy(() -> new PowerCurve(0.5, 0.7, List.of(new Point(0.8, 3, 0),
        new Point(0.7, 3, 0)))).withMessageContaining("[0.8, 0.7]");
    assertThatIllegalArgumentException().isThrownBy(() -> new Point(0.7, 3, 4)).withMessageContaining("4 of 3");
  }

  /// Method of moments on counts drawn from a known distribution.
  @Test
  void aKnownSpreadOfProbabilitiesIsFound() {
    RandomGenerator random = new SplittableRandom(3);
    int[] successes = new int[ITEMS];
    int[] draws = new int[ITEMS];
    for (int i = 0; i < ITEMS; i++) {
      double p = random.nextDouble(); // Beta(1, 1)
      draws[i] = i % 3 == 0 ? 1 : 4;
      for (int k = 0; k < draws[i]; k++) {
        successes[i] += random.nextDouble() < p ? 1 : 0;
      }
    }
    BetaBinomial found = BetaBinomial.of(successes, draws);
    assertThat(found.successes()).isCloseTo(1, within(0.06));
    assertThat(found.failures()).isCloseTo(1, within(0.06));
    assertThat(IntStream.range(0, 4000).mapToDouble(_ -> found.draw(3, 4, random)).average().orElseThrow())
        .isCloseTo(4.0 / 6, within(0.02));
    BetaBinomial unknown = BetaBinomial.of(new int[]{1, 0}, new int[]{1, 1});
    assertThat(unknown.successes()).isEqualTo(1);
  }
}
