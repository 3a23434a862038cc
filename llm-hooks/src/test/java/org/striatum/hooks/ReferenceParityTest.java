package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;

/// Reference: transformers 5.17, torch 2.13, eager attention (src/test/resources/golden/ORIGIN.md).
class ReferenceParityTest {
  static final Path QWEN2 = Path.of("src/test/resources/golden/qwen2");

  @ParameterizedTest
  @EnumSource(Memory.class)
  void everyTensorEqualsTheReferenceImplementation(Memory memory) throws Exception {
    try (HookedModel model = HookedModel.open(QWEN2, Optional.of(memory), 0);
        ReferenceDump dump = ReferenceDump.open(QWEN2.resolve("expected.safetensors"))) {
      assertThat(dump.compare(model)).hasSize(10).allSatisfy(
          tensor -> assertThat(tensor.within(tensor.tensor().startsWith("greedy") ? 0 : 1e-4)).as(tensor.toString())
              .isTrue());
    }
  }
}
