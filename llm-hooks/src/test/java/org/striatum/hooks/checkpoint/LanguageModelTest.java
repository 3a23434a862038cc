package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.TensorInfo;

/// Where the language model lies in a checkpoint: behind which prefix, in which part of the configuration, with which
/// head.
class LanguageModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path LLAMA = GOLDEN.resolve("variants/llama-biases-yarn"); // untied
  private static final Path TIED = GOLDEN.resolve("families/ernie4_5");
  private static final Path WRAPPER = GOLDEN.resolve("families/wrapper-gemma3_4b");
  private static final Path QWEN = GOLDEN.resolve("families/wrapper-qwen2_5_vl");

  @TempDir
  private Path folder;

  @BeforeEach
  void fresh() throws IOException {
    Files.deleteIfExists(folder.resolve("config.json"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"_orig_mod.", "language_model.", "module.", "base_model.model.", "model.language_model."})
  void knownPrefixesAreFound(String prefix) throws Exception {
    copy(LLAMA, name -> prefix + name);
    assertThat(logits(folder)).isEqualTo(logits(LLAMA));
  }

  @Test
  void anUnknownPrefixIsNamed() throws Exception {
    copy(LLAMA, name -> "tower_of." + name);
    assertRefused().hasMessageContaining("tower_of.model.embed_tokens.weight");
  }

  @Test
  void twoPrefixesAtOnceAreRefused() throws Exception {
    copy(LLAMA, name -> name, name -> "language_model." + name);
    assertRefused().hasMessageContaining("language_model.model.").hasMessageContaining("2 prefixes");
  }

  @Test
  void anUntiedModelWithoutAHeadIsRefused() throws Exception {
    copy(LLAMA, name -> name.equals("lm_head.weight") ? "other" : name);
    assertRefused().hasMessageContaining("without its language-model head");
  }

  @ParameterizedTest
  @ValueSource(strings = {"score.weight", "model.score.weight", "classifier.weight", "v_head.summary.weight"})
  void otherHeadsAreRefusedByName(String head) throws Exception {
    copy(TIED, name -> name, name -> name.equals("model.norm.weight") ? head : null);
    assertRefused().hasMessageContaining(head);
  }

  @Test
  void anEqualHeadBesideATiedEmbeddingIsTheEmbedding() throws Exception {
    copy(TIED, name -> name, name -> name.equals("model.embed_tokens.weight") ? "lm_head.weight" : null);
    assertThat(logits(folder)).isEqualTo(logits(TIED));
    assertThat(remarks()).isEmpty();
  }

  @Test
  void anotherHeadBesideATiedEmbeddingIsUsedAndSaid() throws Exception {
    try (SafetensorsFile file = SafetensorsFile.open(TIED.resolve("model.safetensors"))) {
      float[] embedding = new float[199 * 48];
      file.floats("model.embed_tokens.weight", 0, embedding, 0, embedding.length);
      float[] doubled = embedding.clone();
      for (int i = 0; i < doubled.length; i++) {
        doubled[i] *= 2;
      }
      copyWith(TIED, "lm_head.weight", List.of(199L, 48L), doubled);
    }
    float[] tied = logits(TIED);
    float[] own = logits(folder);
    for (int i = 0; i < tied.length; i++) {
      assertThat(own[i]).isEqualTo(2 * tied[i]);
    }
    assertThat(remarks()).singleElement().asString().contains("lm_head.weight", "tie_word_embeddings");
  }

  /// The flag of the wrapper decides, not the text's.
  @Test
  void theWrapperTiesTheHead() throws Exception {
    copy(WRAPPER, name -> name);
    edit("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false");
    assertRefused().hasMessageContaining("without its language-model head");
  }

  @ParameterizedTest
  @CsvSource({"hidden_size, 64", "num_hidden_layers, 9", "sliding_window, 7"})
  void wrapperAndTextThatDisagreeAreRefusedByTheKey(String key, String value) throws Exception {
    copy(WRAPPER, name -> name);
    edit("\"model_type\": \"gemma3\"", "\"model_type\": \"gemma3\", \"" + key + "\": " + value);
    assertRefused().hasMessageContaining("'" + key + "'").hasMessageContaining("text_config." + key);
  }

  /// What the text's class assumes and files on the hub leave out.
  @Test
  void theTextsClassGivesTheSizesThatAreNotThere() throws Exception {
    Files.writeString(folder.resolve("config.json"), """
        {"model_type": "gemma3", "text_config": {"hidden_size": 2560, "intermediate_size": 10240, "model_type":
        "gemma3_text", "num_hidden_layers": 34, "sliding_window": 1024}, "vision_config": {"hidden_size": 1152}}""");
    ModelConfig text = ModelConfig.read(folder.resolve("config.json")).languageModel();
    assertThat(text.size("num_attention_heads")).isEqualTo(8);
    assertThat(text.size("num_key_value_heads")).isEqualTo(4);
    assertThat(text.size("head_dim")).isEqualTo(256);
    assertThat(text.size("vocab_size")).isEqualTo(262_208);
    assertThat(text.size("hidden_size")).isEqualTo(2560);
    assertThat(text.flag("tie_word_embeddings", false)).isTrue();
  }

  /// As the reference's configuration classes decide it (golden/wrappers.py): some wrappers follow their text, others do not,
  /// and the text's own class may tie where nothing is said.
  @ParameterizedTest
  @CsvSource({"llava, gemma, , , true", "llava, llama, , , false", "llava, llama, true, false, true",
      "llava_next, llama, true, false, false", "llava_onevision, qwen2, true, , true", "qwen2_vl, , true, false, true",
      "internvl, qwen2, , , true", "internvl, qwen2, , false, false"})
  void theClassesSayWhetherTheHeadIsTied(String wrapper, String text, Boolean ofText, Boolean ofWrapper, boolean tied)
      throws Exception {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("model_type", wrapper);
    ObjectNode part = config.putObject("text_config");
    if (text != null) {
      part.put("model_type", text);
    }
    if (ofText != null) {
      part.put("tie_word_embeddings", ofText);
    }
    if (ofWrapper != null) {
      config.put("tie_word_embeddings", ofWrapper);
    }
    Files.writeString(folder.resolve("config.json"), config.toString());
    assertThat(ModelConfig.read(folder.resolve("config.json")).languageModel().flag("tie_word_embeddings", !tied))
        .isEqualTo(tied);
  }

  /// Qwen2.5-VL's older files hold the text's keys at the top.
  @Test
  void aFlatWrapperIsTheSameModel() throws Exception {
    copy(QWEN, name -> name);
    String nested = Files.readString(folder.resolve("config.json"));
    String text = nested.substring(nested.indexOf("\"text_config\": {") + 16,
        nested.indexOf("},\n  \"tie_word_embeddings\""));
    Files.writeString(folder.resolve("config.json"), "{" + text.replace("qwen2_5_vl_text", "qwen2_5_vl")
        + ", \"vision_config\": {\"hidden_size\": 32}, \"tie_word_embeddings\": false}");
    assertThat(logits(folder)).isEqualTo(logits(QWEN));
  }

  private List<?> remarks() throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(folder)) {
      checkpoint.head(true, Weight.of("model.embed_tokens.weight", 199, 48), "lm_head.weight");
      return checkpoint.remarks();
    }
  }

  private void edit(String from, String to) throws IOException {
    String before = Files.readString(folder.resolve("config.json"));
    int last = before.lastIndexOf(from); // the wrapper's own keys stand behind the text's
    assertThat(last).isNotNegative();
    Files.writeString(folder.resolve("config.json"),
        before.substring(0, last) + to + before.substring(last + from.length()));
  }

  /// Copies a checkpoint, each tensor once under every name it is given; null for none.
  @SafeVarargs
  private void copy(Path from, UnaryOperator<String>... names) throws IOException {
    Files.copy(from.resolve("config.json"), folder.resolve("config.json"));
    write(from, Map.of(), List.of(), names);
  }

  private void copyWith(Path from, String added, List<Long> shape, float[] values) throws IOException {
    Files.copy(from.resolve("config.json"), folder.resolve("config.json"));
    write(from, Map.of(added, values), shape, name -> name);
  }

  @SafeVarargs
  private void write(Path from, Map<String, float[]> added, List<Long> shape, UnaryOperator<String>... names)
      throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(from.resolve("model.safetensors"))) {
      List<SafetensorsWriter.Declared> declared = new ArrayList<>();
      List<Map.Entry<String, String>> copies = new ArrayList<>();
      for (UnaryOperator<String> name : names) {
        for (TensorInfo tensor : file.tensors().values()) {
          String to = name.apply(tensor.name());
          if (to != null) {
            declared.add(new SafetensorsWriter.Declared(to, tensor.dtype(), tensor.shape()));
            copies.add(Map.entry(to, tensor.name()));
          }
        }
      }
      for (String name : added.keySet()) {
        declared.add(new SafetensorsWriter.Declared(name, DType.F32, shape));
      }
      try (SafetensorsWriter writer = new SafetensorsWriter(folder.resolve("model.safetensors"), declared, Map.of())) {
        for (Map.Entry<String, String> copy : copies) {
          writer.append(copy.getKey(), file.data(copy.getValue()));
        }
        for (Map.Entry<String, float[]> value : added.entrySet()) {
          ByteBuffer bytes = ByteBuffer.allocate(4 * value.getValue().length)
              .order(ByteOrder.LITTLE_ENDIAN);
          bytes.asFloatBuffer().put(value.getValue());
          writer.append(value.getKey(), MemorySegment.ofBuffer(bytes));
        }
      }
    }
  }

  private AbstractThrowableAssert<?, ? extends Throwable> assertRefused() {
    return assertThatThrownBy(() -> HookedModel.open(folder, Optional.empty(), 1).close())
        .isInstanceOf(CheckpointException.class);
  }

  private static float[] logits(Path checkpoint) throws IOException {
    try (HookedModel model = HookedModel.open(checkpoint, Optional.empty(), 1)) {
      return model.model()
          .record(List.of(TokenSequence.prompt(new int[]{5, 6, 7})), Set.of(HookPoint.LOGITS), Gates.none())
          .at(HookPoint.LOGITS);
    }
  }
}
