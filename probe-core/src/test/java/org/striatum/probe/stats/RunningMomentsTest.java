package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class RunningMomentsTest {
  @Test
  void givesMeanAndPopulationDeviation() {
    RunningMoments moments = new RunningMoments(2);
    float[] rows = {1, -1, 2, -1, 4, 1, 5, 1};
    for (int from = 0; from < rows.length; from += 2) {
      moments.add(rows, from);
    }
    assertThat(moments.rows()).isEqualTo(4);
    assertThat(moments.means()).containsExactly(new double[]{3, 0}, within(1e-15));
    assertThat(moments.deviations()).containsExactly(new double[]{Math.sqrt(2.5), 1}, within(1e-15));
  }

  /// A sum of squares less the mean's square would leave rounding here, or a negative variance.
  @Test
  void aConstantCoordinateHasNoDeviation() {
    RunningMoments moments = new RunningMoments(1);
    for (int i = 0; i < 1000; i++) {
      moments.add(new float[]{1234.567f}, 0);
    }
    assertThat(moments.deviations()).containsExactly(0);
  }

  @Test
  void withoutRowsAllIsZero() {
    assertThat(new RunningMoments(1).means()).containsExactly(0);
    assertThat(new RunningMoments(1).deviations()).containsExactly(0);
  }
}
