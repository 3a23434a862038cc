package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryTest {
  private static final long TERABYTES = 100L << 40;

  @Test
  void aSmallModelIsPackedWhateverItDoes() {
    assertThat(Memory.fitting(10 << 20)).isEqualTo(Memory.FAST);
    assertThat(Memory.whileGenerating(10 << 20)).isEqualTo(Memory.FAST);
  }

  @Test
  void aCopyThatNoMachineHasRoomForIsNotMade() {
    assertThat(Memory.fitting(TERABYTES)).isEqualTo(Memory.LOW);
    assertThat(Memory.whileGenerating(TERABYTES)).isEqualTo(Memory.LOW);
  }
}
