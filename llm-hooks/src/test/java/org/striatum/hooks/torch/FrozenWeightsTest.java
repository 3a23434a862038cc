package org.striatum.hooks.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.UnusableWeightException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsWriter;

class FrozenWeightsTest {
  private static final int ROWS = 3001; // three turns of copying
  private static final int WIDTH = 700;

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void everyElementArrivesWidened(DType type, @TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("config.json"), "{}");
    byte[] noise = new byte[ROWS * WIDTH * type.bytes()];
    new Random(12).nextBytes(noise);
    for (int i = 1; i < noise.length; i += 2) {
      noise[i] &= (byte) 0xBF; // the exponent's highest bit: neither NaN nor ∞ in any of the three types
    }
    List<SafetensorsWriter.Declared> tensors = List
        .of(new SafetensorsWriter.Declared("w", type, List.of((long) ROWS, (long) WIDTH)));
    try (SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), tensors, Map.of())) {
      writer.append("w", MemorySegment.ofArray(noise));
    }
    try (Checkpoint checkpoint = Checkpoint.open(folder); FrozenWeights weights = new FrozenWeights(checkpoint)) {
      Weight weight = Weight.of("w", ROWS, WIDTH);
      assertThat(weights.get(weight).getShape()).isEqualTo(new Shape(ROWS, WIDTH));
      assertThat(weights.get(weight).toFloatArray()).isEqualTo(checkpoint.fileOf(weight).floats("w"));
      assertThat(weights.get(weight)).as("made once").isSameAs(weights.get(weight));
      assertThat(weights.get(weight).hasGradient()).isFalse();
      assertThatThrownBy(() -> weights.get(Weight.of("v", 1))).isInstanceOf(UnusableWeightException.class)
          .hasMessageContaining("'v' is missing");
    }
  }
}
