package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class TokenEntropyTest {
  @Test
  void equalLogitsAreAsUndecidedAsCanBe() {
    assertThat(TokenEntropy.of(new float[]{9, 3, 3, 3, 3}, 1, 4, 0.7)).isCloseTo(Math.log(4), within(1e-12));
  }

  /// p = (1/4, 3/4) at temperature 1: −¼ ln ¼ − ¾ ln ¾.
  @Test
  void isThatOfTheSoftmaxAtTheTemperature() {
    double expected = 0.25 * Math.log(4) + 0.75 * Math.log(4.0 / 3);
    assertThat(TokenEntropy.of(new float[]{0, (float) Math.log(3)}, 0, 2, 1)).isCloseTo(expected, within(1e-7));
    assertThat(TokenEntropy.of(new float[]{0, (float) (2 * Math.log(3))}, 0, 2, 2)).isCloseTo(expected, within(1e-7));
  }

  @Test
  void extremesAreNumbersAndNaNStaysNaN() {
    assertThat(TokenEntropy.of(new float[]{1e30f, -1e30f, Float.NEGATIVE_INFINITY}, 0, 3, 1)).isZero();
    assertThat(TokenEntropy.of(new float[]{1, Float.NaN}, 0, 2, 1)).isNaN();
  }
}
