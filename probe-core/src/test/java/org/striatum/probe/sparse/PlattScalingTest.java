package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class PlattScalingTest {
  /// Outcomes drawn with p = σ(2·score − 1): the curve is found again, whatever unit the scores are in.
  @Test
  void findsTheCurveThatOutcomesWereDrawnFrom() {
    SplittableRandom random = new SplittableRandom(1);
    double[] scores = random.doubles(20_000, -3, 3).toArray();
    boolean[] outcomes = new boolean[scores.length];
    for (int i = 0; i < scores.length; i++) {
      outcomes[i] = random.nextDouble() < 1 / (1 + Math.exp(1 - 2 * scores[i]));
    }
    double[] asked = {-2, 0, 0.5, 2};
    double[] found = PlattScaling.fit(scores, outcomes).probabilities(asked);
    for (int i = 0; i < asked.length; i++) {
      assertThat(found[i]).isCloseTo(1 / (1 + Math.exp(1 - 2 * asked[i])), within(0.02));
    }
    double[] inOtherUnits = PlattScaling.fit(times(scores, -1000), outcomes).probabilities(times(asked, -1000));
    assertThat(inOtherUnits).containsExactly(found, within(1e-4));
  }

  @Test
  void aConstantScoreSaysTheBaseRate() {
    boolean[] outcomes = {true, false, true, true};
    assertThat(PlattScaling.fit(new double[4], outcomes).probabilities(new double[]{0}))
        .containsExactly(new double[]{0.75}, within(1e-6));
  }

  @Test
  void oneClassIsRefused() {
    assertThatThrownBy(() -> PlattScaling.fit(new double[]{1, 2}, new boolean[]{true, true}))
        .isInstanceOf(NotEnoughData.class).hasMessageContaining("outcome classes in its 2 rows");
  }

  private static double[] times(double[] values, double factor) {
    return Arrays.stream(values).map(x -> factor * x).toArray();
  }
}
