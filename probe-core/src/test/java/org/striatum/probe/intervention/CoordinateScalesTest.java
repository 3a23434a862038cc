package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class CoordinateScalesTest {
  @Test
  void firstPositionsCountForTheGreatestOnly() {
    CoordinateScales.Tally tally = new CoordinateScales.Tally(2);
    tally.add(new float[]{100, 1, 3, -1, 4, 1}, 3, 0);
    tally.add(new float[]{0, -2}, 1, 5);
    CoordinateScales scales = tally.scales();
    assertThat(scales.greatest()).containsExactly(100, 2);
    assertThat(scales.rms()).containsExactly(new double[]{Math.sqrt(25 / 3.0), Math.sqrt(6 / 3.0)}, within(1e-12));
  }

  @Test
  void rowsWithNaNAreLeftOut() {
    CoordinateScales.Tally tally = new CoordinateScales.Tally(2);
    tally.add(new float[]{Float.NaN, 9, 3, 1, 9, Float.POSITIVE_INFINITY}, 3, 1);
    assertThat(tally.scales().rms()).containsExactly(3, 1);
    assertThat(tally.scales().greatest()).containsExactly(3, 1);
  }

  @Test
  void nothingFiniteHasNoScale() {
    CoordinateScales.Tally tally = new CoordinateScales.Tally(1);
    tally.add(new float[]{5}, 1, 0);
    assertThatThrownBy(tally::scales).isInstanceOf(NotEnoughData.class)
        .hasMessageContaining("finite rows behind the first position: at least 1, found 0");
  }
}
