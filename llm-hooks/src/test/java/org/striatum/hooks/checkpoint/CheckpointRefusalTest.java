package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
import org.striatum.probe.run.UsageException;

/// A broken checkpoint is refused in one line that says what is wrong and what to do.
class CheckpointRefusalTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints/qwen2");
  private static final Path REASONER = Path.of("../checkpoints/tiny-reasoner-step2000");

  @TempDir
  private Path folder;

  @BeforeEach
  void copyCheckpoint() throws IOException {
    for (String name : new String[]{"config.json", "model.safetensors"}) {
      Files.copy(GOLDEN.resolve(name), folder.resolve(name));
    }
  }

  @Test
  void opensAsItIs() throws Exception {
    HookedModel.open(folder, Optional.empty(), 0).close();
  }

  @Test
  void opensThroughSymbolicLinksAsInTheHubCache(@TempDir Path cache) throws Exception {
    Path cached = cache.resolve("models--org--tiny-model");
    Path snapshot = Files.createDirectories(cached.resolve("snapshots/abc"));
    Path blobs = Files.createDirectories(cached.resolve("blobs"));
    Files.copy(GOLDEN.resolve("model.safetensors"), blobs.resolve("0123"));
    Files.copy(GOLDEN.resolve("config.json"), blobs.resolve("4567"));
    Files.createSymbolicLink(snapshot.resolve("model.safetensors"), Path.of("../../blobs/0123"));
    Files.createSymbolicLink(snapshot.resolve("config.json"), Path.of("../../blobs/4567"));
    Files.createDirectories(cached.resolve("refs"));
    Files.writeString(cached.resolve("refs/main"), "abc");
    try (HookedModel whole = HookedModel.open(cached, Optional.empty(), 0)) {
      assertThat(whole.facts().name()).isEqualTo("tiny-model");
    }
    Files.writeString(cached.resolve("refs/main"), "../../elsewhere");
    assertRefused(cached).hasMessageContaining("names no folder");
    try (HookedModel model = HookedModel.open(snapshot, Optional.empty(), 0)) {
      assertThat(model.facts().name()).isEqualTo("tiny-model");
      var tokens = List.of(TokenSequence.prompt(new int[]{5, 6}));
      var hook = HookPoint.residPost(0);
      assertThat(model.model().record(tokens, Set.of(hook), Gates.none()).at(hook))
          .hasSize(96);
    }
  }

  @Test
  void missingFolder() {
    assertRefused(folder.resolve("nowhere")).hasMessageContaining("does not exist");
  }

  @Test
  void aFileInsteadOfAFolder() {
    assertRefused(folder.resolve("config.json")).hasMessageContaining("is not a folder");
  }

  @Test
  void missingConfig() throws Exception {
    Files.delete(folder.resolve("config.json"));
    assertRefused(folder).hasMessageContaining("no config.json");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{\"model_type\": | is not valid JSON", "[1, 2] | is not a JSON object",
      "'' | is not a JSON object", "{} | lacks 'model_type'", "{\"model_type\": 7} | 'model_type' must be a string",
      "{\"model_type\": \"mamba\"} | optimum-cli export onnx --model",
      "{\"model_type\": \"qwen2\"} | lacks 'hidden_size'"})
  void brokenConfig(String config, String message) throws Exception {
    Files.writeString(folder.resolve("config.json"), config);
    assertRefused(folder).hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "\"num_hidden_layers\": 3 | \"num_hidden_layers\": -3 | 'num_hidden_layers' must be",
      "\"hidden_size\": 48 | \"hidden_size\": 1e9 | 'hidden_size' must be",
      "\"hidden_size\": 48 | \"hidden_size\": 64 | has shape [199, 48] where config.json implies [199, 64]",
      "\"num_hidden_layers\": 3 | \"num_hidden_layers\": 5 | 'layer_types' is supported as one entry a layer",
      "\"num_key_value_heads\": 2 | \"num_key_value_heads\": 3 | 'num_key_value_heads' is supported as a divisor",
      "\"hidden_act\": \"silu\" | \"hidden_act\": \"laplace\" | 'hidden_act' is supported as gelu",
      "\"rope_type\": \"default\" | \"rope_type\": \"mrope\" | 'rope_parameters.rope_type' is supported as default, linear, llama3",
      "\"rope_type\": \"default\" | \"rope_type\": \"default\", \"full_attention\": {} | 'rope_parameters.full_attention'",
      "\"rope_type\": \"default\" | \"rope_type\": \"yarn\", \"factor\": -2 | 'rope_parameters.factor' must be a number > 0",
      "\"rope_type\": \"default\" | \"rope_type\": \"linear\" | lacks 'rope_parameters.factor'",
      "\"rope_type\": \"default\" | \"rope_type\": \"default\", \"partial_rotary_factor\": 0.5 | 'rope_parameters.partial_rotary_factor' is supported as 1",
      "\"use_cache\": true | \"is_causal\": false | 'is_causal' is supported as true",
      "\"use_cache\": true | \"use_bidirectional_attention\": true | 'use_bidirectional_attention' is supported as false",
      "\"use_cache\": true | \"head_dim\": 10 | 'model.layers.0.self_attn.q_proj.weight'",
      "\"tie_word_embeddings\": true | \"tie_word_embeddings\": false | tensor 'lm_head.weight' is missing",
      "\"rms_norm_eps\": 1e-06 | \"rms_norm_eps\": -1 | 'rms_norm_eps' must be a number > 0"})
  void unsupportedValuesAreNamed(String there, String instead, String message) throws Exception {
    edit(config -> config.replace(there, instead));
    assertRefused(folder).hasMessageContaining(message);
  }

  @Test
  void missingWeights() throws Exception {
    Files.delete(folder.resolve("model.safetensors"));
    assertRefused(folder).hasMessageContaining("no model.safetensors");
  }

  @Test
  void truncatedWeights() throws Exception {
    byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
    for (int length : new int[]{0, 5, 100, 4000, whole.length - 1}) {
      Files.write(folder.resolve("model.safetensors"), Arrays.copyOf(whole, length));
      assertRefused(folder).hasMessageContaining("model.safetensors");
    }
  }

  @Test
  void aHeaderLengthOfTwoToTheSixtyThree() throws Exception {
    byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
    ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MIN_VALUE);
    Files.write(folder.resolve("model.safetensors"), whole);
    assertRefused(folder).hasMessageContaining("model.safetensors");
  }

  @Test
  void offsetsBeyondTheFile() throws Exception {
    byte[] whole = Files.readAllBytes(folder.resolve("model.safetensors"));
    String text = new String(whole, StandardCharsets.ISO_8859_1);
    Files.write(folder.resolve("model.safetensors"),
        text.replace("[261696,261888]", "[261696,999999]").getBytes(StandardCharsets.ISO_8859_1));
    assertRefused(folder).hasMessageContaining("model.safetensors");
  }

  @Test
  void aMissingTensor() throws Exception {
    edit(config -> config.replace("\"num_hidden_layers\": 3", "\"num_hidden_layers\": 4").replace("\"layer_types\": [",
        "\"layer_types\": [\"full_attention\","));
    assertRefused(folder).hasMessageContaining("tensor 'model.layers.3.").hasMessageContaining("is missing");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"{\"weight_map\": {\"a\": \"../../etc/passwd\"}} | is not a file of this folder",
      "{\"weight_map\": {\"a\": \"/etc/passwd\"}} | is not a file of this folder",
      "{\"weight_map\": {\"a\": \"..\"}} | is not a file of this folder",
      "{\"weight_map\": {\"a\": \".\"}} | is not a file of this folder",
      "{\"weight_map\": {\"a\": \"/\"}} | is not a file of this folder",
      "{\"weight_map\": {\"a\": \"a\\u0000b\"}} | is not a file of this folder",
      "{\"weight_map\": {}} | names no shard", "{ | is not valid JSON",
      "{\"weight_map\": {\"a\": \"model-1.safetensors\"}} | is missing, though the index names it"})
  void anIndexThatLeadsElsewhere(String index, String message) throws Exception {
    Files.delete(folder.resolve("model.safetensors"));
    Files.writeString(folder.resolve("model.safetensors.index.json"), index);
    assertRefused(folder).hasMessageContaining(message);
  }

  @Test
  void aTokenizerWithMoreTokensThanTheEmbedding() throws Exception {
    Path tokenizer = folder.resolve("tokenizer.json");
    Files.writeString(tokenizer,
        Files.readString(REASONER.resolve("tokenizer.json")).replace("\"z\": 52", "\"z\": 199"));
    try (HookedModel model = HookedModel.open(folder, Optional.empty(), 0)) {
      assertThat(model.tokenizer().encode("a")).endsWith(27);
      assertThatThrownBy(() -> model.tokenizer().encode("az")).isInstanceOf(UsageException.class)
          .hasMessageContaining("'z' (199)").hasMessageContaining("199 rows");
    }
    try (HookedModel model = HookedModel.open(folder, Optional.empty(), 0)) {
      Files.writeString(tokenizer, "{\"model\": ");
      assertThatThrownBy(model::tokenizer).isInstanceOf(CheckpointException.class)
          .hasMessageContaining("not valid JSON");
      Files.delete(tokenizer);
      assertThatThrownBy(model::tokenizer).isInstanceOf(CheckpointException.class)
          .hasMessageContaining("no tokenizer.json");
    }
  }

  private void edit(UnaryOperator<String> change) throws IOException {
    String before = Files.readString(folder.resolve("config.json"));
    String after = change.apply(before);
    assertThat(after).as("the edit took").isNotEqualTo(before);
    Files.writeString(folder.resolve("config.json"), after);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Path folder) {
    return assertThatThrownBy(() -> HookedModel.open(folder, Optional.empty(), 0).close())
        .isInstanceOf(CheckpointException.class)
        .satisfies(
            refusal -> assertThat(refusal.getMessage()).as("one line").doesNotContain("\n").hasSizeLessThan(400));
  }
}
