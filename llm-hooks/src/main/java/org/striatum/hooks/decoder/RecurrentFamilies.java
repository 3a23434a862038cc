package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm.Kind;
import org.striatum.hooks.decoder.BlockPlan.Norm;
import org.striatum.hooks.decoder.BlockPlan.SharedExpert;

/// Blocks some of whose layers carry a state instead of keys and values, or beside them. Absent keys have the defaults of the
/// reference implementation, transformers 5.18.
final class RecurrentFamilies {
  private RecurrentFamilies() {}

  /// Qwen3-Next: three of four layers by the gated delta rule, experts and a shared one.
  static Decoder qwen3Next(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(2, 256, 32_768, false, Activation.SILU));
    ModelConfig config = plan.config;
    return qwen(plan, true).mixture(MixtureFamilies.sparse(plan, MixtureFamilies.count(config, 512),
        config.size("moe_intermediate_size", 512),
        Routing.softmax(MixtureFamilies.chosen(config, 10), config.flag("norm_topk_prob", true)), ExpertFiles.QWEN))
        .shared(MixtureFamilies.qwenShared(config, 512)).build();
  }

  /// Qwen3.5: Qwen3-Next with an MLP, its projections apart.
  static Decoder qwen35(Checkpoint checkpoint) throws CheckpointException {
    return qwen(BlockPlan.read(checkpoint, new Defaults(4, 256, 32_768, false, Activation.SILU)), false).build();
  }

  /// Qwen3.5 with experts in every layer.
  static Decoder qwen35Experts(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.readWithoutMlp(checkpoint, new Defaults(2, 256, 32_768, false, Activation.SILU))
        .activation(Activation.read(config, "hidden_act", Activation.SILU));
    return qwen(plan, false).mixture(MixtureFamilies.everywhere(plan, MixtureFamilies.count(config, 256),
        config.size("moe_intermediate_size", 512), Routing.softmax(MixtureFamilies.chosen(config, 8), true),
        ExpertFiles.QWEN)).shared(MixtureFamilies.qwenShared(config, 512)).build();
  }

  private static BlockPlan qwen(BlockPlan plan, boolean fused) throws CheckpointException {
    ModelConfig config = plan.config;
    double epsilon = config.positive("rms_norm_eps", 1e-6);
    int keyHeads = config.size("linear_num_key_heads", 16);
    int valueHeads = config.size("linear_num_value_heads", 32);
    if (valueHeads % keyHeads != 0) {
      throw config.unsupported("linear_num_key_heads", "a divisor of linear_num_value_heads (" + valueHeads + ")");
    }
    DeltaRule rule = new DeltaRule(keyHeads, valueHeads, config.size("linear_key_head_dim", 128),
        config.size("linear_value_head_dim", 128), kernel(config, "linear_conv_kernel_dim"), fused, plan.activation,
        epsilon);
    int every = config.size("full_attention_interval", 4);
    Set<Integer> recurrent = recurrent(plan,
        IntStream.range(0, plan.layers).mapToObj(layer -> (layer + 1) % every != 0).toList());
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(new Norm(Norm.Kind.RMS, 1, epsilon)).biases(biased, biased, false).outputGate()
        .headNorm(Kind.RMS_OF_HEADS, "self_attn.q_norm", "self_attn.k_norm")
        .rope(RopeParameters.of(config).with("mrope_section", "mrope_interleaved")
            .partial("partial_rotary_factor", 0.25).rope(plan.headWidth))
        .attention(0).recurrent(rule, recurrent, false);
  }

  /// Granite 4: layers of Granite 3's attention and of Mamba-2, with or without rotation and experts.
  static Decoder granite4(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.readWithoutMlp(checkpoint, new Defaults(0, 0, 2048, false, Activation.SILU));
    Set<Integer> recurrent = recurrent(plan, Collections.nCopies(plan.layers, true));
    if (config.text("position_embedding_type", "").equals("rope")) {
      plan.rope(RopeParameters.of(config).rope(plan.headWidth));
    }
    boolean biased = config.flag("attention_bias", false);
    int shared = config.size("shared_intermediate_size", 1024);
    plan.mlpWidth(shared).activation(Activation.read(config, "hidden_act", Activation.SILU))
        .norm(Norm.rms(config.positive("rms_norm_eps", 1e-6))).biases(biased, biased, false)
        .fusedGate("shared_mlp.input_linear").down("shared_mlp.output_linear");
    if (!recurrent.isEmpty()) {
      int inner = (int) (config.positive("mamba_expand", 2) * plan.width);
      StateSpace.Output output = new StateSpace.Output(StateSpace.Output.Norm.AFTER_GATE_WHOLE, plan.norm.epsilon(),
          plan.activation, Collections.nCopies(7, 1.0));
      plan.recurrent(stateSpace(config, inner, config.flag("mamba_proj_bias", false), output), recurrent, false);
    }
    int experts = config.count("num_local_experts", 8);
    if (experts > 0) {
      plan.mixture(MixtureFamilies.everywhere(plan, experts, config.size("intermediate_size", 11_008),
          Routing.softmax(MixtureFamilies.chosen(config, 2), true), ExpertFiles.GRANITE))
          .shared(new SharedExpert(shared, "shared_mlp", null, true));
    }
    return LlamaFamilies.graniteScales(plan).build();
  }

  /// Falcon-H1: attention and Mamba-2 side by side in every layer, each part with a scale of its own.
  static Decoder falconH1(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(8, 0, 8192, false, Activation.SILU));
    ModelConfig config = plan.config;
    boolean biased = config.flag("attention_bias", false);
    int inner = config.mentions("mamba_d_ssm") && config.has("mamba_d_ssm")
        ? config.size("mamba_d_ssm")
        : config.mentions("mamba_d_ssm") ? (int) (config.positive("mamba_expand", 2) * plan.width) : 1024;
    double[] mlp = config.has("mlp_multipliers") ? config.numbers("mlp_multipliers", 2) : new double[]{1, 1};
    plan.keyScale = config.positive("key_multiplier", 1);
    plan.attentionInScale = config.positive("attention_in_multiplier", 1);
    plan.attentionOutScale = config.positive("attention_out_multiplier", 1);
    plan.gateScale = mlp[0];
    plan.downScale = mlp[1];
    Set<Integer> all = IntStream.range(0, plan.layers).boxed().collect(Collectors.toSet());
    return plan.norm(Norm.rms(config.positive("rms_norm_eps", 1e-5)))
        .names("model.", "layers.", "embed_tokens", "final_layernorm")
        .normsBefore("input_layernorm", "pre_ff_layernorm").biases(biased, biased, config.flag("mlp_bias", false))
        .mlpNames("feed_forward.gate_proj", "feed_forward.up_proj", "feed_forward.down_proj")
        .embeddingScale(config.positive("embedding_multiplier", 1))
        .logits(config.positive("lm_head_multiplier", 1), 0).rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(0).recurrent(
            stateSpace(config, inner, config.flag("projectors_bias", false), falconOutput(config, plan)), all, true)
        .build();
  }

  private static StateSpace.Output falconOutput(ModelConfig config, BlockPlan plan) throws CheckpointException {
    List<Double> scales = new ArrayList<>(List.of(config.positive("ssm_in_multiplier", 1)));
    double[] parts = config.has("ssm_multipliers") ? config.numbers("ssm_multipliers", 5) : new double[]{1, 1, 1, 1, 1};
    Arrays.stream(parts).forEach(scales::add);
    scales.add(config.positive("ssm_out_multiplier", 1));
    boolean before = config.flag("mamba_norm_before_gate", true);
    StateSpace.Output.Norm norm = !config.flag("mamba_rms_norm", false)
        ? StateSpace.Output.Norm.NONE
        : before ? StateSpace.Output.Norm.BEFORE_GATE : StateSpace.Output.Norm.AFTER_GATE;
    config.has("num_logits_to_keep"); // which logits a forward pass gives out
    return new StateSpace.Output(norm, config.positive("rms_norm_eps", 1e-5), plan.activation, scales);
  }

  private static StateSpace stateSpace(ModelConfig config, int inner, boolean outputBias, StateSpace.Output output)
      throws CheckpointException {
    int heads = config.size("mamba_n_heads", 128);
    int groups = config.size("mamba_n_groups", 1);
    boolean auto = !config.has("mamba_d_head") || config.isText("mamba_d_head");
    if (auto && !config.text("mamba_d_head", "auto").equals("auto")) {
      throw config.unsupported("mamba_d_head", "an integer or auto");
    }
    int width = auto ? inner / heads : config.size("mamba_d_head");
    if (width * heads != inner) {
      throw config.unsupported("mamba_n_heads", "a divisor of the inner width (" + inner + "), times mamba_d_head");
    }
    if (heads % groups != 0) {
      throw config.unsupported("mamba_n_groups", "a divisor of mamba_n_heads (" + heads + ")");
    }
    if (!config.unlimited("time_step_limit")) {
      throw config.unsupported("time_step_limit", "[0, Infinity]");
    }
    config.has("mamba_chunk_size"); // how the reference computes the same sums
    config.has("mamba_expand"); // where the inner width is not given
    return new StateSpace(heads, width, groups, config.size("mamba_d_state", 256), kernel(config, "mamba_d_conv"),
        new StateSpace.Biases(config.flag("mamba_conv_bias", true), config.flag("mamba_proj_bias", false), outputBias),
        output);
  }

  private static int kernel(ModelConfig config, String key) throws CheckpointException {
    int positions = config.size(key, 4);
    if (positions < 2) {
      throw config.unsupported(key, "2 or more");
    }
    return positions;
  }

  /// Layers with a state, by `layer_types`.
  private static Set<Integer> recurrent(BlockPlan plan, List<Boolean> otherwise) throws CheckpointException {
    String key = plan.config.has("layer_types") ? "layer_types" : "layers_block_type";
    Optional<List<String>> types = plan.config.texts(key);
    if (types.isPresent() && types.get().size() != plan.layers) {
      throw plan.config.unsupported(key, "one entry a layer (" + plan.layers + ")");
    }
    List<Boolean> carries = otherwise;
    if (types.isPresent()) {
      carries = new ArrayList<>();
      for (String type : types.get()) {
        carries.add(switch (type) {
          case "linear_attention", "mamba" -> true;
          case "full_attention", "attention" -> false;
          default -> throw plan.config.unsupported(key, "full_attention, linear_attention (attention, mamba)");
        });
      }
    }
    List<Boolean> each = carries;
    return IntStream.range(0, plan.layers).filter(each::get).boxed().collect(Collectors.toSet());
  }
}
