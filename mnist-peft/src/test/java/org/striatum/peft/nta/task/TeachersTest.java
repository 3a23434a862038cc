package org.striatum.peft.nta.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.peft.nta.task.Teachers.Task;

class TeachersTest {
  @ParameterizedTest
  @ValueSource(doubles = {0, 0.3, 0.9})
  void rowsAreOrthogonalWithinATeacherAndAtTheOverlapBetween(double overlap) {
    Teachers teachers = Teachers.overlapping(3, 6, 20, overlap, new SplittableRandom(1));
    for (int m = 0; m < 3; m++) {
      for (int n = 0; n < 3; n++) {
        for (int i = 0; i < 6; i++) {
          for (int k = 0; k < 6; k++) {
            double expected = i != k ? 0 : m == n ? 1.0 / 20 : overlap / 20;
            assertThat(rowProduct(teachers, m, i, n, k)).isCloseTo(expected, within(1e-15));
          }
        }
      }
    }
  }

  private static double rowProduct(Teachers teachers, int m, int i, int n, int k) {
    double sum = 0;
    for (int j = 0; j < teachers.inputs(); j++) {
      sum += teachers.weights().get(m)[i * teachers.inputs() + j] * teachers.weights().get(n)[k * teachers.inputs()
          + j];
    }
    return sum;
  }

  @Test
  void makesNewTasksOfOldOnes() {
    Teachers teachers = Teachers.orthogonal(3, 2, 6, new SplittableRandom(2));
    double[] a = teachers.task(2).map();
    double[] b = teachers.task(0).map();
    Task average = teachers.average(2);
    Task parts = teachers.interleaved(2);
    assertThat(average.name()).isEqualTo("½(C+A)");
    assertThat(parts.name()).isEqualTo("C|A");
    assertThat(parts.teacherOfOutput()).containsExactly(2, 0);
    for (int j = 0; j < 6; j++) {
      assertThat(average.map()[j]).isEqualTo((a[j] + b[j]) / 2);
      assertThat(parts.map()[j]).isEqualTo(a[j]);
      assertThat(parts.map()[6 + j]).isEqualTo(b[6 + j]);
    }
  }

  /// Of nothing learned, the loss is half the variance of the outputs: ½ · 10 · 1/20.
  @Test
  void theLossOfNothingIsKnown() {
    Task task = Teachers.orthogonal(2, 10, 20, new SplittableRandom(3)).task(1);
    assertThat(task.loss(new double[200])).isCloseTo(0.25, within(1e-14));
    assertThat(task.loss(task.map())).isZero();
  }

  @Test
  void refusesMoreRowsThanDirections() {
    assertThatIllegalArgumentException().isThrownBy(() -> Teachers.orthogonal(3, 7, 20, new SplittableRandom(1)))
        .withMessage("3 teachers of 7 outputs need 21 orthogonal rows but only 20 inputs have directions for them: "
            + "take fewer teachers, fewer outputs or more inputs");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Teachers.overlapping(2, 2, 20, 1, new SplittableRandom(1)))
        .withMessage("teachers' overlap must be in [0, 1), found 1.0");
  }
}
