package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.intervention.CoordinateScales;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.NotEnoughData;

class GatedArmTest {
  private static final HookPoint HOOK = HookPoint.residPost(0);

  /// Coordinates come in pairs of pairs of one size: 1, 1, 1, 1, 1.1, 1.1, …
  private static StateScale scale(double... sizes) {
    float[] ones = new float[sizes.length];
    Arrays.fill(ones, 1);
    return new StateScale(new float[sizes.length], ones, new CoordinateScales(sizes, sizes));
  }

  private static SortedMap<HookPoint, List<Integer>> at(Integer... coordinates) {
    return new TreeMap<>(Map.of(HOOK, List.of(coordinates)));
  }

  @Test
  void matchedSetsAreAsLargeStandElsewhereAndKeepTheirSize() {
    double[] sizes = IntStream.range(0, 60).mapToDouble(i -> i < 30 ? 1 : 3).toArray();
    List<String> notes = new ArrayList<>();
    GatedArm arm = GatedArm.matched(AdaptationArm.VALUE, at(0, 1, 30), List.of(at(2, 31)), Map.of(HOOK, scale(sizes)),
        5, 1,
        notes);
    assertThat(arm.name()).isEqualTo(AdaptationArm.VALUE_MATCHED);
    assertThat(new HashSet<>(arm.draws())).hasSize(5);
    for (SortedMap<HookPoint, List<Integer>> draw : arm.draws()) {
      assertThat(draw.get(HOOK)).hasSize(3).doesNotContain(0, 1, 30, 2, 31).doesNotHaveDuplicates();
      assertThat(draw.get(HOOK).stream().filter(i -> i < 30)).hasSize(2);
    }
    assertThat(notes).isEmpty();
    assertThat(GatedArm.matched(AdaptationArm.VALUE, at(0, 1, 30), List.of(at(2, 31)), Map.of(HOOK, scale(sizes)), 5, 1,
        notes))
        .isEqualTo(arm);
  }

  /// Nothing is as large as the target: random sets stand in, and it is said.
  @Test
  void whereSizesCannotBeMatchedItIsSaid() {
    double[] sizes = IntStream.range(0, 60).mapToDouble(i -> i == 0 ? 5 : 1).toArray();
    List<String> notes = new ArrayList<>();
    GatedArm arm = GatedArm.matched(AdaptationArm.VALUE, at(0), List.of(), Map.of(HOOK, scale(sizes)), 3, 1, notes);
    assertThat(arm.draws()).hasSize(3);
    assertThat(notes).singleElement().asString().contains("not matched on RMS", HOOK.toString());
    assertThatThrownBy(
        () -> GatedArm.matched(AdaptationArm.VALUE, at(0), List.of(), Map.of(HOOK, scale(sizes)), 0, 1, notes))
        .hasMessage("at least one matched set must be drawn, found 0");
  }

  @Test
  void theLargestAreTheLargestAndAllAreAll() {
    double[] sizes = IntStream.range(0, 60).mapToDouble(i -> 1 + i / 60.0).toArray();
    assertThat(GatedArm.largest(at(0, 1), Map.of(HOOK, scale(sizes))).draws().getFirst().get(HOOK))
        .containsExactlyInAnyOrder(58, 59);
    double[] withSink = sizes.clone();
    withSink[7] = 1e6;
    assertThatThrownBy(() -> GatedArm.largest(at(IntStream.range(0, 60).boxed().toArray(Integer[]::new)),
        Map.of(HOOK, scale(withSink)))).isInstanceOf(NotEnoughData.class)
        .hasMessageContaining("a set of the largest coordinates needs");
    assertThat(GatedArm.all(Map.of(HOOK, scale(sizes))).draws().getFirst().get(HOOK)).hasSize(60);
  }
}
