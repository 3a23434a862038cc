package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SharedRidgeTest {
  /// Each target's weights are those of the ridge regression that is fitted on it alone, whichever matrix is the smaller one.
  @ParameterizedTest
  @CsvSource({"30, 12", "12, 30", "20, 20", "1, 3"})
  void everyTargetIsFittedAsIfAlone(int n, int width) {
    SplittableRandom random = new SplittableRandom(n);
    float[] rows = new float[n * width];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i % width == 2 ? 7 : (float) (100 + random.nextGaussian() * (1 + i % width));
    }
    double[][] targets = new double[3][n];
    for (double[] target : targets) {
      Arrays.setAll(target, _ -> random.nextInt(2));
    }
    double[][] weights = SharedRidge.weights(rows, width, targets, 5);
    assertThat(weights).hasDimensions(3, width);
    for (int t = 0; t < targets.length; t++) {
      double[] alone = Ridge.fit(Moments.of(LabelledRows.of(rows, width, targets[t])), 5).coefficients();
      for (int j = 0; j < width; j++) {
        assertThat(weights[t][j]).isCloseTo(alone[j], within(1e-9));
      }
      assertThat(weights[t][2]).as("constant").isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "NaN", "Infinity"})
  void aPenaltyMustBePositive(double penalty) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SharedRidge.weights(new float[6], 3, new double[1][2], penalty));
    assertThatIllegalArgumentException().isThrownBy(() -> SharedRidge.weights(new float[6], 3, new double[1][3], 1));
    assertThatIllegalArgumentException().isThrownBy(() -> SharedRidge.weights(new float[7], 3, new double[1][2], 1));
  }
}
