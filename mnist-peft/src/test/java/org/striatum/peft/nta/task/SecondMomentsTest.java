package org.striatum.peft.nta.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecondMomentsTest {
  private static final int WIDTH = 4;
  private static final int DRAWS = 40_000;

  /// E S = I, Var S_ii = 2/B, Var S_ij = 1/B, E tr S² = d + d(d + 1)/B: of the Wishart distribution, also where B < d.
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 9, 200})
  void hasTheMomentsOfABatch(int batch) {
    SecondMoments moments = new SecondMoments(WIDTH, batch, new SplittableRandom(5));
    double[] mean = new double[WIDTH * WIDTH];
    double[] squares = new double[WIDTH * WIDTH];
    double traceOfSquare = 0;
    for (int n = 0; n < DRAWS; n++) {
      double[] s = moments.draw();
      for (int i = 0; i < s.length; i++) {
        mean[i] += s[i] / DRAWS;
        squares[i] += s[i] * s[i] / DRAWS;
        traceOfSquare += s[i] * s[i] / DRAWS;
      }
    }
    double sd = Math.sqrt(2.0 / batch / DRAWS);
    for (int i = 0; i < mean.length; i++) {
      boolean diagonal = i % (WIDTH + 1) == 0;
      assertThat(mean[i]).isCloseTo(diagonal ? 1 : 0, within(5 * sd));
      double variance = squares[i] - mean[i] * mean[i];
      assertThat(variance * batch).isCloseTo(diagonal ? 2 : 1, within(0.2));
    }
    assertThat(traceOfSquare).isCloseTo(WIDTH + WIDTH * (WIDTH + 1.0) / batch, within(20 * sd));
  }

  /// One input has moments of rank one.
  @Test
  void aBatchOfOneHasRankOne() {
    SecondMoments moments = new SecondMoments(3, 1, new SplittableRandom(6));
    for (int n = 0; n < 100; n++) {
      double[] s = moments.draw();
      assertThat(s[0] * s[4]).isCloseTo(s[1] * s[3], within(1e-12));
      assertThat(s[4] * s[8]).isCloseTo(s[5] * s[7], within(1e-12));
    }
  }

  @Test
  void allInputsHaveTheIdentity() {
    assertThat(new SecondMoments(2, 0, new SplittableRandom(7)).draw()).containsExactly(1, 0, 0, 1);
  }
}
