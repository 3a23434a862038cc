package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;

/// What lies on the hub opens as what it is, or is refused by the name of what it is: nothing opens as something else.
class LayoutCasesTest {
  private static final Path CASES = Path.of("src/test/resources/cases"); // ORIGIN.md
  private static final Path LLAMA = Path.of("src/test/resources/golden/checkpoints/llama");
  private static final double TOLERANCE = 1e-4;

  @TempDir
  private Path folder;
  private Path model;

  @BeforeEach
  void ofItsOwn() throws IOException {
    model = Files.createDirectory(folder.resolve("Tiny-8B-GPTQ"));
  }

  static Stream<Arguments> cases() throws IOException {
    return new ObjectMapper().readTree(CASES.resolve("cases.json").toFile()).properties().stream()
        .map(found -> Arguments.of(found.getKey(), found.getValue()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void everyCaseComesOutAsItMust(String name, JsonNode expected) throws Exception {
    for (Map.Entry<String, JsonNode> file : expected.get("files").properties()) {
      Files.copy(CASES.resolve("files").resolve(file.getValue().textValue()), model.resolve(file.getKey()));
    }
    List<String> says = new ArrayList<>();
    expected.get("says").forEach(said -> says.add(said.textValue()));
    if (expected.get("outcome").textValue().equals("refused")) {
      AbstractThrowableAssert<?, ?> refusal = assertRefused();
      says.forEach(refusal::hasMessageContaining);
      return;
    }
    for (Memory memory : Memory.values()) {
      try (HookedModel opened = HookedModel.open(model, Optional.of(memory), 1);
          ReferenceDump dump = ReferenceDump.open(model.resolve("expected.safetensors"))) {
        List<TensorParity> compared = dump.compare(opened);
        assertThat(compared).extracting(TensorParity::tensor).contains("logits");
        assertThat(compared).allSatisfy(
            tensor -> assertThat(tensor.relativeError()).as(name + " " + tensor.tensor()).isLessThan(TOLERANCE));
        String remarks = String.valueOf(opened.facts().details().get("remarks"));
        assertThat(says).allSatisfy(said -> assertThat(remarks).contains(said));
        assertThat(says.isEmpty()).as("remarks: " + remarks).isEqualTo(remarks.equals("null"));
      }
    }
  }

  /// The unquantised sibling is named by the folder's own name.
  @Test
  void theSiblingOfAQuantisedCheckpointIsNamed() throws Exception {
    write(Map.of("model.layers.0.mlp.down_proj.qweight", DType.I32, "model.layers.0.mlp.down_proj.qzeros", DType.I32));
    assertRefused().hasMessageContaining("AWQ").hasMessageContaining("'Tiny-8B'");
    Files.move(model, model.resolveSibling("tests-gptq"));
    model = model.resolveSibling("tests-gptq"); // what is left is no model's name
    assertRefused().hasMessageContaining("AWQ").message().doesNotContain("'tests'");
  }

  @ParameterizedTest
  @CsvSource({"w.SCB, F32, bitsandbytes (8 bits)", "w.g_idx, I32, GPTQ", "w.weight_packed, I32, compressed-tensors",
      "w.weight, F8_E4M3, FP8", "w.weight, F8_E5M2, FP8", "w.weight, I8, integers",
      "experts.gate_up_proj_blocks, U8, MXFP4", "w.scales, F16, MLX", "w.W_q, U8, HQQ", "w.codebooks, F16, AQLM"})
  void everyFormatOfQuantisedWeightsIsNamed(String tensor, DType type, String format) throws Exception {
    write(Map.of(tensor, type));
    assertRefused().hasMessageContaining(format).hasMessageContaining(tensor);
  }

  @ParameterizedTest
  @CsvSource({"model.fp16.safetensors, variant", "pytorch_model.fp16.bin, variant",
      "model-00001-of-00002.safetensors, model.safetensors.index.json",
      "pytorch_model-00001-of-00002.bin, pytorch_model.bin.index.json", "consolidated.safetensors, convert_",
      "consolidated.00.pth, convert_", "model.gguf, gguf_file", "tf_model.h5, another framework",
      "flax_model.msgpack, another framework", "weights.pt, pytorch_model.bin", "diffusion.safetensors, rename"})
  void weightsUnderOtherNamesAreNamedWithWhatHelps(String file, String remedy) throws Exception {
    Files.createFile(model.resolve(file));
    assertRefused().hasMessageContaining(file).hasMessageContaining(remedy);
    Files.copy(LLAMA.resolve("config.json"), model.resolve("config.json"));
    assertRefused().hasMessageContaining(file).hasMessageContaining(remedy);
  }

  /// A folder with several such files is named by the one that tells most.
  @Test
  void theMostTellingFileIsNamed() throws Exception {
    for (String file : List.of("a.safetensors", "model-Q4.gguf", "model-00001-of-00001.safetensors", "z.pt")) {
      Files.createFile(model.resolve(file));
    }
    assertRefused().hasMessageContaining("model-00001-of-00001.safetensors");
  }

  @Test
  void whatNobodyReadsIsListed() throws Exception {
    Files.copy(LLAMA.resolve("model.safetensors"), model.resolve("base.safetensors"));
    Files.writeString(model.resolve("config.json"),
        Files.readString(LLAMA.resolve("config.json")).replaceFirst("\\{", "{\"a_key_of_nobody\": 3,"));
    try (SafetensorsFile file = SafetensorsFile.open(LLAMA.resolve("model.safetensors"))) {
      List<Declared> declared = new ArrayList<>();
      file.tensors().values().forEach(tensor -> declared.add(new Declared(tensor.name(), tensor.dtype(),
          tensor.shape())));
      for (int layer = 0; layer < 3; layer++) {
        declared.add(new Declared("visual.blocks." + layer + ".inv_freq", DType.F32, List.of(1L)));
      }
      try (SafetensorsWriter writer = new SafetensorsWriter(model.resolve("model.safetensors"), declared, Map.of())) {
        for (TensorInfo tensor : file.tensors().values()) {
          writer.append(tensor.name(), file.data(tensor.name()));
        }
        for (int layer = 0; layer < 3; layer++) {
          writer.append("visual.blocks." + layer + ".inv_freq", new float[1], 0, 1);
        }
      }
    }
    try (HookedModel opened = HookedModel.open(model, Optional.empty(), 1)) {
      Map<String, Object> details = opened.facts().details();
      assertThat(details.get("ignored tensors")).hasToString("visual.blocks.*.inv_freq (3)");
      assertThat(details.get("ignored files")).isEqualTo(List.of("base.safetensors"));
      assertThat(ignoredKeys(opened)).contains("a_key_of_nobody");
    }
  }

  @Test
  void aWrappersOwnKeysAreListed() throws Exception {
    Path wrapper = Path.of("src/test/resources/golden/families/wrapper-qwen2_5_vl");
    try (HookedModel opened = HookedModel.open(wrapper, Optional.empty(), 1)) {
      assertThat(ignoredKeys(opened)).contains("vision_config")
          .doesNotContain("text_config", "tie_word_embeddings");
    }
  }

  private static List<String> ignoredKeys(HookedModel opened) {
    return ((List<?>) opened.facts().details().get("ignored configuration")).stream().map(String::valueOf).toList();
  }

  /// Of a model that is no wrapper, too.
  @Test
  void aTextPartThatContradictsTheTopIsRefused() throws Exception {
    Files.copy(LLAMA.resolve("model.safetensors"), model.resolve("model.safetensors"));
    Files.writeString(model.resolve("config.json"), Files.readString(LLAMA.resolve("config.json"))
        .replaceFirst("\\{", "{\"text_config\": {\"rms_norm_eps\": 0.5},"));
    assertRefused().hasMessageContaining("'rms_norm_eps'").hasMessageContaining("text_config.rms_norm_eps");
  }

  private void write(Map<String, DType> tensors) throws IOException {
    Files.copy(LLAMA.resolve("config.json"), model.resolve("config.json"));
    List<Declared> declared = tensors.entrySet().stream()
        .map(tensor -> new Declared(tensor.getKey(), tensor.getValue(), List.of(0L))).toList();
    new SafetensorsWriter(model.resolve("model.safetensors"), declared, Map.of()).close();
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused() {
    return assertThatThrownBy(() -> HookedModel.open(model, Optional.empty(), 1).close())
        .isInstanceOf(CheckpointException.class)
        .satisfies(refusal -> assertThat(refusal.getMessage()).as("one line").doesNotContain("\n"));
  }
}
