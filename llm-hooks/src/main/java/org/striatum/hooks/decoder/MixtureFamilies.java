package org.striatum.hooks.decoder;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm.Kind;
import org.striatum.hooks.decoder.BlockPlan.Mixture;
import org.striatum.hooks.decoder.BlockPlan.Norm;
import org.striatum.hooks.decoder.BlockPlan.SharedExpert;

/// Blocks whose MLP is a mixture of experts. Each method says what its family does otherwise than Llama. Absent keys have the
/// defaults of the reference implementation, transformers 5.18.
final class MixtureFamilies {
  private MixtureFamilies() {}

  /// Mixtral: two of eight experts in every layer.
  static Decoder mixtral(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 0, 131_072, false, Activation.SILU));
    ModelConfig config = plan.config;
    return plan.norm(rms(config, 1e-5)).rope(RopeParameters.of(config).theta(1_000_000).rope(plan.headWidth))
        .attention(config.count("sliding_window", 0))
        .mixture(everywhere(plan, count(config, 8), plan.mlpWidth, Routing.softmax(chosen(config, 2), true),
            ExpertFiles.MIXTRAL))
        .build();
  }

  /// Qwen 1.5 and 2 with experts, and one beside them that every row meets.
  static Decoder qwen2(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(16, 0, 32_768, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean slides = config.flag("use_sliding_window", false);
    int window = slides ? config.count("sliding_window", 4096) : 0;
    int below = config.count("max_window_layers", 28);
    config.has("sliding_window"); // read where layers slide
    List<Boolean> sliding = IntStream.range(0, plan.layers)
        .mapToObj(layer -> window > 0 && layer % 2 == 0 && layer < below).toList();
    return plan.norm(rms(config, 1e-6)).biases(config.flag("qkv_bias", true), false, false)
        .rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(scale(plan), LayerTypes.windows(plan, window, sliding), 0)
        .mixture(sparse(plan, count(config, 60), config.size("moe_intermediate_size", 1408),
            Routing.softmax(chosen(config, 4), config.flag("norm_topk_prob", false)), ExpertFiles.QWEN))
        .shared(qwenShared(config, 5632))
        .build();
  }

  static SharedExpert qwenShared(ModelConfig config, int otherwise) throws CheckpointException {
    return new SharedExpert(config.size("shared_expert_intermediate_size", otherwise), "mlp.shared_expert",
        "mlp.shared_expert_gate", false);
  }

  /// Qwen3-VL with experts, text: Qwen3's, whose rotations by time, height and width are one for text.
  static Decoder qwen3Vl(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(16, 0, 128_000, true, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, 1e-6)).biases(biased, biased, false)
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(RopeParameters.of(config).theta(500_000).with("mrope_section", "mrope_interleaved").rope(plan.headWidth))
        .attention(0).mixture(sparse(plan, count(config, 60), config.size("moe_intermediate_size", 1408),
            Routing.softmax(chosen(config, 4), true), ExpertFiles.QWEN_VL))
        .build();
  }

  /// Qwen3 with experts.
  static Decoder qwen3(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(4, 0, 32_768, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    int window = config.flag("use_sliding_window", false) ? config.count("sliding_window", 4096) : 0;
    config.has("sliding_window"); // read where layers slide
    return plan.norm(rms(config, 1e-6)).biases(biased, biased, false)
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(RopeParameters.of(config).rope(plan.headWidth)).attention(window)
        .mixture(sparse(plan, count(config, 128), config.size("moe_intermediate_size", 768),
            Routing.softmax(chosen(config, 8), config.flag("norm_topk_prob", false)), ExpertFiles.QWEN))
        .build();
  }

  /// OLMoE: all query and all key heads normed at once, q, k, v held to `clip_qkv` after that.
  static Decoder olmoe(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 4096, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(rms(config, 1e-5)).biases(biased, biased, false)
        .headNorm(Kind.RMS_OF_ALL, "self_attn.q_norm", "self_attn.k_norm").clip(config.positive("clip_qkv", 0))
        .clipAfterNorm().rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(config.count("sliding_window", 0))
        .mixture(everywhere(plan, count(config, 64), plan.mlpWidth,
            Routing.softmax(chosen(config, 8), config.flag("norm_topk_prob", false)), ExpertFiles.QWEN))
        .build();
  }

  /// Granite 3 with experts: four scale factors.
  static Decoder granite(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    plan.norm(rms(config, 1e-6)).biases(biased, biased, false)
        .rope(RopeParameters.of(config).rope(plan.headWidth))
        .mixture(everywhere(plan, count(config, 8), plan.mlpWidth, Routing.softmax(chosen(config, 2), true),
            ExpertFiles.GRANITE));
    return LlamaFamilies.graniteScales(plan).build();
  }

  /// Phi-3.5 with experts: LayerNorm, a router of its own.
  static Decoder phi(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 0, 131_072, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    int chosen = chosen(config, 2);
    if (chosen != 2) {
      throw config.unsupported("num_experts_per_tok", "2");
    }
    if (config.flag("lm_head_bias", false)) {
      plan.headBias();
    }
    config.has("input_jitter_noise"); // while training
    Routing routing = new Routing(Routing.Rule.SPARSE_MIXER, chosen, config.notNegative("router_jitter_noise", 0.01));
    RopeParameters rope = RopeParameters.of(config).theta(1_000_000).with("short_mscale", "long_mscale")
        .asLongRope("su")
        .only("default", "longrope");
    return plan.norm(Norm.layer(config.positive("rms_norm_eps", 1e-5))).biases(biased, biased, false)
        .rope(rope.rope(plan.headWidth)).attention(config.count("sliding_window", 0))
        .mixture(everywhere(plan, count(config, 16), plan.mlpWidth, routing, ExpertFiles.MIXTRAL)).build();
  }

  /// gpt-oss: a sink in each head, every other layer sliding, biases everywhere, a clamped gate.
  static Decoder gptOss(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 64, 131_072, false, Activation.SILU));
    ModelConfig config = plan.config;
    if (plan.activation != Activation.SILU) {
      throw config.unsupported("hidden_act", "silu");
    }
    if (config.positive("swiglu_limit", 7) != 7) {
      throw config.unsupported("swiglu_limit", "7");
    }
    int chosen = chosen(config, 4); // the only key that the reference reads
    if (config.size("experts_per_token", chosen) != chosen) {
      throw config.unsupported("experts_per_token", "the value of num_experts_per_tok (" + chosen + ")");
    }
    config.has("initial_context_length"); // rope_parameters say it
    boolean biased = config.flag("attention_bias", true);
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : 128;
    List<Boolean> slides = IntStream.range(0, plan.layers).mapToObj(layer -> layer % 2 == 0).toList();
    plan.norm(rms(config, 1e-5)).biases(biased, biased, false).sinks("self_attn.sinks")
        .rope(RopeParameters.of(config).theta(150_000).required().rope(plan.headWidth))
        .attention(scale(plan), LayerTypes.windows(plan, window, slides), 0)
        .mixture(everywhere(plan, count(config, 128), plan.mlpWidth, Routing.softmax(chosen, true),
            ExpertFiles.GPT_OSS));
    return plan.build();
  }

  /// Experts in every layer.
  static Mixture everywhere(BlockPlan plan, int experts, int width, Routing routing, ExpertFiles files)
      throws CheckpointException {
    return mixture(plan, experts, width, routing, files,
        IntStream.range(0, plan.layers).boxed().collect(Collectors.toSet()));
  }

  /// Experts in every `decoder_sparse_step`-th layer, but for `mlp_only_layers`.
  static Mixture sparse(BlockPlan plan, int experts, int width, Routing routing, ExpertFiles files)
      throws CheckpointException {
    int step = plan.config.size("decoder_sparse_step", 1);
    List<Integer> dense = plan.config.counts("mlp_only_layers");
    Set<Integer> layers = IntStream.range(0, plan.layers).filter(layer -> (layer + 1) % step == 0).boxed()
        .filter(layer -> !dense.contains(layer)).collect(Collectors.toSet());
    return layers.isEmpty() ? null : mixture(plan, experts, width, routing, files, layers);
  }

  private static Mixture mixture(BlockPlan plan, int experts, int width, Routing routing, ExpertFiles files,
      Set<Integer> layers) throws CheckpointException {
    if (routing.chosen() > experts) {
      throw plan.config.unsupported("num_experts_per_tok", "at most the number of experts (" + experts + ")");
    }
    for (String key : List.of("output_router_logits", "router_aux_loss_coef", "router_jitter_noise")) {
      plan.config.has(key); // about training and what a forward pass gives out
    }
    return new Mixture(experts, width, routing, files.orHeld(), Collections.unmodifiableSet(layers));
  }

  /// How many experts: two keys name it, one of which may be there.
  static int count(ModelConfig config, int otherwise) throws CheckpointException {
    int experts = config.size("num_experts", config.size("num_local_experts", otherwise));
    if (config.size("num_local_experts", experts) != experts) {
      throw config.unsupported("num_local_experts", "the value of num_experts (" + experts + ")");
    }
    return experts;
  }

  static int chosen(ModelConfig config, int otherwise) throws CheckpointException {
    return config.size("num_experts_per_tok", otherwise);
  }

  private static Norm rms(ModelConfig config, double epsilon) throws CheckpointException {
    return Norm.rms(config.positive("rms_norm_eps", epsilon));
  }

  private static double scale(BlockPlan plan) {
    return 1 / Math.sqrt(plan.headWidth);
  }
}
