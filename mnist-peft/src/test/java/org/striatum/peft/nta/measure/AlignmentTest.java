package org.striatum.peft.nta.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.peft.nta.task.Teachers;

class AlignmentTest {
  private static final Teachers TEACHERS = Teachers.orthogonal(3, 4, 12, new SplittableRandom(1));

  /// Path p holds `share` of teacher (p + 1) mod 3.
  private static double[] turned(double share) {
    double[] weights = new double[3 * 48];
    for (int p = 0; p < 3; p++) {
      for (int i = 0; i < 48; i++) {
        weights[p * 48 + i] = share * TEACHERS.weights().get((p + 1) % 3)[i];
      }
    }
    return weights;
  }

  @Test
  void findsTheOrderOfPaths() {
    double[] weights = turned(0.5);
    Alignment alignment = Alignment.of(weights, 3, TEACHERS, false);
    assertThat(alignment.pathOf()[0]).containsExactly(2, 0, 1);
    assertThat(alignment.total()).isCloseTo(1, within(1e-12));
    assertThat(alignment.matched()).isCloseTo(1, within(1e-12));
    assertThat(alignment.weakest()).isCloseTo(1, within(1e-12));
    assertThat(alignment.unmatched()).isCloseTo(0, within(1e-12));
    assertThat(alignment.specialisation(weights, 3, TEACHERS)).isCloseTo(0.5, within(1e-12));
    double[] gates = {0.1, 0.2, 0.9};
    assertThat(alignment.separation(gates, 3, TEACHERS.task(0))).isCloseTo(0.9 - 0.15, within(1e-12));
    assertThat(alignment.separation(gates, 3, TEACHERS.task(1))).isCloseTo(0.1 - 0.55, within(1e-12));
    assertThat(alignment.separation(gates, 3, TEACHERS.average(0))).isNaN();
  }

  /// Each output row may have an order of its own.
  @Test
  void matchesOutputByOutput() {
    double[] weights = turned(1);
    for (int j = 0; j < 12; j++) { // the first row of paths 0 and 1 change places
      double held = weights[j];
      weights[j] = weights[48 + j];
      weights[48 + j] = held;
    }
    assertThat(Alignment.of(weights, 3, TEACHERS, false).total()).isLessThan(0.9);
    Alignment alignment = Alignment.of(weights, 3, TEACHERS, true);
    assertThat(alignment.total()).isCloseTo(1, within(1e-12));
    assertThat(alignment.pathOf()[0]).containsExactly(2, 1, 0);
    assertThat(alignment.pathOf()[1]).containsExactly(2, 0, 1);
    double[] gates = new double[12];
    gates[2 * 4] = 1; // path 2 for output 0
    assertThat(alignment.separation(gates, 3, TEACHERS.task(0))).isCloseTo(0.25, within(1e-12));
  }

  /// No order of paths does better, be they more than teachers or fewer.
  @ParameterizedTest
  @CsvSource({"3, 1", "3, 2", "3, 3", "3, 4", "3, 5"})
  void noOtherOrderIsBetter(int teachers, int paths) {
    for (long seed = 0; seed < 20; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] weights = new double[paths * 48];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = random.nextGaussian();
      }
      Alignment alignment = Alignment.of(weights, paths, TEACHERS, false);
      int pairs = Math.min(teachers, paths);
      assertThat(alignment.matched() * pairs).as("seed " + seed)
          .isCloseTo(best(weights, paths, 0, 0, teachers - pairs), within(1e-12));
      assertThat(Arrays.stream(alignment.pathOf()[0]).filter(path -> path < 0)).hasSize(teachers - pairs);
    }
  }

  private static double best(double[] weights, int paths, int teacher, int taken, int spare) {
    if (teacher == 3) {
      return 0;
    }
    double best = spare > 0 ? best(weights, paths, teacher + 1, taken, spare - 1) : Double.NEGATIVE_INFINITY;
    for (int p = 0; p < paths; p++) {
      if ((taken & 1 << p) == 0) {
        best = Math.max(best, cosine(weights, p, teacher) + best(weights, paths, teacher + 1, taken | 1 << p, spare));
      }
    }
    return best;
  }

  private static double cosine(double[] weights, int p, int teacher) {
    double product = 0;
    double squares = 0;
    double teacherSquares = 0;
    for (int i = 0; i < 48; i++) {
      double w = weights[p * 48 + i];
      double t = TEACHERS.weights().get(teacher)[i];
      product += w * t;
      squares += w * w;
      teacherSquares += t * t;
    }
    return product / Math.sqrt(squares * teacherSquares);
  }
}
