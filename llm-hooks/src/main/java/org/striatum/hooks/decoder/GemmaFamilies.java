package org.striatum.hooks.decoder;

import java.util.List;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm.Kind;
import org.striatum.hooks.decoder.BlockPlan.Norm;

/// Gemma's kin: embeddings scaled by √d, norm weights stored less one.
final class GemmaFamilies {
  private GemmaFamilies() {}

  /// Gemma 1.
  static Decoder gemma(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = plan(checkpoint, new Defaults(16, 256, 8192, true, Activation.GELU_TANH), "hidden_act");
    if (plan.activation == Activation.GELU) {
      plan.activation(Activation.GELU_TANH); // "gelu" in the first files meant it, as the reference implementation knows
    }
    return plan.rope(RopeParameters.of(plan.config).rope(plan.headWidth)).attention(0).build();
  }

  /// Gemma 2: norms before and behind, soft caps on scores and logits, every other layer sliding.
  static Decoder gemma2(Checkpoint checkpoint) throws CheckpointException {
    return normedBehind(capped(checkpoint)).build();
  }

  /// VaultGemma: Gemma 2 without norms behind attention and MLP.
  static Decoder vaultGemma(Checkpoint checkpoint) throws CheckpointException {
    return capped(checkpoint).build();
  }

  /// Gemma 3, text: norms before and behind, heads of q and k normed; five layers slide and rotate by a base of their
  /// own, then one sees all. Scores are not capped, whatever `attn_logit_softcapping` says: the reference implementation
  /// does not read it.
  static Decoder gemma3(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = sliding(checkpoint, 131_072);
    ModelConfig config = plan.config;
    int every = config.size("sliding_window_pattern", 6);
    List<Integer> windows = windows(plan, every);
    Rope near = RopeParameters.ofLayers(config, "sliding_attention", "rope_local_base_freq", 10_000)
        .rope(plan.headWidth);
    Rope far = RopeParameters.ofLayers(config, "full_attention", "rope_theta", 1_000_000).rope(plan.headWidth);
    return normedBehind(plan).headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .logits(1, cap(config, "final_logit_softcapping", 0))
        .ropes(windows.stream().map(window -> window > 0 ? near : far).toList())
        .attention(scale(config), windows, 0).build();
  }

  /// Gemma 4, text: Gemma 3 whose values are normed too and whose blocks are scaled, with norms' weights as they are. Layers of
  /// several head widths, experts, shared keys and embeddings by layer are refused.
  static Decoder gemma4(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    for (String key : List.of("attention_k_eq_v", "enable_moe_block", "use_double_wide_mlp")) {
      if (config.flag(key, false)) {
        throw config.unsupported(key, "false");
      }
    }
    if (config.count("num_kv_shared_layers", 0) != 0) {
      throw config.unsupported("num_kv_shared_layers", "0");
    }
    if (config.count("hidden_size_per_layer_input", 256) != 0) {
      throw config.unsupported("hidden_size_per_layer_input", "0");
    }
    config.has("vocab_size_per_layer_input"); // with hidden_size_per_layer_input
    BlockPlan plan = BlockPlan.readWithoutActivation(checkpoint,
        new Defaults(4, 256, 131_072, true, Activation.GELU_TANH));
    requireOneHeadWidth(plan);
    boolean biased = config.flag("attention_bias", false);
    List<Integer> windows = windows(plan, 6, 512);
    if (windows.getLast() != 0) {
      throw config.unsupported("layer_types", "full_attention in the last layer");
    }
    Rope near = RopeParameters.ofLayers(config, "sliding_attention", "rope_theta", 10_000).rope(plan.headWidth);
    Rope far = config.has("rope_parameters")
        ? RopeParameters.ofLayers(config, "full_attention", "rope_theta", 1_000_000).required()
            .proportional("partial_rotary_factor").rope(plan.headWidth)
        : RopeParameters.proportional(1_000_000, 0.25, plan.headWidth);
    return normedBehind(plan.activation(Activation.read(config, "hidden_activation", Activation.GELU_TANH))
        .norm(Norm.rms(config.positive("rms_norm_eps", 1e-6))).biases(biased, biased, false)
        .embeddingScale(Math.sqrt(plan.width)).normsBefore("input_layernorm", "pre_feedforward_layernorm"))
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm").valueNorm().blockScale("layer_scalar")
        .logits(1, cap(config, "final_logit_softcapping", 0))
        .ropes(windows.stream().map(window -> window > 0 ? near : far).toList()).attention(1, windows, 0).build();
  }

  /// Absent keys give layers that see all heads of width 512.
  private static void requireOneHeadWidth(BlockPlan plan) throws CheckpointException {
    ModelConfig config = plan.config;
    boolean own = config.part("per_layer_config").filter(layers -> layers.keys().isEmpty()).isPresent();
    if (!own && config.has("per_layer_config")) {
      throw config.unsupported("per_layer_config", "{}, one head width in all layers");
    }
    int far = own ? plan.headWidth : config.size("global_head_dim", 512);
    if (far != plan.headWidth) {
      throw config.unsupported("global_head_dim", "head_dim (" + plan.headWidth + ")");
    }
  }

  private static BlockPlan capped(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = sliding(checkpoint, 8192);
    ModelConfig config = plan.config;
    return plan.logits(1, cap(config, "final_logit_softcapping", 30))
        .rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(scale(config), windows(plan, 2), cap(config, "attn_logit_softcapping", 50));
  }

  private static BlockPlan sliding(Checkpoint checkpoint, int context) throws CheckpointException {
    return plan(checkpoint, new Defaults(4, 256, context, true, Activation.GELU_TANH), "hidden_activation")
        .normsBefore("input_layernorm", "pre_feedforward_layernorm");
  }

  private static BlockPlan normedBehind(BlockPlan plan) {
    return plan.normsAfter("post_attention_layernorm", "post_feedforward_layernorm");
  }

  /// Every layer slides but each `every`-th, unless `layer_types` says otherwise.
  private static List<Integer> windows(BlockPlan plan, int every) throws CheckpointException {
    return windows(plan, every, 4096);
  }

  private static List<Integer> windows(BlockPlan plan, int every, int otherwise) throws CheckpointException {
    ModelConfig config = plan.config;
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : otherwise;
    List<Boolean> slides = IntStream.range(0, plan.layers).mapToObj(layer -> (layer + 1) % every != 0).toList();
    return LayerTypes.windows(plan, window, slides);
  }

  private static double scale(ModelConfig config) throws CheckpointException {
    return 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
  }

  /// A soft cap: absent, the family's own; null, none.
  private static double cap(ModelConfig config, String key, double otherwise) throws CheckpointException {
    return config.mentions(key) ? config.positive(key, 0) : otherwise;
  }

  private static BlockPlan plan(Checkpoint checkpoint, Defaults defaults, String activationKey)
      throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.readWithoutActivation(checkpoint, defaults);
    boolean biased = config.flag("attention_bias", false);
    return plan.activation(Activation.read(config, activationKey, defaults.activation()))
        .norm(new Norm(Norm.Kind.RMS, 1, config.positive("rms_norm_eps", 1e-6))).biases(biased, biased, false)
        .embeddingScale(Math.sqrt(plan.width));
  }
}
