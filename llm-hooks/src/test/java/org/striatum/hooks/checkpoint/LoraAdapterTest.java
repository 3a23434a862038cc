package org.striatum.hooks.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.striatum.hooks.GoldenCheckpoints;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.hooks.parity.ReferenceDump;
import org.striatum.hooks.parity.TensorParity;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.Overlay;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;

/// Low-rank adapters over a mapped base compute what PEFT's merged models do (lora/make.py).
class LoraAdapterTest {
  private static final Path ADAPTERS = Path.of("src/test/resources/lora");
  private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints");
  private static final double TOLERANCE = 1e-5;
  private static final List<TokenSequence> SEQUENCES = List.of(new TokenSequence(new int[]{5, 6, 7, 8, 30}, 3),
      new TokenSequence(new int[]{5, 6, 11}, 2));

  @TempDir
  private Path folder;

  static List<Path> adapters() throws IOException {
    try (Stream<Path> all = Files.list(ADAPTERS)) {
      return all.filter(path -> Files.exists(path.resolve("expected.safetensors"))).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void theRuntimeComputesWhatTheMergedModelDoes(Path adapter) throws Exception {
    for (Memory memory : Memory.values()) {
      try (HookedModel model = HookedModel.open(adapter, Optional.of(memory), 1);
          ReferenceDump dump = ReferenceDump.open(adapter.resolve("expected.safetensors"))) {
        List<TensorParity> compared = dump.compare(model);
        assertThat(compared).extracting(TensorParity::tensor).containsExactly("logits");
        assertThat(compared.getFirst().relativeError()).as("%s %s", adapter, memory).isLessThan(TOLERANCE);
        assertThat(model.checksums()).containsKeys("adapter_config.json", "adapter_model.safetensors", "config.json");
      }
    }
  }

  /// Logits, continuations of a cache, and scores above a layer: every kind of graph takes the adapter.
  @ParameterizedTest
  @MethodSource("adapters")
  void bothEnginesComputeTheSame(Path adapter) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(adapter);
        GatedModel onnx = onnx(checkpoint, Memory.FAST);
        DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      assertThat(GoldenCheckpoints.relativeError(logits(onnx), logits(djl))).isLessThan(TOLERANCE);
      Sampling greedy = new Sampling(0, 1, 0, 6, true);
      List<TokenSequence> prompts = List.of(TokenSequence.prompt(new int[]{9, 4, 40}));
      assertThat(onnx.generate(prompts, new long[]{1}, greedy, Gates.none(), 1, () -> {}).getFirst().tokens())
          .isEqualTo(djl.generate(prompts, new long[]{1}, greedy, Gates.none(), 1, () -> {}).getFirst().tokens());
      Set<HookPoint> above = Set.of(HookPoint.residPost(1));
      try (GatedModel.Scorer a = onnx.scorer(SEQUENCES, above); GatedModel.Scorer b = djl.scorer(SEQUENCES, above)) {
        assertThat(a.logProbabilities(Gates.none())).containsExactly(b.logProbabilities(Gates.none()), within(1e-3));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("adapters")
  void mergingGivesTheSameModel(Path adapter) throws Exception {
    try (Checkpoint checkpoint = Checkpoint.open(adapter);
        DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      Path merged = folder.resolve("merged");
      djl.under(Overlay.none()).merge(merged);
      assertThat(LoraAdapter.isIn(merged)).isFalse();
      try (Checkpoint plain = Checkpoint.open(merged); GatedModel onnx = onnx(plain, Memory.LOW)) {
        assertThat(GoldenCheckpoints.relativeError(logits(onnx), logits(djl))).isLessThan(TOLERANCE);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Memory.class)
  void aPathOfZerosChangesNoBit(Memory memory) throws Exception {
    Path zeros = changed(ADAPTERS.resolve("llama-all-rslora"), (name, values) -> name.contains("lora_B")
        ? new float[values.length]
        : values);
    float[] base = logits(GOLDEN.resolve("llama"), memory);
    assertThat(logits(zeros, memory)).isEqualTo(base);
    assertThat(GoldenCheckpoints.relativeError(logits(ADAPTERS.resolve("llama-all-rslora"), memory), base))
        .as("the path acts").isGreaterThan(0.01);
  }

  @Test
  void halfPrecisionAndFilesOfTorchAreRead() throws Exception {
    Path halves = ADAPTERS.resolve("llama-qv-bf16");
    assertThat(GoldenCheckpoints.relativeError(logits(halves, Memory.LOW), logits(ADAPTERS.resolve("llama-qv"),
        Memory.LOW))).isLessThan(0.02);
    try (Checkpoint checkpoint = Checkpoint.open(halves);
        GatedModel onnx = onnx(checkpoint, Memory.LOW);
        DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(List.of()))) {
      assertThat(GoldenCheckpoints.relativeError(logits(onnx), logits(djl))).isLessThan(TOLERANCE);
    }
  }

  @Test
  void anAdapterBesideItsBaseIsReadOverIt() throws Exception {
    Path together = copied(ADAPTERS.resolve("llama-qv"), config -> config.replace("../../golden/checkpoints/llama",
        "org/base-on-the-hub"));
    Files.delete(together.resolve("expected.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(together)).isInstanceOf(AdapterBaseException.class)
        .hasMessageContaining("org/base-on-the-hub");
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve("llama").resolve(name), together.resolve(name));
    }
    assertThat(logits(together, Memory.LOW)).isEqualTo(logits(ADAPTERS.resolve("llama-qv"), Memory.LOW));
    assertThat(logits(together, Memory.LOW)).isNotEqualTo(logits(GOLDEN.resolve("llama"), Memory.LOW));
    Files.delete(together.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(together)).hasMessageContaining("adapter_model.safetensors");
    Files.delete(together.resolve("adapter_config.json"));
    Files.copy(ADAPTERS.resolve("llama-qv/adapter_model.safetensors"), together.resolve("adapter_model.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(together)).hasMessageContaining("without adapter_config.json");
  }

  @Test
  void aTokenizerOfTheAdaptersOwnIsSaidNotToBeRead() throws Exception {
    Path own = copied(ADAPTERS.resolve("llama-qv"), config -> config + " ");
    try (Checkpoint checkpoint = Checkpoint.open(own)) {
      assertThat(checkpoint.remarks()).isEmpty();
    }
    Files.writeString(own.resolve("tokenizer_config.json"), "{}");
    try (Checkpoint checkpoint = Checkpoint.open(own)) {
      assertThat(checkpoint.remarks()).singleElement().asString().contains("tokenizer_config.json");
    }
  }

  @Test
  void twoBasesAreRefused() throws Exception {
    Path both = copied(ADAPTERS.resolve("llama-qv"), config -> config.replace("../../golden/checkpoints/llama",
        GOLDEN.resolve("llama").toAbsolutePath().toString()));
    Files.copy(GOLDEN.resolve("llama/config.json"), both.resolve("config.json"));
    Files.copy(GOLDEN.resolve("llama/model.safetensors"), both.resolve("model.safetensors"));
    assertThatThrownBy(() -> Checkpoint.open(both)).isInstanceOf(AdapterBaseException.class)
        .hasMessageContaining("which of the two");
  }

  @Test
  void aBaseThatIsGivenIsTaken() throws Exception {
    Path lone = copied(ADAPTERS.resolve("llama-qv"), config -> config.replace("../../golden", "nowhere"));
    ModelSource given = ModelSource.of(GOLDEN.resolve("llama"), lone);
    try (Checkpoint checkpoint = Checkpoint.open(given); GatedModel onnx = onnx(checkpoint, Memory.LOW)) {
      assertThat(logits(onnx)).isEqualTo(logits(ADAPTERS.resolve("llama-qv"), Memory.LOW));
      assertThat(checkpoint.name()).isEqualTo("llama+" + lone.getFileName());
    }
    assertThatThrownBy(() -> ModelSource.of(GOLDEN.resolve("llama"), GOLDEN.resolve("gpt2")))
        .isInstanceOf(CheckpointException.class).hasMessageContaining("holds no adapter");
    assertThatThrownBy(() -> ModelSource.of(ADAPTERS.resolve("llama-regex"), lone))
        .isInstanceOf(CheckpointException.class).hasMessageContaining("one adapter");
  }

  @ParameterizedTest
  @CsvSource({"gpt2", "gpt_neox", "gemma2", "phi3"})
  void anAdapterOfAnotherBaseIsRefused(String base) throws Exception {
    assertThatThrownBy(() -> onnxOf(ModelSource.of(GOLDEN.resolve(base), ADAPTERS.resolve("llama-all-rslora"))))
        .isInstanceOf(CheckpointException.class).hasMessageContaining("belongs to another base");
  }

  /// What would make another model of the adapter, by the key that says so.
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"\"use_dora\": false | \"use_dora\": true | 'use_dora'",
      "\"lora_bias\": false | \"lora_bias\": true | 'lora_bias'", "\"LORA\" | \"IA3\" | 'peft_type'",
      "\"LORA\" | \"ADALORA\" | 'peft_type'",
      "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa\" | 'init_lora_weights'",
      "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa_niter_16\" | 'init_lora_weights'",
      "\"init_lora_weights\": true | \"init_lora_weights\": \"olora\" | 'init_lora_weights'",
      "\"init_lora_weights\": true | \"init_lora_weights\": \"loftq\" | 'init_lora_weights'",
      "\"trainable_token_indices\": null | \"trainable_token_indices\": [3] | 'trainable_token_indices'",
      "\"target_parameters\": null | \"target_parameters\": [\"experts\"] | 'target_parameters'",
      "\"layer_replication\": null | \"layer_replication\": [[0, 2]] | 'layer_replication'",
      "\"use_qalora\": false | \"use_qalora\": true | 'use_qalora'",
      "\"velora_config\": null | \"a_key_of_tomorrow\": 3 | 'a_key_of_tomorrow'", "\"r\": 4 | \"r\": 5 | rank 5",
      "\"r\": 4 | \"r\": 0 | 'r'", "\"lora_alpha\": 8 | \"lora_alpha\": -1 | 'lora_alpha'",
      "\"v_proj\" | \"k_proj\" | 'target_modules'",
      "\"exclude_modules\": null | \"exclude_modules\": [\"v_proj\"] | 'target_modules'",
      "\"layers_to_transform\": null | \"layers_to_transform\": [0] | 'target_modules'",
      "\"exclude_modules\": null | \"exclude_modules\": \"(\" | 'exclude_modules'",
      "\"exclude_modules\": null | \"exclude_modules\": \"(([a-z._0-9]*)*)*Z\" | steps",
      "\"rank_pattern\": {} | \"rank_pattern\": {\"v_proj\": 2} | rank 2"})
  void whatWouldMakeAnotherModelIsRefusedByItsKey(String there, String instead, String message) throws Exception {
    Path edited = copied(ADAPTERS.resolve("llama-qv"), config -> config.replace(there, instead));
    assertRefused(edited).hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({"lora_B.weight, lora_Z.weight, lora_Z", "q_proj.lora_B.weight, q_proj.lora_B.other.weight, one adapter",
      "q_proj.lora_B.weight, q_proj.lora_magnitude_vector, lora_magnitude_vector",
      "model.layers.1.self_attn.v_proj.lora_A.weight, model.norm.weight, modules_to_save",
      "layers.2, layers.7, the base has not"})
  void tensorsWithoutAPlaceAreRefusedByName(String there, String instead, String message) throws Exception {
    Path edited = changed(ADAPTERS.resolve("llama-qv"), (_, values) -> values, name -> name.replace(there, instead));
    assertRefused(edited).hasMessageContaining(message);
  }

  /// PEFT saves every module whose path *ends* with a listed name, and all below it.
  @Test
  void aSavedModuleIsNamedByTheEndOfItsPath() throws Exception {
    Path adapter = copied(ADAPTERS.resolve("llama-qv"),
        config -> config.replace("\"modules_to_save\": null", "\"modules_to_save\": [\"norm\", \"lm_head\"]"));
    LoraSettings settings = new LoraSettings(ModelConfig.read(adapter.resolve("adapter_config.json")));
    assertThat(Stream.of("model.norm", "model.norm.weight", "model.layers.0.post_attention_layernorm",
        "model.layers.0.post_attention_layernorm.weight", "lm_head.weight")).allMatch(settings::isSaved);
    assertThat(Stream.of("model.layers.0.mlp.up_proj.weight", "model.normal.weight", "model.embed_tokens.weight"))
        .noneMatch(settings::isSaved);
  }

  /// `lora_A.default.weight`, as training frameworks save it; without the wrapper's prefix, as transformers reads it.
  @ParameterizedTest
  @CsvSource({"'.weight', '.default.weight'", "'base_model.model.', ''"})
  void otherSpellingsOfTheSameNames(String there, String instead) throws Exception {
    Path spelled = changed(ADAPTERS.resolve("llama-qv"), (_, values) -> values, name -> name.replace(there, instead));
    assertThat(logits(spelled, Memory.LOW)).isEqualTo(logits(ADAPTERS.resolve("llama-qv"), Memory.LOW));
  }

  /// Whether a tied head follows its embedding depends on how the adapter was merged.
  @Test
  void aChangedEmbeddingThatIsTheHeadTooIsRefused() throws Exception {
    Path adapter = copied(ADAPTERS.resolve("gpt2-conv1d"), config -> config.replace("\"c_attn\"", "\"wte\""));
    Random random = new Random(1);
    try (SafetensorsWriter writer = new SafetensorsWriter(adapter.resolve("adapter_model.safetensors"),
        List.of(new Declared("base_model.model.transformer.wte.lora_embedding_A", DType.F32, List.of(4L, 199L)),
            new Declared("base_model.model.transformer.wte.lora_embedding_B", DType.F32, List.of(48L, 4L))),
        Map.of())) {
      for (int size : new int[]{4 * 199, 48 * 4}) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] = random.nextFloat();
        }
        writer.append("base_model.model.transformer.wte.lora_embedding_" + (size == 4 * 199 ? "A" : "B"), values, 0,
            size);
      }
    }
    assertRefused(adapter).hasMessageContaining("which is the head too");
  }

  private Path copied(Path adapter, UnaryOperator<String> config) throws IOException {
    Path copy = Files.createTempDirectory(folder, "adapter");
    try (Stream<Path> files = Files.list(adapter)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    String before = Files.readString(copy.resolve("adapter_config.json"));
    String after = config.apply(before);
    assertThat(after).as("the edit took").isNotEqualTo(before);
    Files.writeString(copy.resolve("adapter_config.json"), after.replace("../../golden", GOLDEN.toAbsolutePath()
        .getParent().toString()));
    return copy;
  }

  private Path changed(Path adapter, BiFunction<String, float[], float[]> values) throws IOException {
    return changed(adapter, values, name -> name);
  }

  private Path changed(Path adapter, BiFunction<String, float[], float[]> values, UnaryOperator<String> names)
      throws IOException {
    Path copy = copied(adapter, config -> config + " ");
    Files.delete(copy.resolve("adapter_model.safetensors"));
    try (SafetensorsFile file = SafetensorsFile.open(adapter.resolve("adapter_model.safetensors"))) {
      List<Declared> declared = new ArrayList<>();
      for (TensorInfo tensor : file.tensors().values()) {
        declared.add(new Declared(names.apply(tensor.name()), tensor.dtype(), tensor.shape()));
      }
      try (SafetensorsWriter writer = new SafetensorsWriter(copy.resolve("adapter_model.safetensors"), declared,
          Map.of())) {
        for (TensorInfo tensor : file.tensors().values()) {
          float[] now = values.apply(tensor.name(), file.floats(tensor.name()));
          writer.append(names.apply(tensor.name()), now, 0, now.length);
        }
      }
    }
    return copy;
  }

  private static void onnxOf(ModelSource source) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(source)) {
      onnx(checkpoint, Memory.LOW).close();
    }
  }

  private static OnnxModel onnx(Checkpoint checkpoint, Memory memory) throws CheckpointException {
    return new OnnxModel(checkpoint, Decoder.of(checkpoint), Optional.of(memory), 1, CompletionEnd.at(List.of()));
  }

  private static float[] logits(Path path, Memory memory) throws IOException {
    try (Checkpoint checkpoint = Checkpoint.open(path); GatedModel model = onnx(checkpoint, memory)) {
      return logits(model);
    }
  }

  private static float[] logits(GatedModel model) {
    return model.record(SEQUENCES, Set.of(HookPoint.LOGITS), Gates.none()).at(HookPoint.LOGITS);
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(Path folder) {
    return assertThatThrownBy(() -> HookedModel.open(folder, Optional.empty(), 1).close())
        .isInstanceOf(CheckpointException.class)
        .satisfies(refusal -> assertThat(refusal.getMessage()).as("one line").doesNotContain("\n"));
  }
}
