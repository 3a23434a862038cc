package org.striatum.hooks.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// Keys that the reference implementation does not read change nothing, are not refused, and are listed.
class UnreadKeysTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");

  @TempDir
  private Path folder;

  /// Keys added to a checkpoint's configuration; separated by spaces what is listed then.
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      variants/phi3-longrope     | "rope_scaling": {          | "short_mscale": 1.2, "long_mscale": 1.4, | rope_scaling.short_mscale rope_scaling.long_mscale
      variants/llama-biases-yarn | "rope_scaling": {          | "finetuned": true, "low_freq_factor": 2, | rope_scaling.finetuned rope_scaling.low_freq_factor
      variants/llama-biases-yarn | "rope_scaling": {          | "attention_factor": null,                | ''
      variants/llama-dynamic     | "rope_scaling": {          | "alpha": 1000.0,                         | rope_scaling.alpha
      checkpoints/qwen2          | "rope_parameters": {       | "mrope_section": [8],                    | rope_parameters.mrope_section
      families/gemma4_text       | "sliding_attention": {     | "factor": 4.0,                           | rope_parameters.sliding_attention.factor
      families/gemma4_text       | "rope_parameters": {       | "factor": 4.0,                           | rope_parameters.factor
      variants/gemma3-v4         | "rope_scaling": {          | "long_factor": [7.0],                    | rope_scaling.long_factor
      variants/mpt-six-heads     | "attn_config": {           | "attn_impl": "torch", "attn_pdrop": 0.0, | attn_config.attn_impl
      variants/phimoe-near-longrope | "rope_scaling": {       | "rope_theta": 1000000.0,                 | rope_scaling.original_max_position_embeddings
      """)
  void changeNothingAndAreListed(String checkpoint, String object, String added, String listed) throws Exception {
    Path original = GOLDEN.resolve(checkpoint);
    String config = Files.readString(original.resolve("config.json"));
    assertThat(config).contains(object);
    Files.writeString(folder.resolve("config.json"), config.replace(object, object + added));
    Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    List<String> keys = Arrays.stream(listed.split(" ")).filter(key -> !key.isEmpty()).toList();
    try (HookedModel with = HookedModel.open(folder, Optional.empty(), 1);
        HookedModel without = HookedModel.open(original, Optional.empty(), 1)) {
      assertThat(logits(with)).isEqualTo(logits(without));
      assertThat(ignored(with).stream().filter(key -> key.contains(".")).toList())
          .containsExactlyInAnyOrderElementsOf(keys);
    }
  }

  /// Nothing that decides the figures is listed as if it did not.
  @ParameterizedTest
  @CsvSource({"variants/ministral3-window", "variants/qwen3-vl", "variants/hunyuan-alpha",
      "variants/gpt-oss-default-types",
      "variants/qwen2-window-yarn", "families/gemma4_text", "variants/phi3-partial-longrope"})
  void whatIsReadIsNotListed(String checkpoint) throws Exception {
    try (HookedModel model = HookedModel.open(GOLDEN.resolve(checkpoint), Optional.empty(), 1)) {
      assertThat(ignored(model)).noneMatch(key -> key.contains("rope"));
    }
  }

  /// A size that its class takes from others where it is absent.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"variants/nemotron-defaults | \"head_dim\": 8,"})
  void absentSizesAreTheClasses(String checkpoint, String without) throws Exception {
    Path original = GOLDEN.resolve(checkpoint);
    String config = Files.readString(original.resolve("config.json"));
    assertThat(config).contains(without);
    Files.writeString(folder.resolve("config.json"), config.replace(without, ""));
    Files.copy(original.resolve("model.safetensors"), folder.resolve("model.safetensors"));
    try (HookedModel shorter = HookedModel.open(folder, Optional.empty(), 1);
        HookedModel whole = HookedModel.open(original, Optional.empty(), 1)) {
      assertThat(logits(shorter)).isEqualTo(logits(whole));
    }
  }

  private static List<String> ignored(HookedModel model) {
    return ((List<?>) model.facts().details().get("ignored configuration")).stream().map(String::valueOf).toList();
  }

  private static float[] logits(HookedModel model) throws Exception {
    return model.model()
        .record(List.of(TokenSequence.prompt(new int[]{5, 6, 7, 8})), Set.of(HookPoint.LOGITS), Gates.none())
        .at(HookPoint.LOGITS);
  }
}
