package org.striatum.probe.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class MatchedSetsTest {
  private static final List<Integer> TARGET = List.of(3, 50, 120);
  private static final List<Integer> SINKS = List.of(7, 8);

  @Property(tries = 40)
  void keepWhatTheyPromise(@ForAll long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] rms = spread(random);
    MatchedSets sets = MatchedSets.draw(rms, TARGET, List.of(), SINKS, 99, 0.3, random);
    assertThat(sets.random()).hasSize(99);
    assertThat(sets.matched()).hasSize(99);
    for (List<List<Integer>> kind : List.of(sets.random(), sets.matched())) {
      assertThat(kind.stream().map(HashSet::new).distinct()).hasSize(99);
      assertThat(kind).allSatisfy(set -> assertThat(set).hasSize(3).doesNotHaveDuplicates()
          .doesNotContainAnyElementsOf(TARGET).doesNotContainAnyElementsOf(SINKS));
    }
    double worst = 0;
    double sum = 0;
    for (List<Integer> set : sets.matched()) {
      for (int r = 0; r < 3; r++) {
        double ratio = Math.log(rms[set.get(r)] / rms[TARGET.get(r)]);
        worst = Math.max(worst, Math.abs(ratio));
        sum += ratio;
      }
    }
    assertThat(sets.matching().worst()).isEqualTo(worst).isLessThanOrEqualTo(sets.matching().tolerance());
    assertThat(sets.matching().tolerance()).isIn(0.3, 0.6);
    assertThat(sets.matching().meanLogRatio()).isCloseTo(sum / 99 / 3, within(1e-12));
    assertThat(sets.matching().refused()).isNull();
    assertThat(sets.matching().sinks()).isEqualTo(SINKS);
  }

  /// Nothing within the tolerance, enough within twice of it: the wider one is used, and said.
  @Test
  void theToleranceIsWidenedOnce() {
    double[] rms = new double[200];
    Arrays.fill(rms, 1);
    rms[0] = Math.exp(0.4);
    MatchedSets sets = MatchedSets.draw(rms, List.of(0), List.of(), List.of(), 40, 0.25, new SplittableRandom(1));
    assertThat(sets.matched()).hasSize(40);
    assertThat(sets.matching().tolerance()).isEqualTo(0.5);
    assertThat(sets.matching().worst()).isCloseTo(0.4, within(1e-12));
  }

  @Test
  void whatCannotBeMatchedIsRefusedWithAReason() {
    double[] rms = new double[200];
    Arrays.fill(rms, 1);
    rms[5] = 300;
    MatchedSets sets = MatchedSets.draw(rms, List.of(4, 5), List.of(), List.of(5), 40, 0.25, new SplittableRandom(1));
    assertThat(sets.matched()).isEmpty();
    assertThat(sets.random()).hasSize(40);
    assertThat(sets.matching().refused()).contains("coordinate 5 (RMS 300.0, itself a sink) has 0 others");
    assertThat(sets.matching().worst()).isNaN();
  }

  /// Sixteen neighbours give sixteen single controls: too few for any p of 0.05.
  @Test
  void tooFewDistinctSetsAreRefused() {
    double[] rms = new double[200];
    Arrays.fill(rms, 1);
    Arrays.fill(rms, 0, 17, 50);
    MatchedSets sets = MatchedSets.draw(rms, List.of(0), List.of(), List.of(), 40, 0.25, new SplittableRandom(1));
    assertThat(sets.matching().refused()).contains("fewer than 19").contains("has 16 others");
    Arrays.fill(rms, 0, 26, 50);
    assertThat(MatchedSets.draw(rms, List.of(0), List.of(), List.of(), 40, 0.25, new SplittableRandom(1)).matched())
        .hasSize(25);
  }

  @Test
  void deadCoordinatesMatchDeadOnes() {
    double[] rms = new double[100];
    Arrays.fill(rms, 0, 50, 1);
    MatchedSets sets = MatchedSets.draw(rms, List.of(99), List.of(), List.of(), 30, 0.25, new SplittableRandom(1));
    assertThat(sets.matched()).allSatisfy(set -> assertThat(set.getFirst()).isBetween(50, 98));
  }

  @Test
  void misuseIsExplained() {
    double[] rms = spread(new SplittableRandom(1));
    SplittableRandom random = new SplittableRandom(1);
    assertThatThrownBy(() -> MatchedSets.draw(rms, List.of(1, 1), List.of(), SINKS, 99, 0.2, random))
        .hasMessageContaining("distinct coordinates in [0, 400), found [1, 1]");
    assertThatThrownBy(() -> MatchedSets.draw(rms, List.of(400), List.of(), SINKS, 99, 0.2, random))
        .hasMessageContaining("found [400]");
    assertThatThrownBy(() -> MatchedSets.draw(rms, TARGET, List.of(), SINKS, 10, 0.2, random))
        .hasMessageContaining("found 10");
    assertThatThrownBy(() -> MatchedSets.draw(new double[12], List.of(1), List.of(), List.of(2), 30, 0.2, random))
        .hasMessage("an ablation of 1 coordinates needs distinct random sets of the same size among the 10 coordinates"
            + " outside the sets and the sinks: at least 19, found 10")
        .isInstanceOf(NotEnoughData.class);
  }

  private static double[] spread(SplittableRandom random) {
    double[] rms = new double[400];
    Arrays.setAll(rms, _ -> Math.exp(random.nextGaussian() * 0.4));
    for (int t : TARGET) {
      rms[t] = 1.2;
    }
    return rms;
  }
}
