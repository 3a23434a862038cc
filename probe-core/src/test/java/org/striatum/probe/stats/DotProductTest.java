package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class DotProductTest {
  @Test
  void readsPartsOfArrays() {
    assertThat(DotProduct.of(new double[]{1, 2, 3}, new double[]{4, 5, 6})).isEqualTo(32);
    assertThat(DotProduct.of(new double[]{9, 1, 2}, 1, new double[]{9, 9, 3, 4}, 2, 2)).isEqualTo(11);
    assertThat(DotProduct.of(new double[0], new double[0])).isZero();
  }

  @Test
  void addsInTheOrderOfTheIndices() {
    assertThat(DotProduct.of(new double[]{1e16, 1, -1e16}, new double[]{1, 1, 1})).isZero();
    assertThat(DotProduct.of(new double[]{1e16, -1e16, 1}, new double[]{1, 1, 1})).isOne();
  }

  @Test
  void eightSumsGiveTheSameButForRounding() {
    for (int n : new int[]{0, 1, 7, 8, 9, 100}) {
      double[] x = new SplittableRandom(n).doubles(n + 3).toArray();
      double[] y = new SplittableRandom(-n).doubles(n + 3).toArray();
      assertThat(DotProduct.inEightSums(x, y, n)).isCloseTo(DotProduct.of(Arrays.copyOf(x, n), y), within(1e-12));
    }
  }
}
