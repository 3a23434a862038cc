package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PredictionBoundTest {
  /// Of −1, 0, 1 the mean is 0 and s is 1, so that the bound is t · √(4/3). Quantiles of t from tables: 2 degrees of freedom,
  /// 5 % and 0.1 %: −2.920 and −22.327.
  @Test
  void isTheQuantileOfT() {
    double[] sample = {-1, 0, 1};
    assertThat(PredictionBound.below(sample, 0.05)).isCloseTo(-2.920 * Math.sqrt(4 / 3.0), within(1e-3));
    assertThat(PredictionBound.below(sample, 0.001)).isCloseTo(-22.327 * Math.sqrt(4 / 3.0), within(1e-2));
    assertThat(PredictionBound.below(sample, 0.5)).isCloseTo(0, within(1e-9));
  }

  /// One more value lies below it with the given probability.
  @Test
  void oneMoreLiesBelowItAsOftenAsItSays() {
    SplittableRandom random = new SplittableRandom(1);
    int below = 0;
    for (int i = 0; i < 20_000; i++) {
      double[] sample = random.doubles(19).map(_ -> random.nextGaussian()).toArray();
      below += random.nextGaussian() < PredictionBound.below(sample, 0.02) ? 1 : 0;
    }
    assertThat(below / 20_000.0).isCloseTo(0.02, within(0.003));
  }

  @Test
  void edges() {
    assertThat(PredictionBound.below(new double[]{3, 3, 3}, 0.01)).isEqualTo(3);
    assertThat(PredictionBound.below(new double[]{3}, 0.01)).isNaN();
    assertThatIllegalArgumentException().isThrownBy(() -> PredictionBound.below(new double[]{1, 2}, 0));
  }
}
