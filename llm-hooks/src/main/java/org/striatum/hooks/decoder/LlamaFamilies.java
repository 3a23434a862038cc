package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.Fusion;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm.Kind;
import org.striatum.hooks.decoder.BlockPlan.Norm;

/// Llama's kin: rotary positions, grouped-query attention and, but for two, a gated MLP. Each method says what its family
/// does otherwise. Absent keys have the defaults of the reference implementation, transformers 5.18.
final class LlamaFamilies {
  private LlamaFamilies() {}

  /// Llama 1 to 3: biases by configuration.
  static Decoder llama(Checkpoint checkpoint) throws CheckpointException {
    return llama(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU), 1e-6).attention(0).build();
  }

  /// Mistral: a sliding window in every layer unless `sliding_window` is null.
  static Decoder mistral(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    if (config.has("layer_types")) {
      return ministral(checkpoint); // so does the reference's AutoConfig
    }
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 0, 131_072, false, Activation.SILU));
    return plan.norm(rms(config, 1e-6)).rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(window(config, 4096)).build();
  }

  /// Phi-3, 3.5 and 4: q, k, v in one projection and gate and up in another; a share of each head may not rotate.
  static Decoder phi3(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 4096, false, Activation.SILU));
    return plan.norm(rms(config, 1e-5)).fused(Fusion.STACKED, "self_attn.qkv_proj", "self_attn.o_proj")
        .fusedGate("mlp.gate_up_proj")
        .rope(RopeParameters.of(config).partial("partial_rotary_factor", 1).asLongRope("su", "yarn")
            .rope(plan.headWidth))
        .attention(config.count("sliding_window", 0)).build();
  }

  /// Qwen2 and 2.5: biased q, k, v; upper layers may slide.
  static Decoder qwen2(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(32, 0, 32_768, false, Activation.SILU));
    return plan.norm(rms(plan.config, 1e-6)).biases(true, false, false)
        .rope(RopeParameters.of(plan.config).rope(plan.headWidth)).attention(scale(plan), qwenWindows(plan, 28), 0)
        .build();
  }

  /// Qwen3: heads of q and k normed before they rotate.
  static Decoder qwen3(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(32, 128, 32_768, false, Activation.SILU));
    boolean biased = plan.config.flag("attention_bias", false);
    return plan.norm(rms(plan.config, 1e-6)).biases(biased, biased, false)
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(RopeParameters.of(plan.config).rope(plan.headWidth)).attention(scale(plan), qwenWindows(plan, 28), 0)
        .build();
  }

  /// Qwen3-VL, text: Qwen3, whose rotations by time, height and width are one for text.
  static Decoder qwen3Vl(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(32, 128, 128_000, false, Activation.SILU));
    boolean biased = plan.config.flag("attention_bias", false);
    return plan.norm(rms(plan.config, 1e-6)).biases(biased, biased, false)
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(RopeParameters.of(plan.config).theta(500_000).with("mrope_section", "mrope_interleaved")
            .rope(plan.headWidth))
        .attention(0).build();
  }

  /// With `use_sliding_window`, every layer from `max_window_layers` on slides.
  private static List<Integer> qwenWindows(BlockPlan plan, int fromLayer) throws CheckpointException {
    ModelConfig config = plan.config;
    int window = config.flag("use_sliding_window", false) ? config.count("sliding_window", 4096) : 0;
    int from = config.count("max_window_layers", fromLayer);
    return LayerTypes.windows(plan, window, layers(plan, layer -> window > 0 && layer >= from));
  }

  /// Arcee (AFM): an MLP without a gate.
  static Decoder arcee(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = llama(checkpoint, new Defaults(0, 0, 4096, false, Activation.RELU_SQUARED), 1e-5);
    return plan.plainMlp("mlp.up_proj", "mlp.down_proj").attention(0).build();
  }

  /// Apertus: heads of q and k normed, an MLP without a gate whose activation is learned.
  static Decoder apertus(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    if (!config.text("hidden_act", "xielu").equals("xielu")) {
      throw config.unsupported("hidden_act", "xielu");
    }
    Defaults defaults = new Defaults(0, 0, 65_536, false, Activation.SILU);
    BlockPlan plan = BlockPlan.readWithoutActivation(checkpoint, defaults);
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, 1e-5)).biases(biased, biased, false)
        .normsBefore("attention_layernorm", "feedforward_layernorm")
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .plainMlp("mlp.up_proj", "mlp.down_proj").learnedActivation("mlp.act_fn")
        .rope(RopeParameters.of(config).theta(12_000_000).required().rope(plan.headWidth)).attention(0).build();
  }

  /// CWM: three of four layers slide.
  static Decoder cwm(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 128, 131_072, false, Activation.SILU));
    List<Boolean> slides = layers(plan, layer -> layer % 4 != 0);
    return plan.norm(rms(config, 1e-5))
        .rope(RopeParameters.of(config).theta(1_000_000).required().rope(plan.headWidth))
        .attention(scale(plan), LayerTypes.windows(plan, window(config, 8192), slides), 0).build();
  }

  /// ERNIE 4.5, dense: pairs that rotate are neighbours, one flag for all biases.
  static Decoder ernie(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(2, 128, 131_072, true, Activation.SILU));
    boolean biased = config.flag("use_bias", false);
    return plan.norm(rms(config, 1e-5)).biases(biased, biased, biased)
        .rope(RopeParameters.of(config).theta(500_000).rope(plan.headWidth).ofNeighbours()).attention(0).build();
  }

  /// EXAONE 4: norms after attention and MLP, heads of q and k normed, no rotation where a layer sees all among others
  /// that slide.
  static Decoder exaone4(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    int window = window(config, 4096);
    List<Boolean> slides = layers(plan, _ -> false);
    if (window > 0 && !config.has("layer_types")) {
      int every = config.size("sliding_window_pattern", 4);
      slides = layers(plan, layer -> (layer + 1) % every != 0);
    }
    List<Integer> windows = LayerTypes.windows(plan, window, slides);
    Rope rope = RopeParameters.of(config).rope(plan.headWidth);
    return plan.norm(rms(config, 1e-5)).normsBefore(null, null)
        .normsAfter("post_attention_layernorm", "post_feedforward_layernorm")
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(rope, windows.stream().map(own -> window == 0 || own > 0).toList()).attention(scale(plan), windows, 0)
        .build();
  }

  /// GLM-4 of 2024: pairs that rotate are neighbours, in half of each head; gate and up in one projection.
  static Decoder glm(Checkpoint checkpoint) throws CheckpointException {
    return glmPlan(checkpoint).build();
  }

  /// GLM-4 of April 2025: the same with norms after attention and MLP too.
  static Decoder glm4(Checkpoint checkpoint) throws CheckpointException {
    return glmPlan(checkpoint).normsAfter("post_self_attn_layernorm", "post_mlp_layernorm").build();
  }

  private static BlockPlan glmPlan(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(2, 128, 131_072, false, Activation.SILU));
    return plan.norm(rms(config, 1.5625e-7)).biases(config.flag("attention_bias", true), false, false)
        .fusedGate("mlp.gate_up_proj")
        .rope(RopeParameters.of(config).partial("partial_rotary_factor", 0.5).rope(plan.headWidth).ofNeighbours())
        .attention(0);
  }

  /// Granite 3: embeddings, residuals, scores and logits scaled by factors of their own.
  static Decoder granite(Checkpoint checkpoint) throws CheckpointException {
    return graniteScales(llama(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU), 1e-6)).build();
  }

  static BlockPlan graniteScales(BlockPlan plan) throws CheckpointException {
    ModelConfig config = plan.config;
    return plan.embeddingScale(config.positive("embedding_multiplier", 1))
        .residualScale(config.positive("residual_multiplier", 1))
        .logits(1 / config.positive("logits_scaling", 1), 0)
        .attention(config.positive("attention_multiplier", 1), Collections.nCopies(plan.layers, 0), 0);
  }

  /// Hunyuan, dense: heads of q and k rotated, then normed.
  static Decoder hunyuan(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, 1e-5)).biases(biased, biased, false)
        .headNormAfterRotation(Kind.RMS_OF_HEADS, "self_attn.query_layernorm", "self_attn.key_layernorm")
        .rope(RopeParameters.of(config).with("alpha").rope(plan.headWidth)).attention(0).build();
  }

  /// Ministral (2024): Mistral with a list of layers that slide.
  static Decoder ministral(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 0, 131_072, false, Activation.SILU));
    int window = window(config, 4096);
    return plan.norm(rms(config, 1e-6)).rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(scale(plan), LayerTypes.windows(plan, window, layers(plan, _ -> window > 0)), 0).build();
  }

  /// Ministral 3: queries grow with their position.
  static Decoder ministral3(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 128, 262_144, false, Activation.SILU));
    RopeParameters rope = RopeParameters.of(config).theta(1_000_000)
        .with("llama_4_scaling_beta", "max_position_embeddings").required();
    ModelConfig part = rope.part().orElseThrow();
    return plan.norm(rms(config, 1e-5)).rope(rope.rope(plan.headWidth))
        .queryGrowth(part.positive("llama_4_scaling_beta"), part.size("original_max_position_embeddings"))
        .attention(config.count("sliding_window", 0)).build();
  }

  /// Nemotron-4 and Minitron: LayerNorm with weights stored less one, an MLP without a gate, half of each head rotated.
  static Decoder nemotron(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 4096, false, Activation.RELU_SQUARED));
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(new Norm(Norm.Kind.LAYER, 1, config.positive("norm_eps", 1e-5)))
        .biases(biased, biased, config.flag("mlp_bias", false)).plainMlp("mlp.up_proj", "mlp.down_proj")
        .rope(RopeParameters.of(config).partial("partial_rotary_factor", 0.5).rope(plan.headWidth)).attention(0)
        .build();
  }

  /// OLMo 1: LayerNorm without weights; q, k, v held to `clip_qkv`.
  static Decoder olmo(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(new Norm(Norm.Kind.LAYER_PLAIN, 0, 1e-5)).biases(biased, biased, false)
        .clip(config.positive("clip_qkv", 0)).rope(RopeParameters.of(config).rope(plan.headWidth)).attention(0).build();
  }

  /// OLMo 2: norms behind attention and MLP, and over all query and all key heads at once.
  static Decoder olmo2(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = olmo2Plan(checkpoint);
    return plan.rope(RopeParameters.of(plan.config).rope(plan.headWidth)).attention(0).build();
  }

  private static BlockPlan olmo2Plan(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, 1e-5)).biases(biased, biased, false).normsBefore(null, null)
        .normsAfter("post_attention_layernorm", "post_feedforward_layernorm")
        .headNorm(Kind.RMS_OF_ALL, "self_attn.q_norm", "self_attn.k_norm");
  }

  /// OLMo 3: OLMo 2 with three of four layers sliding; only layers that see all have scaled rotations.
  static Decoder olmo3(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = olmo2Plan(checkpoint);
    List<Integer> windows = LayerTypes.windows(plan, window(config, 4096), layers(plan, layer -> (layer + 1) % 4 != 0));
    double theta = 500_000;
    if (config.positive("rope_theta", theta) != theta) {
      // Version 4 of the reference implementation gives this base to all layers, 5.18 to those that see all.
      throw config.unsupported("rope_theta", "500000: give other bases in rope_parameters, by type of layer");
    }
    Rope near = RopeParameters.ofLayers(config, "sliding_attention", "rope_theta", theta).rope(plan.headWidth);
    Rope far = RopeParameters.ofLayers(config, "full_attention", "rope_theta", theta).rope(plan.headWidth);
    return plan
        .ropes(windows.stream().map(window -> window > 0 ? near : far).toList()).attention(scale(plan), windows, 0)
        .build();
  }

  /// Qwen2-VL and Qwen2.5-VL, text: Qwen2, whose rotations by time, height and width are one for text.
  static Decoder qwenVl(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, -1, 32_768, false, Activation.SILU));
    return plan.norm(rms(config, 1e-5)).biases(true, false, false)
        .rope(RopeParameters.of(config).theta(1_000_000).with("mrope_section").rope(plan.headWidth))
        .attention(scale(plan), qwenWindows(plan, 80), 0).build();
  }

  /// Seed-OSS: biases of q, k, v and of the output by flags of their own.
  static Decoder seedOss(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 128, 524_288, false, Activation.SILU));
    return plan.norm(rms(config, 1e-6))
        .biases(config.flag("attention_bias", true), config.flag("attention_out_bias", false),
            config.flag("mlp_bias", false))
        .rope(RopeParameters.of(config).rope(plan.headWidth)).attention(0).build();
  }

  /// SmolLM3: every fourth layer does not rotate.
  static Decoder smolLm3(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(4, 0, 32_768, true, Activation.SILU));
    boolean biased = config.flag("attention_bias", false);
    int every = config.size("no_rope_layer_interval", 4);
    List<Boolean> rotated = config.has("no_rope_layers")
        ? config.switches("no_rope_layers", plan.layers)
        : layers(plan, layer -> (layer + 1) % every != 0);
    int window = config.flag("use_sliding_window", false) ? config.count("sliding_window", 0) : 0;
    List<Integer> windows = window == 0
        ? Collections.nCopies(plan.layers, 0)
        : LayerTypes.windows(plan, window, rotated.stream().map(rotates -> !rotates).toList());
    return plan.norm(rms(config, 1e-6)).biases(biased, biased, config.flag("mlp_bias", false))
        .rope(RopeParameters.of(config).theta(2_000_000).rope(plan.headWidth), rotated)
        .attention(scale(plan), windows, 0).build();
  }

  /// Llama's block with its bias flags and one rotation.
  private static BlockPlan llama(Checkpoint checkpoint, Defaults defaults, double epsilon) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, defaults);
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, epsilon)).biases(biased, biased, config.flag("mlp_bias", false))
        .rope(RopeParameters.of(config).rope(plan.headWidth));
  }

  private static Norm rms(ModelConfig config, double epsilon) throws CheckpointException {
    return Norm.rms(config.positive("rms_norm_eps", epsilon));
  }

  /// The window of sliding layers: absent, the family's own; null, none.
  private static int window(ModelConfig config, int otherwise) throws CheckpointException {
    return config.mentions("sliding_window") ? config.count("sliding_window", 0) : otherwise;
  }

  private static double scale(BlockPlan plan) {
    return 1 / Math.sqrt(plan.headWidth);
  }

  private static List<Boolean> layers(BlockPlan plan, IntPredicate which) {
    return new ArrayList<>(IntStream.range(0, plan.layers).mapToObj(which::test).toList());
  }
}
