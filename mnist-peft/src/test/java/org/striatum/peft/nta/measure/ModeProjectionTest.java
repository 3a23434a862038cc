package org.striatum.peft.nta.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.task.Teachers;

class ModeProjectionTest {
  private static final Teachers TEACHERS = Teachers.orthogonal(2, 3, 8, new SplittableRandom(1));

  @Test
  void aPathThatIsItsTeacherHasOneInEveryMode() {
    double[] weights = new double[48];
    System.arraycopy(TEACHERS.weights().get(1), 0, weights, 0, 24);
    System.arraycopy(TEACHERS.weights().get(0), 0, weights, 24, 24);
    ModeProjection modes = ModeProjection.of(weights, 2, TEACHERS, new int[]{1, 0});
    assertThat(modes.own()).isCloseTo(1, within(1e-12));
    assertThat(modes.spread()).isCloseTo(0, within(1e-7));
    assertThat(modes.other()).isCloseTo(0, within(1e-12));
    assertThat(modes.between()).isCloseTo(0, within(1e-12));
  }

  /// Own modes less those that the other path holds are w̄.
  @Test
  void agreesWithSpecialisation() {
    SplittableRandom random = new SplittableRandom(2);
    double[] weights = new double[48];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextGaussian();
    }
    Alignment alignment = Alignment.of(weights, 2, TEACHERS, false);
    ModeProjection modes = ModeProjection.of(weights, 2, TEACHERS, alignment.pathOf()[0]);
    assertThat(modes.own() - modes.other())
        .isCloseTo(alignment.specialisation(weights, 2, TEACHERS), within(1e-12));
    assertThat(modes.between()).isPositive();
  }
}
