package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class RanksTest {
  @Test
  void tiesShareTheMeanOfTheirRanks() {
    assertThat(Ranks.of(new double[]{3, 1, 3, 2, 3})).containsExactly(4, 1, 4, 2, 4);
    assertThat(Ranks.of(new double[]{0.0, -0.0})).containsExactly(1.5, 1.5);
  }

  /// As a stable sort by value puts them, whatever the length and however many are tied.
  @Property
  void theOrderIsThatOfAStableSort(@ForAll @Size(max = 70) List<@IntRange(min = -9, max = 9) Integer> drawn) {
    double[] values = drawn.stream().mapToDouble(value -> value == -9 ? -0.0 : value / 4.0).toArray();
    assertThat(Ranks.order(values)).containsExactly(IntStream.range(0, values.length).boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> values[i] + 0.0)).mapToInt(Integer::intValue).toArray());
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
