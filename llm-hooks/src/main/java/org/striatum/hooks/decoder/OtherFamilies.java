package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.Fusion;
import org.striatum.hooks.decoder.BlockPlan.HeadNorm.Kind;
import org.striatum.hooks.decoder.BlockPlan.Norm;
import org.striatum.hooks.decoder.BlockPlan.Order;

/// Older blocks and others than Llama's: LayerNorm, attention and MLP side by side, tables of positions, linear biases
/// (ALiBi). Absent keys have the defaults of the reference implementation, transformers 5.18.
final class OtherFamilies {
  private OtherFamilies() {}

  /// BLOOM: linear biases, the embedding normed.
  static Decoder bloom(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    refuse(config, "apply_residual_connection_post_layernorm");
    config.has("slow_but_exact");
    // Summed slice by slice the reference leaves out the biases of both output projections.
    boolean sliced = config.size("pretraining_tp", 1) > 1 && config.flag("slow_but_exact", false);
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, config.has("n_layer") ? "n_layer" : "num_hidden_layers",
        config.has("hidden_size") ? "hidden_size" : "n_embed",
        config.has("n_head") ? "n_head" : "num_attention_heads");
    return plan.mlpWidth(4 * plan.width).activation(Activation.GELU_TANH).context(config.size("seq_length", 2048))
        .tied(config.flag("tie_word_embeddings", true)).norm(layerNorm(config, "layer_norm_epsilon"))
        .names("transformer.", "h.", "word_embeddings", "ln_f").embeddingNorm("word_embeddings_layernorm")
        .biases(true, !sliced, true).downBias(!sliced)
        .fused(Fusion.BY_KEY_HEAD, "self_attention.query_key_value", "self_attention.dense")
        .plainMlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
        .linearBiases(1 / Math.sqrt(plan.headWidth), Slopes.bloom(plan.heads)).build();
  }

  /// CodeGen: GPT-J with q, v and k in one projection of four parts.
  static Decoder codeGen(Checkpoint checkpoint) throws CheckpointException {
    checkpoint.config().has("n_ctx");
    BlockPlan plan = gptJPlan(checkpoint);
    if (plan.heads % 4 != 0) {
      throw plan.config.unsupported("n_head", "a multiple of 4");
    }
    return plan.fused(Fusion.IN_QUARTERS, "attn.qkv_proj", "attn.out_proj").build();
  }

  /// Cohere's Command R: LayerNorm without bias shared by attention and MLP side by side, neighbours rotated.
  static Decoder cohere(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = coherePlan(checkpoint, 0);
    if (config.flag("use_qk_norm", false)) {
      plan.headNorm(Kind.LAYER_BY_ROW, "self_attn.q_norm", "self_attn.k_norm");
    }
    return plan.rope(RopeParameters.of(config).theta(500_000).rope(plan.headWidth).ofNeighbours()).attention(0).build();
  }

  /// Cohere's Command R7B and A: three of four layers slide, and only they rotate.
  static Decoder cohere2(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = coherePlan(checkpoint, -1);
    if (config.has("head_dim") && config.size("head_dim") != plan.headWidth) {
      throw config.unsupported("head_dim", "hidden_size / num_attention_heads (" + plan.headWidth + ")");
    }
    int every = config.size("sliding_window_pattern", 4);
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : 4096;
    List<Boolean> slides = IntStream.range(0, plan.layers).mapToObj(layer -> (layer + 1) % every != 0).toList();
    List<Integer> windows = LayerTypes.windows(plan, window, slides);
    return plan
        .rope(RopeParameters.of(config).rope(plan.headWidth).ofNeighbours(),
            windows.stream().map(own -> own > 0).toList())
        .attention(1 / Math.sqrt(plan.headWidth), windows, 0).build();
  }

  private static BlockPlan coherePlan(Checkpoint checkpoint, int headWidth) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, headWidth, 8192, true, Activation.SILU));
    boolean biased = config.flag("attention_bias", false);
    return plan.norm(new Norm(Norm.Kind.LAYER_WITHOUT_BIAS, 0, config.positive("layer_norm_eps", 1e-5)))
        .parallel("input_layernorm", "input_layernorm").biases(biased, biased, false)
        .logits(config.positive("logit_scale", 0.0625), 0);
  }

  /// Falcon of both architectures: 7B with one key head, 40B and after with several and a norm for the MLP.
  static Decoder falcon(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    refuse(config, "alibi");
    boolean grouped = config.flag("new_decoder_architecture", false);
    boolean parallel = config.flag("parallel_attn", true);
    boolean one = config.flag("multi_query", true);
    if (grouped && !parallel) {
      throw config.unsupported("parallel_attn", "true with new_decoder_architecture");
    }
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint,
        config.has("num_hidden_layers") ? "num_hidden_layers" : "n_layer", "hidden_size",
        config.has("num_attention_heads") ? "num_attention_heads" : "n_head");
    int keyHeads = config.size("num_kv_heads", config.size("n_head_kv", plan.heads));
    plan.keyValueHeads = grouped ? keyHeads : one ? 1 : plan.heads;
    if (plan.heads % plan.keyValueHeads != 0) {
      throw config.unsupported("num_kv_heads", "a divisor of num_attention_heads (" + plan.heads + ")");
    }
    if (!grouped && !one && keyHeads != plan.heads) {
      throw config.unsupported("num_kv_heads",
          "num_attention_heads where neither multi_query nor the new architecture");
    }
    int norms = config.size("num_ln_in_parallel_attn", grouped ? 2 : 1);
    if (norms > 2 || (norms == 2 && !grouped)) {
      throw config.unsupported("num_ln_in_parallel_attn", "1, or 2 with new_decoder_architecture");
    }
    boolean biased = config.flag("bias", false);
    plan.mlpWidth(config.size("ffn_hidden_size", 4 * plan.width))
        .activation(Activation.read(config, "activation", Activation.GELU))
        .context(config.size("max_position_embeddings", 2048)).tied(config.flag("tie_word_embeddings", true))
        .norm(layerNorm(config, "layer_norm_epsilon")).names("transformer.", "h.", "word_embeddings", "ln_f")
        .biases(biased, biased, biased)
        .fused(Fusion.BY_KEY_HEAD, "self_attention.query_key_value", "self_attention.dense")
        .plainMlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h").rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(0);
    if (!parallel) {
      return plan.build();
    }
    return (norms == 2
        ? plan.parallel("ln_attn", "ln_mlp")
        : plan.parallel("input_layernorm", "input_layernorm")).build();
  }

  /// GPT-2: learned positions, q, k, v in one projection, matrices stored (in, out).
  static Decoder gpt2(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "n_layer", "n_embd", "n_head");
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(plan.headWidth) : 1;
    boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    config.flag("reorder_and_upcast_attn", false); // the same attention in F32, which is all there is here
    List<Attention> attention = new ArrayList<>();
    for (int layer = 0; layer < plan.layers; layer++) {
      attention.add(
          new Attention(plan.heads, plan.heads, plan.headWidth, byLayer ? scale / (layer + 1) : scale, 0, 0));
    }
    return plan.mlpWidth(config.size("n_inner", 4 * plan.width))
        .activation(Activation.read(config, "activation_function", Activation.GELU_TANH))
        .context(config.size("n_positions", 1024)).positions("wpe", 0).tied(config.flag("tie_word_embeddings", true))
        .norm(layerNorm(config, "layer_norm_epsilon")).names("transformer.", "h.", "wte", "ln_f")
        .normsBefore("ln_1", "ln_2").transposed().biases(true, true, true)
        .fused(Fusion.STACKED, "attn.c_attn", "attn.c_proj").plainMlp("mlp.c_fc", "mlp.c_proj").attention(attention)
        .build();
  }

  /// StarCoder 1 (GPT-BigCode): GPT-2 with one key head for all queries, matrices stored (out, in).
  static Decoder gptBigCode(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "n_layer", "n_embd", "n_head");
    boolean one = config.flag("multi_query", true);
    plan.keyValueHeads = one ? 1 : plan.heads;
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(plan.headWidth) : 1;
    for (String exactness : List.of("attention_softmax_in_fp32", "scale_attention_softmax_in_fp32", "inference_runner",
        "max_batch_size", "max_sequence_length", "pad_key_length", "pre_allocate_kv_cache", "validate_runner_input")) {
      config.has(exactness); // F32 is all there is here; how an old program ran it
    }
    return plan.mlpWidth(config.size("n_inner", 4 * plan.width))
        .activation(Activation.read(config, "activation_function", Activation.GELU_TANH))
        .context(config.size("n_positions", 1024)).positions("wpe", 0).tied(config.flag("tie_word_embeddings", true))
        .norm(layerNorm(config, "layer_norm_epsilon")).names("transformer.", "h.", "wte", "ln_f")
        .normsBefore("ln_1", "ln_2").biases(true, true, true)
        .fused(one ? Fusion.STACKED : Fusion.BY_KEY_HEAD, "attn.c_attn", "attn.c_proj")
        .plainMlp("mlp.c_fc", "mlp.c_proj").attention(scale, Collections.nCopies(plan.layers, 0), 0).build();
  }

  /// GPT-NeoX and Pythia: a quarter of each head rotated and (but for `use_parallel_residual: false`) attention and MLP
  /// side by side under norms of their own.
  static Decoder gptNeox(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "num_hidden_layers", "hidden_size", "num_attention_heads");
    if (config.size("head_dim", plan.headWidth) != plan.headWidth) {
      throw config.unsupported("head_dim", "hidden_size / num_attention_heads (" + plan.headWidth + ")");
    }
    boolean biased = config.flag("attention_bias", true);
    if (config.flag("use_parallel_residual", true)) {
      plan.parallel("input_layernorm", "post_attention_layernorm");
    }
    return plan.mlpWidth(config.size("intermediate_size"))
        .activation(Activation.read(config, "hidden_act", Activation.GELU))
        .context(config.size("max_position_embeddings", 2048)).tied(config.flag("tie_word_embeddings", false))
        .norm(layerNorm(config, "layer_norm_eps")).names("gpt_neox.", "layers.", "embed_in", "final_layer_norm")
        .head("embed_out").biases(biased, biased, true)
        .fused(Fusion.BY_KEY_HEAD, "attention.query_key_value", "attention.dense")
        .plainMlp("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")
        .rope(RopeParameters.of(config, "rotary_emb_base").partial("rotary_pct", 0.25).rope(plan.headWidth))
        .attention(0).build();
  }

  /// GPT-J: attention and MLP side by side under one norm, neighbours rotated in a part of each head.
  static Decoder gptJ(Checkpoint checkpoint) throws CheckpointException {
    return gptJPlan(checkpoint).attentionNames("attn.q_proj", "attn.k_proj", "attn.v_proj", "attn.out_proj").build();
  }

  private static BlockPlan gptJPlan(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "n_layer", "n_embd", "n_head");
    int rotated = config.mentions("rotary_dim") ? config.size("rotary_dim") : 64;
    if (rotated > plan.headWidth || rotated % 2 != 0) {
      throw config.unsupported("rotary_dim", "an even number ≤ n_embd / n_head (" + plan.headWidth + ")");
    }
    return plan.mlpWidth(config.size("n_inner", 4 * plan.width))
        .activation(Activation.read(config, "activation_function", Activation.GELU_TANH))
        .context(config.size("n_positions", 2048)).limitedToContext().tied(config.flag("tie_word_embeddings", false))
        .headBias().norm(layerNorm(config, "layer_norm_epsilon")).names("transformer.", "h.", "wte", "ln_f")
        .parallel("ln_1", "ln_1").biases(false, false, true).plainMlp("mlp.fc_in", "mlp.fc_out")
        .rope(RopeParameters.plain(10_000, rotated).ofNeighbours()).attention(0);
  }

  /// GPT-Neo (TinyStories): learned positions, scores that are not scaled, every other layer sliding.
  static Decoder gptNeo(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "num_layers", "hidden_size", "num_heads");
    return plan.mlpWidth(config.size("intermediate_size", 4 * plan.width))
        .activation(Activation.read(config, "activation_function", Activation.GELU_TANH))
        .context(config.size("max_position_embeddings", 2048)).positions("wpe", 0)
        .tied(config.flag("tie_word_embeddings", true)).norm(layerNorm(config, "layer_norm_epsilon"))
        .names("transformer.", "h.", "wte", "ln_f").normsBefore("ln_1", "ln_2").biases(false, true, true)
        .attentionNames("attn.attention.q_proj", "attn.attention.k_proj", "attn.attention.v_proj",
            "attn.attention.out_proj")
        .plainMlp("mlp.c_fc", "mlp.c_proj").attention(1, neoWindows(config, plan.layers), 0).build();
  }

  private static List<Integer> neoWindows(ModelConfig config, int layers) throws CheckpointException {
    List<String> types = new ArrayList<>();
    Optional<List<String>> listed = config.texts("attention_layers");
    config.has("attention_types"); // the same list, folded
    if (listed.isPresent()) {
      types.addAll(listed.get());
    } else {
      types.addAll(config.repeatedTexts("attention_types", List.of("global", "local"), layers));
    }
    if (types.size() != layers) {
      throw config.unsupported(listed.isPresent() ? "attention_layers" : "attention_types",
          "one entry a layer (" + layers + ")");
    }
    int window = config.size("window_size", 256);
    List<Integer> windows = new ArrayList<>();
    for (String type : types) {
      windows.add(switch (type) {
        case "global" -> 0;
        case "local" -> window;
        default -> throw config.unsupported(listed.isPresent() ? "attention_layers" : "attention_types",
            "global, local");
      });
    }
    return windows;
  }

  /// MPT: linear biases, LayerNorm without bias, no biases at all. The reference implementation does not read
  /// `alibi`, `alibi_bias_max`, `qk_ln` and their like; values that differ from what it does are refused.
  static Decoder mpt(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "n_layers", "d_model", "n_heads");
    Optional<ModelConfig> own = config.part("attn_config");
    double scale = 1 / Math.sqrt(plan.headWidth);
    double clip = 0;
    if (own.isPresent()) {
      ModelConfig attention = own.get();
      if (!attention.flag("alibi", true)) {
        throw attention.unsupported("alibi", "true");
      }
      refuse(attention, "qk_ln");
      refuse(attention, "prefix_lm");
      refuse(attention, "attn_uses_sequence_id");
      if (!attention.text("attn_type", "multihead_attention").equals("multihead_attention")) {
        throw attention.unsupported("attn_type", "multihead_attention");
      }
      scale = attention.positive("softmax_scale", scale);
      clip = attention.positive("clip_qkv", 0);
      if (attention.positive("alibi_bias_max", 8) != 8) {
        throw attention.unsupported("alibi_bias_max", "8");
      }
    }
    if (config.has("logit_scale")) {
      throw config.unsupported("logit_scale", "null");
    }
    if (!config.flag("no_bias", true)) {
      throw config.unsupported("no_bias", "true");
    }
    return plan.mlpWidth(4 * plan.width).activation(Activation.GELU).context(config.size("max_seq_len", 2048))
        .limitedToContext().tied(config.flag("tie_word_embeddings", true))
        .norm(new Norm(Norm.Kind.LAYER_WITHOUT_BIAS, 0, config.positive("layer_norm_epsilon", 1e-5)))
        .names("transformer.", "blocks.", "wte", "norm_f").normsBefore("norm_1", "norm_2").clip(clip)
        .fused(Fusion.STACKED, "attn.Wqkv", "attn.out_proj").plainMlp("ffn.up_proj", "ffn.down_proj")
        .linearBiases(scale, Slopes.mpt(plan.heads)).build();
  }

  /// OPT: learned positions behind two unused rows; 350M projects its embedding and norms behind each sum.
  static Decoder opt(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.ofEqualHeads(checkpoint, "num_hidden_layers", "hidden_size", "num_attention_heads");
    boolean before = config.flag("do_layer_norm_before", true);
    boolean biased = config.flag("enable_bias", true);
    boolean affine = config.flag("layer_norm_elementwise_affine", true);
    boolean noLast = config.flag("_remove_final_layer_norm", false);
    int embedded = config.size("word_embed_proj_dim", plan.width);
    plan.mlpWidth(config.size("ffn_dim")).activation(Activation.read(config, "activation_function", Activation.RELU))
        .context(config.size("max_position_embeddings", 2048)).tied(config.flag("tie_word_embeddings", true))
        .norm(new Norm(affine ? Norm.Kind.LAYER : Norm.Kind.LAYER_PLAIN, 0, 1e-5))
        .names("model.decoder.", "layers.", "embed_tokens", before && !noLast ? "final_layer_norm" : null)
        .positions("embed_positions", 2).embeddingWidth(embedded == plan.width ? 0 : embedded)
        .biases(biased, biased, biased)
        .attentionNames("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj")
        .plainMlp("fc1", "fc2").attention(0);
    return before
        ? plan.normsBefore("self_attn_layer_norm", "final_layer_norm").build()
        : plan.order(Order.NORM_LAST).normsBefore(null, null).normsAfter("self_attn_layer_norm", "final_layer_norm")
            .build();
  }

  /// Phi-1, 1.5 and 2: attention and MLP side by side under one norm, half of each head rotated, biases everywhere.
  static Decoder phi(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, 0, 2048, false, Activation.GELU_TANH));
    if (config.flag("qk_layernorm", false)) {
      plan.headNorm(Kind.LAYER_OF_HEADS, "self_attn.q_layernorm", "self_attn.k_layernorm");
    }
    return plan.norm(layerNorm(config, "layer_norm_eps")).names("model.", "layers.", "embed_tokens", "final_layernorm")
        .headBias().parallel("input_layernorm", "input_layernorm").biases(true, true, true)
        .attentionNames("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.dense")
        .plainMlp("mlp.fc1", "mlp.fc2")
        .rope(RopeParameters.of(config).partial("partial_rotary_factor", 0.5).rope(plan.headWidth)).attention(0)
        .build();
  }

  /// StableLM 2: LayerNorm, a quarter of each head rotated; 12B norms heads and has attention and MLP side by side.
  static Decoder stableLm(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(0, -1, 4096, false, Activation.SILU));
    if (config.flag("qk_layernorm", false)) {
      plan.headNorm(Kind.LAYER_BY_HEAD, "self_attn.q_layernorm", "self_attn.k_layernorm");
    }
    if (config.flag("use_parallel_residual", false)) {
      plan.parallel("input_layernorm", "input_layernorm");
    }
    return plan.norm(layerNorm(config, "layer_norm_eps")).biases(config.flag("use_qkv_bias", false), false, false)
        .rope(RopeParameters.of(config).partial("partial_rotary_factor", 0.25).rope(plan.headWidth)).attention(0)
        .build();
  }

  /// StarCoder 2: LayerNorm, an MLP without a gate, one flag for all biases.
  static Decoder starCoder2(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.read(checkpoint, new Defaults(2, 0, 4096, true, Activation.GELU_TANH));
    boolean biased = config.flag("use_bias", true);
    return plan.norm(layerNorm(config, "norm_epsilon")).biases(biased, biased, biased)
        .plainMlp("mlp.c_fc", "mlp.c_proj").rope(RopeParameters.of(config).rope(plan.headWidth))
        .attention(1 / Math.sqrt(plan.headWidth),
            Collections.nCopies(plan.layers, config.count("sliding_window", 0)), 0)
        .build();
  }

  private static Norm layerNorm(ModelConfig config, String key) throws CheckpointException {
    return Norm.layer(config.positive(key, 1e-5));
  }

  private static void refuse(ModelConfig config, String key) throws CheckpointException {
    if (config.flag(key, false)) {
      throw config.unsupported(key, "false");
    }
  }
}
