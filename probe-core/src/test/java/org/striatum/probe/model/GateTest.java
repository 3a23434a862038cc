package org.striatum.probe.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// What a gate may be made of. The formula itself is each engine's contract.
class GateTest {
  @Test
  void aGateWithRowsActsAtTheirPositionsAmongThoseOfItsMask() {
    Gate gate = Gate.patching(new TreeMap<>(Map.of(1, new float[]{5, 6}, 3, new float[]{7, 8})));
    assertThat(gate.selects(1, 2)).isTrue();
    assertThat(gate.selects(2, 2)).isFalse();
    assertThat(gate.at(PositionMask.GENERATED).selects(1, 2)).isFalse();
    assertThat(gate.at(PositionMask.GENERATED).selects(3, 2)).isTrue();
    assertThat(gate.apply(new float[]{1, 1}, new float[]{1, 1}, 3)).containsExactly(7, 8);
    assertThat(gate.added().over(new int[]{3, -1, 0, 1})).containsExactly(7, 8, 0, 0, 0, 0, 5, 6);
  }

  @Test
  void refusesPartsThatDoNotFit() {
    assertThatThrownBy(() -> Gate.patching(new TreeMap<>())).hasMessageContaining("found none");
    assertThatThrownBy(() -> Gate.patching(new TreeMap<>(Map.of(-1, new float[1])))).hasMessageContaining("≥ 0");
    assertThatThrownBy(() -> Gate.patching(new TreeMap<>(Map.of(0, new float[1], 1, new float[2]))))
        .hasMessageContaining("found 2 at position 1");
    assertThatThrownBy(() -> Gate.patching(new TreeMap<>(Map.of(0, new float[]{Float.NaN}))))
        .hasMessageContaining("finite");
    assertThatThrownBy(() -> Gate.identity(3).along(new RankOne(new float[2], new float[2])))
        .hasMessageContaining("found 2");
    assertThatThrownBy(() -> new RankOne(new float[2], new float[1])).hasMessageContaining("2 and 1");
    assertThatThrownBy(() -> new Direction(HookPoint.EMBED, new float[3])).hasMessageContaining("3 zeros");
    assertThatThrownBy(() -> Gate.identity(1).along(new RankOne(new float[1], new float[1])).apply(0, 1, 1))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anUnknownHookPointIsToldTheNearest() {
    assertThatThrownBy(() -> HookPoint.parse("blocks.7.hook_residpost"))
        .hasMessageContaining("nearest are blocks.7.hook_resid_post");
    assertThatThrownBy(() -> HookPoint.parse("blocks.2.attn.z")).hasMessageContaining("blocks.2.attn.hook_z");
    assertThatThrownBy(() -> HookPoint.parse("embed")).hasMessageContaining("hook_embed");
    assertThat(HookPoint.parse("blocks.2.attn.hook_z")).isEqualTo(new HookPoint(2, Site.HEAD_OUT));
  }
}
