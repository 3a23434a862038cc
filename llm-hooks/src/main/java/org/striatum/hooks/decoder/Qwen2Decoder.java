package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// Qwen2 and Qwen2.5: RMSNorm before attention and MLP, biased q, k, v, rotary positions, grouped-query attention,
/// SwiGLU.
final class Qwen2Decoder implements Decoder {
  private static final Set<String> READ = Set.of("model_type", "hidden_size", "intermediate_size", "num_hidden_layers",
      "num_attention_heads", "num_key_value_heads", "head_dim", "vocab_size", "max_position_embeddings", "rms_norm_eps",
      "rope_parameters", "rope_theta", "rope_scaling", "tie_word_embeddings", "hidden_act", "use_sliding_window",
      "sliding_window", "max_window_layers", "layer_types", "bos_token_id", "eos_token_id", "pad_token_id", "dtype",
      "torch_dtype", "architectures", "transformers_version");

  private final DecoderShape shape;
  private final double epsilon;
  private final Rope rope;
  private final List<Attention> attention;
  private final boolean tied;
  private final List<String> ignored;

  private Qwen2Decoder(DecoderShape shape, double epsilon, Rope rope, List<Attention> attention, boolean tied,
      List<String> ignored) {
    this.shape = shape;
    this.epsilon = epsilon;
    this.rope = rope;
    this.attention = List.copyOf(attention);
    this.tied = tied;
    this.ignored = List.copyOf(ignored);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    if (!config.text("hidden_act", "silu").equals("silu")) {
      throw config.unsupported("hidden_act", "silu");
    }
    int layers = config.size("num_hidden_layers");
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    int keyValueHeads = config.size("num_key_value_heads", heads);
    if (heads % keyValueHeads != 0) {
      throw config.unsupported("num_key_value_heads", "a divisor of num_attention_heads (" + heads + ")");
    }
    if (!config.has("head_dim") && width % heads != 0) {
      throw config.unsupported("num_attention_heads", "a divisor of hidden_size (" + width + ")");
    }
    int headWidth = config.size("head_dim", width / heads);
    DecoderShape shape = new DecoderShape(layers, width, config.size("intermediate_size"), heads, keyValueHeads,
        headWidth, config.size("vocab_size"), config.size("max_position_embeddings", 32_768), Integer.MAX_VALUE, false);
    List<Attention> attention = new ArrayList<>();
    for (int window : windows(config, layers)) {
      attention.add(new Attention(heads, keyValueHeads, headWidth, 1 / Math.sqrt(headWidth), window, 0));
    }
    List<String> ignored = config.keys().stream().filter(key -> !READ.contains(key)).toList();
    return new Qwen2Decoder(shape, config.positive("rms_norm_eps", 1e-6), Rope.read(config, headWidth), attention,
        config.flag("tie_word_embeddings", false), ignored);
  }

  /// The sliding window of each layer, 0 for none: `layer_types` where given, else every layer from
  /// `max_window_layers` on.
  private static List<Integer> windows(ModelConfig config, int layers) throws CheckpointException {
    int window = config.flag("use_sliding_window", false) ? config.count("sliding_window", 0) : 0;
    List<String> types = config.texts("layer_types").orElse(null);
    if (types == null) {
      int from = config.count("max_window_layers", 28);
      List<Integer> windows = new ArrayList<>(Collections.nCopies(Math.min(from, layers), 0));
      windows.addAll(Collections.nCopies(layers - windows.size(), window));
      return windows;
    }
    if (types.size() != layers) {
      throw config.unsupported("layer_types", "one entry a layer (" + layers + ")");
    }
    List<Integer> windows = new ArrayList<>();
    for (String type : types) {
      switch (type) {
        case "full_attention" -> windows.add(0);
        case "sliding_attention" -> {
          if (window == 0) {
            throw config.unsupported("layer_types",
                "sliding_attention only with use_sliding_window and sliding_window");
          }
          windows.add(window);
        }
        default -> throw config.unsupported("layer_types", "full_attention, sliding_attention");
      }
    }
    return windows;
  }

  @Override
  public DecoderShape shape() {
    return shape;
  }

  @Override
  public List<String> ignoredKeys() {
    return ignored;
  }

  private Weight embedding() {
    return Weight.of("model.embed_tokens.weight", shape.vocabulary(), shape.width());
  }

  @Override
  public <T> T embed(Tensors<T> t) {
    T x = t.embed(embedding());
    return t.hook(EMBED, x, x);
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    String block = "model.layers." + layer + ".";
    int d = shape.width();
    int queryWidth = shape.heads() * shape.headWidth();
    int keyWidth = shape.keyValueHeads() * shape.headWidth();
    x = stream(t, layer, Site.RESID_PRE, x);

    T a = t.rmsNorm(x, 1, Weight.of(block + "input_layernorm.weight", d), 0, epsilon);
    T q = t.linear(a, Weight.of(block + "self_attn.q_proj.weight", queryWidth, d),
        Weight.of(block + "self_attn.q_proj.bias", queryWidth));
    T k = t.linear(a, Weight.of(block + "self_attn.k_proj.weight", keyWidth, d),
        Weight.of(block + "self_attn.k_proj.bias", keyWidth));
    T v = t.linear(a, Weight.of(block + "self_attn.v_proj.weight", keyWidth, d),
        Weight.of(block + "self_attn.v_proj.bias", keyWidth));
    T mixed = t.attention(layer, t.rope(q, shape.heads(), shape.headWidth(), rope),
        t.rope(k, shape.keyValueHeads(), shape.headWidth(), rope), v,
        attention.get(layer));
    T attentionOut = t.linear(mixed, Weight.of(block + "self_attn.o_proj.weight", d, queryWidth), null);
    x = t.add(x, stream(t, layer, Site.ATTN_OUT, attentionOut));
    x = stream(t, layer, Site.RESID_MID, x);

    T b = t.rmsNorm(x, 1, Weight.of(block + "post_attention_layernorm.weight", d), 0, epsilon);
    T gate = t.linear(b, Weight.of(block + "mlp.gate_proj.weight", shape.mlpWidth(), d), null);
    T up = t.linear(b, Weight.of(block + "mlp.up_proj.weight", shape.mlpWidth(), d), null);
    T neurons = t.hook(HookPoint.mlpPost(layer), t.multiply(t.activate(gate, Activation.SILU), up), gate);
    T mlpOut = t.linear(neurons, Weight.of(block + "mlp.down_proj.weight", d, shape.mlpWidth()), null);
    x = t.add(x, stream(t, layer, Site.MLP_OUT, mlpOut));
    return stream(t, layer, Site.RESID_POST, x);
  }

  @Override
  public <T> T head(Tensors<T> t, T x) {
    x = t.rmsNorm(x, 1, Weight.of("model.norm.weight", shape.width()), 0, epsilon);
    x = t.hook(FINAL_NORM, x, x);
    Weight head = tied ? embedding() : Weight.of("lm_head.weight", shape.vocabulary(), shape.width());
    T logits = t.linear(x, head, null);
    return t.hook(LOGITS, logits, logits);
  }

  private static <T> T stream(Tensors<T> t, int layer, Site site, T x) {
    return t.hook(new HookPoint(layer, site), x, x);
  }
}
