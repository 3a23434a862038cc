package org.striatum.hooks.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// How weights are held depends on the model and the work alone; a machine without room says so.
class HeldWeightsTest {
  private static final long MANY = 100_000;
  private static final long BILLION = 1_000_000_000;

  @Test
  void aSmallModelIsPackedWhateverItDoes() {
    assertThat(HeldWeights.fitting(10 << 20, 5 << 20, 0)).isEqualTo(HeldWeights.all(Memory.FAST));
  }

  @Test
  void aLargeModelIsPackedForManyTokensOnly() {
    assertThat(HeldWeights.fitting(3 * BILLION, 3 * BILLION / 2, MANY))
        .isEqualTo(new HeldWeights(Memory.LOW, Memory.FAST));
    assertThat(HeldWeights.fitting(3 * BILLION, 3 * BILLION / 2, 4 * 16)).isEqualTo(HeldWeights.all(Memory.LOW));
  }

  @Test
  void aHugeModelIsNeverCopied() {
    assertThat(HeldWeights.fitting(14 * BILLION, 7 * BILLION, Long.MAX_VALUE)).isEqualTo(HeldWeights.all(Memory.LOW));
  }

  /// The figures of two machines are equal or there are none.
  @Test
  void aMachineWithoutRoomIsRefusedRatherThanGivenOtherFigures() {
    HeldWeights held = HeldWeights.fitting(3 * BILLION, 3 * BILLION / 2, MANY);
    assertThatCode(() -> held.requireRoom("m", 3 * BILLION / 2, 64 * BILLION)).doesNotThrowAnyException();
    assertThatThrownBy(() -> held.requireRoom("m", 3 * BILLION / 2, 8 * BILLION))
        .isInstanceOf(TooLittleMemoryException.class).hasMessageContaining("6.0 GB").hasMessageContaining("8.0 GB");
    assertThatCode(() -> HeldWeights.all(Memory.LOW).requireRoom("m", 3 * BILLION / 2, BILLION))
        .doesNotThrowAnyException();
  }

  @Test
  void aModelCanBeToldToHoldThemOtherwise() throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(Path.of("src/test/resources/golden/checkpoints/qwen2"));
        OnnxModel model = new OnnxModel(checkpoint, Decoder.of(checkpoint), Optional.empty(), 1,
            CompletionEnd.at(List.of()))) {
      assertThat(model.memory()).isEqualTo(Memory.FAST);
      for (Memory memory : Memory.values()) {
        model.hold(HeldWeights.all(memory));
        assertThat(model.memory()).isEqualTo(memory);
        assertThat(model.generate(List.of(TokenSequence.prompt(new int[]{3})), new long[]{1},
            new Sampling(0, 1, 0, 2, true), Gates.none(), 1, () -> {}).getFirst().tokens()).hasSize(2);
      }
    }
  }
}
