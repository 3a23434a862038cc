package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import java.util.List;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// The block that most families share: RMSNorm, rotary positions, grouped-query attention and a gated MLP,
///
///     x += attention(norm(x));  x += mlp(norm(x))
///
/// A family is what it does otherwise.
abstract class RotaryDecoder implements Decoder {
  private final RotaryConfig config;
  private final DecoderShape shape;
  private final List<Attention> attention;
  private final List<Rope> ropes;
  private final Biases biases;

  /// Which projections have a bias.
  record Biases(boolean queriesKeysValues, boolean attentionOut, boolean mlp) {
    static final Biases NONE = new Biases(false, false, false);

    /// All of attention's, or none.
    static Biases attention(boolean there) {
      return new Biases(there, there, false);
    }
  }

  /// Queries (rows, heads · headWidth), keys and values (rows, keyValueHeads · headWidth), not yet rotated.
  record Projections<T>(T queries, T keys, T values) {}

  /// The two halves of a gated MLP, (rows, mlpWidth) each.
  record GateAndUp<T>(T gate, T up) {}

  /// @param attention of each layer
  /// @param ropes of each layer
  RotaryDecoder(RotaryConfig config, List<Attention> attention, List<Rope> ropes, Biases biases) {
    int longest = ropes.stream().mapToInt(Rope::longest).min().orElseThrow();
    this.config = config;
    this.shape = config.shape().withLongest(longest);
    this.attention = List.copyOf(attention);
    this.ropes = List.copyOf(ropes);
    this.biases = biases;
  }

  @Override
  public final DecoderShape shape() {
    return shape;
  }

  @Override
  public <T> T embed(Tensors<T> t) {
    return t.hook(EMBED, t.embed(embedding()));
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    T attended = attention(t, layer, norm(t, x, layer, "input_layernorm"));
    x = t.add(x, t.hook(new HookPoint(layer, Site.ATTN_OUT), attended));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T added = mlp(t, layer, norm(t, x, layer, "post_attention_layernorm"));
    x = t.add(x, t.hook(new HookPoint(layer, Site.MLP_OUT), added));
    return t.hook(HookPoint.residPost(layer), x);
  }

  @Override
  public <T> T head(Tensors<T> t, T x) {
    Weight norm = Weight.of(config.root() + "norm.weight", shape.width());
    T normed = t.hook(FINAL_NORM, t.rmsNorm(x, 1, norm, normOffset(), config.epsilon()));
    return t.hook(LOGITS, capped(t, t.linear(normed, config.head(), null)));
  }

  /// What is done to the logits last; nothing here.
  <T> T capped(Tensors<T> t, T logits) {
    return logits;
  }

  /// What norms add to their weights.
  double normOffset() {
    return 0;
  }

  final <T> T norm(Tensors<T> t, T x, int layer, String name) {
    return t.rmsNorm(x, 1, Weight.of(weight(layer, name), shape.width()), normOffset(), config.epsilon());
  }

  /// Norms each of `groups` runs of n coordinates.
  final <T> T norm(Tensors<T> t, T x, int layer, String name, int groups, int n) {
    return t.rmsNorm(x, groups, Weight.of(weight(layer, name), n), normOffset(), config.epsilon());
  }

  final <T> T attention(Tensors<T> t, int layer, T x) {
    Projections<T> p = projections(t, layer, x);
    T q = t.rope(p.queries(), shape.heads(), shape.headWidth(), ropes.get(layer));
    T k = t.rope(p.keys(), shape.keyValueHeads(), shape.headWidth(), ropes.get(layer));
    T mixed = t.attention(layer, q, k, p.values(), attention.get(layer));
    return linear(t, mixed, layer, "self_attn.o_proj", queryWidth(), shape.width(), biases.attentionOut());
  }

  <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    int d = shape.width();
    boolean biased = biases.queriesKeysValues();
    return new Projections<>(linear(t, x, layer, "self_attn.q_proj", d, queryWidth(), biased),
        linear(t, x, layer, "self_attn.k_proj", d, keyWidth(), biased),
        linear(t, x, layer, "self_attn.v_proj", d, keyWidth(), biased));
  }

  final <T> T mlp(Tensors<T> t, int layer, T x) {
    GateAndUp<T> halves = gateAndUp(t, layer, x);
    T neurons = t.multiply(t.activate(halves.gate(), config.activation()), halves.up());
    T gated = t.hook(HookPoint.mlpPost(layer), neurons, halves.gate());
    return linear(t, gated, layer, "mlp.down_proj", shape.mlpWidth(), shape.width(), biases.mlp());
  }

  <T> GateAndUp<T> gateAndUp(Tensors<T> t, int layer, T x) {
    return new GateAndUp<>(
        linear(t, x, layer, "mlp.gate_proj", shape.width(), shape.mlpWidth(), biases.mlp()),
        linear(t, x, layer, "mlp.up_proj", shape.width(), shape.mlpWidth(), biases.mlp()));
  }

  final <T> T linear(Tensors<T> t, T x, int layer, String name, int in, int out, boolean biased) {
    String projection = config.root() + "layers." + layer + "." + name;
    return t.linear(x, Weight.of(projection + ".weight", out, in),
        biased ? Weight.of(projection + ".bias", out) : null);
  }

  final int queryWidth() {
    return shape.heads() * shape.headWidth();
  }

  final int keyWidth() {
    return shape.keyValueHeads() * shape.headWidth();
  }

  final Weight embedding() {
    return Weight.of(config.root() + "embed_tokens.weight", shape.vocabulary(), shape.width());
  }

  private String weight(int layer, String name) {
    return config.root() + "layers." + layer + "." + name + ".weight";
  }
}
