package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RanksTest {
  @Test
  void tiesShareTheMeanOfTheirRanks() {
    assertThat(Ranks.of(new double[]{3, 1, 3, 2, 3})).containsExactly(4, 1, 4, 2, 4);
    assertThat(Ranks.of(new double[]{0.0, -0.0})).containsExactly(1.5, 1.5);
  }

  @Test
  void topIsBestFirstWithTiesByIndex() {
    assertThat(Ranks.top(new double[]{1, 5, 2, 5}, 3)).containsExactly(1, 3, 2);
    assertThatThrownBy(() -> Ranks.top(new double[2], 3)).hasMessageContaining("must be in [0, 2], found 3");
  }

  @Test
  void nanHasNoRank() {
    assertThatThrownBy(() -> Ranks.of(new double[]{1, Double.NaN})).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN at item 1");
  }
}
