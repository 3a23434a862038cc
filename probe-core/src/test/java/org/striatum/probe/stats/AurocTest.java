package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class AurocTest {
  @Test
  void separatesOrNotOrHasOneClassOnly() {
    assertThat(Auroc.of(new double[]{1, 2, 3}, new boolean[]{false, true, true})).isEqualTo(1);
    assertThat(Auroc.of(new double[]{7, 7, 7}, new boolean[]{false, true, true})).isEqualTo(0.5);
    assertThat(Auroc.of(new double[]{1, 2}, new boolean[]{true, true})).isNaN();
    assertThatThrownBy(() -> Auroc.of(new double[2], new boolean[3])).hasMessageContaining("2 scores and 3 labels");
  }

  @Property(tries = 200)
  void monotoneTransformsChangeNothing(@ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
    Items items = Items.draw(seed, n);
    double[] transformed = Arrays.stream(items.scores).map(s -> Math.exp(s) * 3 - 7).toArray();
    assertThat(Auroc.of(transformed, items.labels)).isEqualTo(Auroc.of(items.scores, items.labels));
  }

  @Property(tries = 200)
  void negatedScoresGiveTheComplement(@ForAll long seed, @ForAll @IntRange(min = 2, max = 60) int n) {
    Items items = Items.draw(seed, n);
    double[] negated = Arrays.stream(items.scores).map(s -> -s).toArray();
    assertThat(Auroc.of(negated, items.labels)).isCloseTo(1 - Auroc.of(items.scores, items.labels), within(1e-12));
  }

  /// The definition itself: every pair of a positive and a negative.
  @Property(tries = 200)
  void countsPairsAndResamplesAlike(@ForAll long seed, @ForAll @IntRange(min = 2, max = 40) int n) {
    Items items = Items.draw(seed, n);
    SplittableRandom random = new SplittableRandom(seed + 1);
    int[] drawn = random.ints(n, 0, n).toArray();
    double[] scores = Arrays.stream(drawn).mapToDouble(i -> items.scores[i]).toArray();
    boolean[] labels = new boolean[n];
    double wins = 0;
    int pairs = 0;
    for (int a = 0; a < n; a++) {
      labels[a] = items.labels[drawn[a]];
      for (int b = 0; b < n; b++) {
        if (items.labels[drawn[a]] && !items.labels[drawn[b]]) {
          pairs++;
          wins += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
        }
      }
    }
    double expected = pairs == 0 ? Double.NaN : wins / pairs;
    assertThat(Auroc.of(scores, labels)).isCloseTo(expected, within(1e-12));
    assertThat(Auroc.over(items.scores, items.labels).applyAsDouble(drawn)).isCloseTo(expected, within(1e-12));
  }

  /// Scores with ties; at least one item of each class.
  private record Items(double[] scores, boolean[] labels) {
    static Items draw(long seed, int n) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] scores = new double[n];
      boolean[] labels = new boolean[n];
      for (int i = 0; i < n; i++) {
        scores[i] = random.nextInt(10) / 4.0 - 1;
        labels[i] = i == 0 || (i > 1 && random.nextBoolean());
      }
      return new Items(scores, labels);
    }
  }
}
