package org.striatum.hooks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.probe.tensor.SafetensorsFile;

/// Reference: transformers 5.17, torch 2.13, eager attention (src/test/resources/golden/ORIGIN.md).
class ReferenceParityTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");

  /// Every family, and configurations beside the usual ones: (folder, memory mode). Both modes of every one with all
  /// tests, otherwise of those that the contracts are run on.
  static Stream<Arguments> randomCheckpoints() throws IOException {
    List<Path> both = GoldenCheckpoints.inBothModes();
    return GoldenCheckpoints.all().stream().flatMap(folder -> Arrays.stream(Memory.values())
        .filter(memory -> memory == Memory.LOW || both.contains(folder)).map(memory -> arguments(folder, memory)));
  }

  @ParameterizedTest
  @MethodSource("randomCheckpoints")
  void everyTensorOfARandomCheckpointEqualsTheReference(Path folder, Memory memory) throws Exception {
    List<TensorParity> compared = compare(folder, folder.resolve("expected.safetensors"), memory);
    assertThat(compared).allSatisfy(ReferenceParityTest::equal);
    assertThat(compared).extracting(TensorParity::tensor).contains("embed", "logits", "greedy_row0", "resid_post.2");
    try (SafetensorsFile dump = SafetensorsFile.open(folder.resolve("expected.safetensors"))) {
      assertThat(compared).as("everything dumped").hasSize(dump.tensors().size() - 2); // but ids and mask
    }
    if (!folder.getParent().endsWith("families")) {
      assertThat(compared).extracting(TensorParity::tensor).contains("logits_zero_ablated");
    }
  }

  @Test
  void everyFamilyHasAReference() throws Exception {
    Set<String> families = new TreeSet<>();
    for (Arguments checkpoint : randomCheckpoints().toList()) {
      families.add(GoldenCheckpoints.modelType((Path) checkpoint.get()[0]));
    }
    families.add("qwen2_vl_text"); // read as qwen2_5_vl_text, by the same description
    assertThat(families).isEqualTo(Decoder.FAMILIES.keySet());
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
    List<TensorParity> compared = compare(REASONER, GOLDEN.resolve("checkpoints/qwen2/expected.safetensors"),
        Memory.FAST);
    assertThat(compared).hasSize(10).noneSatisfy(ReferenceParityTest::equal);
  }

  @Test
  void zeroAblationNotDescribedIsAFailureNotASkip(@TempDir Path folder) throws Exception {
    Files.copy(GOLDEN.resolve("checkpoints/qwen2/expected.safetensors"), folder.resolve("expected.safetensors"));
    List<TensorParity> compared = compare(GOLDEN.resolve("checkpoints/qwen2"), folder.resolve("expected.safetensors"),
        Memory.FAST);
    assertThat(compared).filteredOn(tensor -> !tensor.within(1e-3)).extracting(TensorParity::tensor)
        .containsExactly("logits_zero_ablated");
  }

  private static List<TensorParity> compare(Path checkpoint, Path expected, Memory memory) throws Exception {
    try (HookedModel model = HookedModel.open(checkpoint, Optional.of(memory), 1);
        ReferenceDump dump = ReferenceDump.open(expected)) {
      return dump.compare(model);
    }
  }

  private static void equal(TensorParity tensor) {
    assertThat(tensor.relativeError()).as(tensor.toString())
        .isLessThanOrEqualTo(tensor.tensor().startsWith("greedy") ? 0 : 1e-4);
  }
}
