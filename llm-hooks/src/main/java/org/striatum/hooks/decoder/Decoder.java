package org.striatum.hooks.decoder;

import java.util.List;
import java.util.Map;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// One transformer family, described once: embedding, blocks, head. Interpreters decide where a run begins (at the
/// tokens or above a hooked layer) and which rows reach the head.
public interface Decoder {
  /// Families by `model_type`.
  Map<String, Family> FAMILIES = Map.ofEntries(Map.entry("gpt2", Gpt2Decoder::describe),
      Map.entry("gpt_neox", GptNeoxDecoder::describe), Map.entry("llama", LlamaDecoder::describe),
      Map.entry("mistral", MistralDecoder::describe), Map.entry("qwen2", Qwen2Decoder::describe),
      Map.entry("qwen3", Qwen3Decoder::describe), Map.entry("gemma2", Gemma2Decoder::describe),
      Map.entry("gemma3_text", Gemma3Decoder::describe), Map.entry("phi3", Phi3Decoder::describe),
      Map.entry("olmo2", Olmo2Decoder::describe), Map.entry("apertus", LlamaFamilies::apertus),
      Map.entry("arcee", LlamaFamilies::arcee), Map.entry("cwm", LlamaFamilies::cwm),
      Map.entry("ernie4_5", LlamaFamilies::ernie), Map.entry("exaone4", LlamaFamilies::exaone4),
      Map.entry("glm", LlamaFamilies::glm), Map.entry("glm4", LlamaFamilies::glm4),
      Map.entry("granite", LlamaFamilies::granite), Map.entry("hunyuan_v1_dense", LlamaFamilies::hunyuan),
      Map.entry("ministral", LlamaFamilies::ministral), Map.entry("ministral3", LlamaFamilies::ministral3),
      Map.entry("nemotron", LlamaFamilies::nemotron), Map.entry("olmo", LlamaFamilies::olmo),
      Map.entry("olmo3", LlamaFamilies::olmo3), Map.entry("qwen2_5_vl_text", LlamaFamilies::qwenVl),
      Map.entry("qwen2_vl_text", LlamaFamilies::qwenVl),
      Map.entry("seed_oss", LlamaFamilies::seedOss), Map.entry("smollm3", LlamaFamilies::smolLm3),
      Map.entry("gemma", GemmaFamilies::gemma), Map.entry("vaultgemma", GemmaFamilies::vaultGemma),
      Map.entry("bloom", OtherFamilies::bloom), Map.entry("codegen", OtherFamilies::codeGen),
      Map.entry("cohere", OtherFamilies::cohere), Map.entry("cohere2", OtherFamilies::cohere2),
      Map.entry("falcon", OtherFamilies::falcon), Map.entry("gpt_neo", OtherFamilies::gptNeo),
      Map.entry("gptj", OtherFamilies::gptJ), Map.entry("mpt", OtherFamilies::mpt),
      Map.entry("opt", OtherFamilies::opt), Map.entry("phi", OtherFamilies::phi),
      Map.entry("stablelm", OtherFamilies::stableLm), Map.entry("starcoder2", OtherFamilies::starCoder2));

  /// Reads a family's configuration.
  @FunctionalInterface
  interface Family {
    Decoder describe(Checkpoint checkpoint) throws CheckpointException;
  }

  /// The description of a checkpoint.
  ///
  /// @throws CheckpointException if its `model_type`, or a value in its configuration, is not supported
  static Decoder of(Checkpoint checkpoint) throws CheckpointException {
    String type = checkpoint.config().text("model_type");
    Family family = FAMILIES.get(type);
    if (family == null) {
      throw checkpoint.config().unsupported("model_type", "one of " + FAMILIES.size() + " families" + nearest(type)
          + "; export others with optimum-cli export onnx --model FOLDER --task text-generation OUT, and open OUT");
    }
    refuseOtherModels(checkpoint.config());
    return family.describe(checkpoint);
  }

  /// Families whose names begin as this one's, in words; they may be other architectures.
  private static String nearest(String type) {
    String begin = type.substring(0, Math.min(4, type.length()));
    List<String> near = FAMILIES.keySet().stream().filter(family -> family.startsWith(begin)).sorted().toList();
    return near.isEmpty() ? " (docs/models.md)" : " (docs/models.md), the nearest by name: " + String.join(", ", near);
  }

  /// Refuses keys that make a checkpoint of any family something else than a causal language model in float weights.
  private static void refuseOtherModels(ModelConfig config) throws CheckpointException {
    if (config.has("quantization_config")) {
      throw config.unsupported("quantization_config", "absent: open the unquantised checkpoint");
    }
    for (String key : List.of("use_bidirectional_attention", "add_cross_attention", "is_encoder_decoder")) {
      if (config.flag(key, false)) {
        throw config.unsupported(key, "false");
      }
    }
    if (!config.flag("is_causal", true)) {
      throw config.unsupported("is_causal", "true");
    }
    if (config.part("pruned_heads").filter(heads -> !heads.keys().isEmpty()).isPresent()) {
      throw config.unsupported("pruned_heads", "empty");
    }
  }

  DecoderShape shape();

  /// The residual stream entering block 0: (rows, d).
  <T> T embed(Tensors<T> t);

  /// Block `layer`: (rows, d) → (rows, d).
  <T> T block(Tensors<T> t, int layer, T x);

  /// Final norm and head: (rows, d) → (rows, vocabulary).
  <T> T head(Tensors<T> t, T x);
}
