package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;

/// A family of decoders, as the registry has it.
///
/// @param modelType `model_type` of its configurations
/// @param models what it is known by
/// @param block what it computes, in words
/// @param reader reads its configuration
public record Family(String modelType, String models, String block, Reader reader) {
  /// Reads a family's configuration.
  @FunctionalInterface
  interface Reader {
    Decoder describe(Checkpoint checkpoint) throws CheckpointException;
  }

  /// Every family, by kin.
  static final List<Family> ALL = all();

  private static List<Family> all() {
    List<Family> all = new ArrayList<>();
    all.addAll(llamaKin());
    all.addAll(gemmaKin());
    all.addAll(mixtures());
    all.addAll(recurrent());
    all.addAll(others());
    return List.copyOf(all);
  }

  private static List<Family> llamaKin() {
    return List.of(
        new Family("llama", "Llama 1 to 3", "RMSNorm, rotary positions, grouped-query attention, gated MLP",
            LlamaFamilies::llama),
        new Family("mistral", "Mistral", "Llama's, sliding window", LlamaFamilies::mistral),
        new Family("ministral", "Ministral 2024", "Llama's, some layers sliding", LlamaFamilies::ministral),
        new Family("ministral3", "Ministral 3", "Llama's, queries grow with their position", LlamaFamilies::ministral3),
        new Family("qwen2", "Qwen 2, 2.5", "Llama's, biased q k v, upper layers may slide", LlamaFamilies::qwen2),
        new Family("qwen2_vl_text", "Qwen2-VL", "Qwen2's", LlamaFamilies::qwenVl),
        new Family("qwen2_5_vl_text", "Qwen2.5-VL", "Qwen2's", LlamaFamilies::qwenVl),
        new Family("qwen3", "Qwen 3", "Llama's, heads of q and k normed", LlamaFamilies::qwen3),
        new Family("qwen3_vl_text", "Qwen3-VL", "Qwen3's", LlamaFamilies::qwen3Vl),
        new Family("phi3", "Phi 3, 3.5, 4", "Llama's, fused q k v and gate-up, a share of heads rotated",
            LlamaFamilies::phi3),
        new Family("olmo", "OLMo 1", "Llama's, LayerNorm without weights, q k v clipped", LlamaFamilies::olmo),
        new Family("olmo2", "OLMo 2", "Llama's, norms after attention and MLP, q and k normed",
            LlamaFamilies::olmo2),
        new Family("olmo3", "OLMo 3", "OLMo 2's, three of four layers sliding", LlamaFamilies::olmo3),
        new Family("exaone4", "EXAONE 4",
            "norms after attention and MLP, heads normed, layers that see all not rotated",
            LlamaFamilies::exaone4),
        new Family("apertus", "Apertus", "Llama's, heads normed, MLP without a gate, learned xIELU",
            LlamaFamilies::apertus),
        new Family("arcee", "Arcee AFM", "Llama's, MLP without a gate", LlamaFamilies::arcee),
        new Family("cwm", "CWM", "Llama's, three of four layers sliding", LlamaFamilies::cwm),
        new Family("ernie4_5", "ERNIE 4.5, dense", "Llama's, neighbours rotated", LlamaFamilies::ernie),
        new Family("glm", "GLM-4 2024", "Llama's, neighbours rotated in half of each head, fused gate-up",
            LlamaFamilies::glm),
        new Family("glm4", "GLM-4 2025", "the same with norms on both sides", LlamaFamilies::glm4),
        new Family("granite", "Granite 3", "Llama's, four scale factors", LlamaFamilies::granite),
        new Family("hunyuan_v1_dense", "Hunyuan, dense", "Llama's, heads rotated, then normed",
            LlamaFamilies::hunyuan),
        new Family("nemotron", "Nemotron-4, Minitron", "LayerNorm of weights less one, MLP without a gate",
            LlamaFamilies::nemotron),
        new Family("seed_oss", "Seed-OSS", "Llama's, biases by three flags", LlamaFamilies::seedOss),
        new Family("smollm3", "SmolLM3", "Llama's, every fourth layer not rotated", LlamaFamilies::smolLm3));
  }

  private static List<Family> gemmaKin() {
    return List.of(
        new Family("gemma", "Gemma 1", "Llama's, √d embedding, norm weights less one", GemmaFamilies::gemma),
        new Family("gemma2", "Gemma 2", "norms before and after, soft caps, every other layer sliding",
            GemmaFamilies::gemma2),
        new Family("gemma3_text", "Gemma 3",
            "norms before and after, heads normed, sliding layers rotate by another base",
            GemmaFamilies::gemma3),
        new Family("gemma4_text", "Gemma 4, one head width, without experts and embeddings by layer",
            "Gemma 3's, values normed, each block scaled", GemmaFamilies::gemma4),
        new Family("vaultgemma", "VaultGemma", "Gemma 2's without norms after", GemmaFamilies::vaultGemma));
  }

  private static List<Family> mixtures() {
    return List.of(
        new Family("mixtral", "Mixtral", "Mistral's, two of eight experts", MixtureFamilies::mixtral),
        new Family("qwen2_moe", "Qwen 1.5 and 2, experts", "Qwen2's, experts and a shared one", MixtureFamilies::qwen2),
        new Family("qwen3_moe", "Qwen 3, experts", "Qwen3's, experts in all or some layers", MixtureFamilies::qwen3),
        new Family("qwen3_vl_moe_text", "Qwen3-VL, experts", "the same", MixtureFamilies::qwen3Vl),
        new Family("olmoe", "OLMoE", "Llama's, q and k normed, experts", MixtureFamilies::olmoe),
        new Family("granitemoe", "Granite 3, experts", "Granite 3's, experts", MixtureFamilies::granite),
        new Family("phimoe", "Phi 3.5, experts", "LayerNorm, two experts chosen one after the other",
            MixtureFamilies::phi),
        new Family("gpt_oss", "gpt-oss, BF16",
            "experts with a clamped gate, attention sinks, every other layer sliding",
            MixtureFamilies::gptOss));
  }

  private static List<Family> recurrent() {
    return List.of(
        new Family("qwen3_next", "Qwen3-Next", "gated delta rule in three of four layers, experts and a shared one",
            RecurrentFamilies::qwen3Next),
        new Family("qwen3_5_text", "Qwen 3.5", "gated delta rule in three of four layers", RecurrentFamilies::qwen35),
        new Family("qwen3_5_moe_text", "Qwen 3.5, experts", "the same, experts and a shared one",
            RecurrentFamilies::qwen35Experts),
        new Family("granitemoehybrid", "Granite 4",
            "Granite 3's and Mamba-2 layers, with or without rotation and experts",
            RecurrentFamilies::granite4),
        new Family("falcon_h1", "Falcon-H1", "attention and Mamba-2 side by side, scaled",
            RecurrentFamilies::falconH1));
  }

  private static List<Family> others() {
    return List.of(
        new Family("gpt2", "GPT-2", "LayerNorm, learned positions, fused q k v", OtherFamilies::gpt2),
        new Family("gpt_neo", "GPT-Neo, TinyStories", "learned positions, scores not scaled, every other layer sliding",
            OtherFamilies::gptNeo),
        new Family("gpt_neox", "GPT-NeoX, Pythia", "attention and MLP in parallel, a share of heads rotated",
            OtherFamilies::gptNeox),
        new Family("gptj", "GPT-J", "attention and MLP in parallel under one norm, neighbours rotated",
            OtherFamilies::gptJ),
        new Family("codegen", "CodeGen", "GPT-J's, fused q v k", OtherFamilies::codeGen),
        new Family("opt", "OPT", "learned positions; 350M norms each sum and projects its embedding",
            OtherFamilies::opt),
        new Family("bloom", "BLOOM", "linear biases (ALiBi), embedding normed", OtherFamilies::bloom),
        new Family("mpt", "MPT", "linear biases (ALiBi), no biases of layers", OtherFamilies::mpt),
        new Family("falcon", "Falcon 7B, 40B", "parallel under one norm or two, few key heads", OtherFamilies::falcon),
        new Family("phi", "Phi 1, 1.5, 2", "parallel under one norm, half of each head rotated", OtherFamilies::phi),
        new Family("stablelm", "StableLM 2", "LayerNorm, a quarter of each head rotated, heads may be normed",
            OtherFamilies::stableLm),
        new Family("gpt_bigcode", "StarCoder 1", "GPT-2's, one key head", OtherFamilies::gptBigCode),
        new Family("starcoder2", "StarCoder 2", "LayerNorm, MLP without a gate", OtherFamilies::starCoder2),
        new Family("cohere", "Command R", "parallel under one norm without bias, neighbours rotated",
            OtherFamilies::cohere),
        new Family("cohere2", "Command R7B, A", "the same, three of four layers sliding, only they rotate",
            OtherFamilies::cohere2));
  }

  /// The registry as a table in Markdown, for documentation.
  public static String table() {
    return ALL.stream().map(family -> "| `%s` | %s | %s |%n".formatted(family.modelType, family.models, family.block))
        .collect(Collectors.joining("", "| `model_type` | models | block |%n|---|---|---|%n".formatted(), ""));
  }
}
