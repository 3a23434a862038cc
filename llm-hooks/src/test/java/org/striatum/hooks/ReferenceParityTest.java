package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;

/// Reference: transformers 5.17, torch 2.13, eager attention (src/test/resources/golden/ORIGIN.md).
class ReferenceParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");

  @ParameterizedTest
  @EnumSource(Memory.class)
  void everyTensorOfTheRandomCheckpointEqualsTheReference(Memory memory) throws Exception {
    List<TensorParity> compared = compare(GOLDEN.resolve("qwen2"), GOLDEN.resolve("qwen2/expected.safetensors"),
        memory);
    assertThat(compared).hasSize(10).allSatisfy(ReferenceParityTest::equal);
  }

  @ParameterizedTest
  @EnumSource(Memory.class)
  void everyTensorOfTheBundledCheckpointEqualsTheReference(Memory memory) throws Exception {
    List<TensorParity> compared = compare(REASONER, GOLDEN.resolve("tiny-reasoner-step2000/expected.safetensors"),
        memory);
    assertThat(compared).hasSize(12).allSatisfy(ReferenceParityTest::equal);
    assertThat(compared).extracting(TensorParity::tensor).contains("greedy text", "logits_zero_ablated", "mlp_post.3");
  }

  @Test
  void anotherModelsDumpFailsTensorByTensor() throws Exception {
    List<TensorParity> compared = compare(REASONER, GOLDEN.resolve("qwen2/expected.safetensors"), Memory.FAST);
    assertThat(compared).hasSize(10).noneSatisfy(ReferenceParityTest::equal);
  }

  @Test
  void zeroAblationNotDescribedIsAFailureNotASkip(@TempDir Path folder) throws Exception {
    Files.copy(GOLDEN.resolve("qwen2/expected.safetensors"), folder.resolve("expected.safetensors"));
    List<TensorParity> compared = compare(GOLDEN.resolve("qwen2"), folder.resolve("expected.safetensors"), Memory.FAST);
    assertThat(compared).filteredOn(tensor -> !tensor.within(1e-3)).extracting(TensorParity::tensor)
        .containsExactly("logits_zero_ablated");
  }

  private static List<TensorParity> compare(Path checkpoint, Path expected, Memory memory) throws Exception {
    try (HookedModel model = HookedModel.open(checkpoint, Optional.of(memory), 0);
        ReferenceDump dump = ReferenceDump.open(expected)) {
      return dump.compare(model);
    }
  }

  private static void equal(TensorParity tensor) {
    assertThat(tensor.relativeError()).as(tensor.toString())
        .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 1e-4);
  }
}
