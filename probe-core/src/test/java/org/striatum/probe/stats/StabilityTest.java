package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StabilityTest {
  @Test
  void equalSetsAreStable() {
    Stability same = Stability.of(List.of(Set.of(1, 5), Set.of(1, 5), Set.of(1, 5)), 10);
    assertThat(same.phi().value()).isCloseTo(1, within(1e-12));
    assertThat(same.phi().low()).isCloseTo(1, within(1e-12));
    assertThat(same.meanIou()).isEqualTo(1);
  }

  /// {0, 1} and {0, 2} of 4: p = 1, ½, ½, 0; s² = ½ twice, ¼ on average; chance ½ · ½.
  @Test
  void twoSetsByHand() {
    Stability two = Stability.of(List.of(Set.of(0, 1), Set.of(0, 2)), 4);
    assertThat(two.phi().value()).isCloseTo(0, within(1e-12));
    assertThat(two.meanIou()).isCloseTo(1.0 / 3, within(1e-12));
  }

  /// Figures of the authors' own Python (github.com/nogueirs/JMLR2018, `confidenceIntervals`) on the same sets.
  @Test
  void agreesWithTheAuthorsCode() {
    Stability found = Stability.of(List.of(Set.of(0, 1, 2), Set.of(0, 1, 5), Set.of(0, 2), Set.of(0, 1, 2, 7),
        Set.of(1, 2, 3)), 10);
    assertThat(found.phi().value()).isCloseTo(0.4285714285714286, within(1e-9));
    assertThat(found.phi().low()).isCloseTo(0.23168906698584185, within(1e-9));
    assertThat(found.phi().high()).isCloseTo(0.6254537901570154, within(1e-9));
  }

  @Test
  void randomSetsHaveNone() {
    SplittableRandom random = new SplittableRandom(1);
    List<Set<Integer>> sets = IntStream.range(0, 200).mapToObj(_ -> random.ints(0, 50).distinct().limit(10).boxed()
        .collect(Collectors.toSet())).toList();
    assertThat(Stability.of(sets, 50).phi().value()).isCloseTo(0, within(0.02));
  }

  @Test
  void refusesWhatItCannotCompare() {
    assertThatIllegalArgumentException().isThrownBy(() -> Stability.of(List.of(Set.of(1)), 4))
        .withMessageContaining("found 1");
    assertThatIllegalArgumentException().isThrownBy(() -> Stability.of(List.of(Set.of(4), Set.of(1)), 4))
        .withMessageContaining("found 4");
    assertThat(Stability.of(List.of(Set.of(), Set.of()), 4).phi().value()).isNaN();
  }
}
