package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.DecoderShape.Heads;
import org.striatum.hooks.decoder.DecoderShape.Reach;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// GPT-NeoX and Pythia: LayerNorm, biases, a quarter of each head rotated, and (but for `use_parallel_residual: false`)
/// attention and MLP side by side,
///
///     x += attention(norm(x)) + mlp(norm′(x))
final class GptNeoxDecoder implements Decoder {
  private final DecoderShape shape;
  private final double epsilon;
  private final Activation activation;
  private final Attention attention;
  private final Rope rope;
  private final boolean attentionBias;
  private final Weight head;
  private final String root;

  private GptNeoxDecoder(DecoderShape shape, double epsilon, Activation activation, Attention attention, Rope rope,
      boolean attentionBias, Weight head, String root) {
    this.shape = shape;
    this.epsilon = epsilon;
    this.activation = activation;
    this.attention = attention;
    this.rope = rope;
    this.attentionBias = attentionBias;
    this.head = head;
    this.root = root;
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    int width = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    if (width % heads != 0) {
      throw config.unsupported("num_attention_heads", "a divisor of hidden_size (" + width + ")");
    }
    int n = width / heads;
    if (config.size("head_dim", n) != n) {
      throw config.unsupported("head_dim", "hidden_size / num_attention_heads (" + n + ")");
    }
    Rope rope = RopeParameters.of(config, "rotary_emb_base").partial("rotary_pct", 0.25).rope(n);
    DecoderShape shape = new DecoderShape(config.size("num_hidden_layers"), width, config.size("intermediate_size"),
        new Heads(heads, heads, n), config.size("vocab_size"),
        new Reach(config.size("max_position_embeddings", 2048), rope.longest()),
        config.flag("use_parallel_residual", true));
    String root = checkpoint.root("gpt_neox.", "embed_in.weight");
    Weight embedding = Weight.of(root + "embed_in.weight", shape.vocabulary(), shape.width());
    return new GptNeoxDecoder(shape, config.positive("layer_norm_eps", 1e-5),
        Activation.read(config, "hidden_act", Activation.GELU),
        new Attention(heads, heads, n, 1 / Math.sqrt(n), 0, 0), rope, config.flag("attention_bias", true),
        checkpoint.head(config.flag("tie_word_embeddings", false), embedding, "embed_out.weight"), root);
  }

  @Override
  public DecoderShape shape() {
    return shape;
  }

  @Override
  public <T> T embed(Tensors<T> t) {
    return t.hook(EMBED, t.embed(embedding()));
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    String block = root + "layers." + layer + ".";
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    T attended = t.hook(new HookPoint(layer, Site.ATTN_OUT),
        attention(t, layer, norm(t, x, block + "input_layernorm")));
    T mid = t.add(x, attended);
    if (!shape.parallel()) {
      mid = t.hook(new HookPoint(layer, Site.RESID_MID), mid);
    }
    T added = mlp(t, layer, norm(t, shape.parallel() ? x : mid, block + "post_attention_layernorm"));
    return t.hook(HookPoint.residPost(layer), t.add(mid, t.hook(new HookPoint(layer, Site.MLP_OUT), added)));
  }

  /// The fused projection holds query, key and value of head 0, then those of head 1, …
  private <T> T attention(Tensors<T> t, int layer, T x) {
    String block = root + "layers." + layer + ".attention.";
    int d = shape.width();
    int n = shape.headWidth();
    int heads = shape.heads();
    T fused = linear(t, x, block + "query_key_value", d, 3 * d, attentionBias);
    T q = t.rope(t.columns(fused, heads, 3 * n, 0, n), heads, n, rope);
    T k = t.rope(t.columns(fused, heads, 3 * n, n, 2 * n), heads, n, rope);
    T v = t.columns(fused, heads, 3 * n, 2 * n, 3 * n);
    return linear(t, t.attention(layer, q, k, v, attention), block + "dense", d, d, attentionBias);
  }

  private <T> T mlp(Tensors<T> t, int layer, T x) {
    String block = root + "layers." + layer + ".mlp.";
    T z = linear(t, x, block + "dense_h_to_4h", shape.width(), shape.mlpWidth(), true);
    T neurons = t.hook(HookPoint.mlpPost(layer), t.activate(z, activation), z);
    return linear(t, neurons, block + "dense_4h_to_h", shape.mlpWidth(), shape.width(), true);
  }

  @Override
  public <T> T head(Tensors<T> t, T x) {
    T normed = t.hook(FINAL_NORM, norm(t, x, root + "final_layer_norm"));
    return t.hook(LOGITS, t.linear(normed, head, null));
  }

  private <T> T norm(Tensors<T> t, T x, String name) {
    return t.layerNorm(x, new LayerNorm(1, shape.width(), Weight.of(name + ".weight", shape.width()),
        Weight.of(name + ".bias", shape.width()), 0, epsilon));
  }

  private static <T> T linear(Tensors<T> t, T x, String name, int in, int out, boolean biased) {
    return t.linear(x, Weight.of(name + ".weight", out, in), biased ? Weight.of(name + ".bias", out) : null);
  }

  private Weight embedding() {
    return Weight.of(root + "embed_in.weight", shape.vocabulary(), shape.width());
  }
}
