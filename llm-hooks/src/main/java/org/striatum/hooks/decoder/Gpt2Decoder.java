package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;
import static org.striatum.probe.model.HookPoint.FINAL_NORM;
import static org.striatum.probe.model.HookPoint.LOGITS;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.DecoderShape.Heads;
import org.striatum.hooks.decoder.DecoderShape.Reach;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// GPT-2: learned positions, LayerNorm, biases everywhere, q, k, v in one projection, an MLP without a gate,
///
///     x += attention(norm(x));  x += mlp(norm(x))
final class Gpt2Decoder implements Decoder {
  private final DecoderShape shape;
  private final double epsilon;
  private final Activation activation;
  private final List<Attention> attention;
  private final Weight head;
  private final String root;

  private Gpt2Decoder(DecoderShape shape, double epsilon, Activation activation, List<Attention> attention,
      Weight head, String root) {
    this.shape = shape;
    this.epsilon = epsilon;
    this.activation = activation;
    this.attention = List.copyOf(attention);
    this.head = head;
    this.root = root;
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    int width = config.size("n_embd");
    int heads = config.size("n_head");
    if (width % heads != 0) {
      throw config.unsupported("n_head", "a divisor of n_embd (" + width + ")");
    }
    int layers = config.size("n_layer");
    int context = config.size("n_positions", 1024);
    DecoderShape shape = new DecoderShape(layers, width, config.size("n_inner", 4 * width),
        new Heads(heads, heads, width / heads), config.size("vocab_size"), new Reach(context, context), false);
    double scale = config.flag("scale_attn_weights", true) ? 1 / Math.sqrt(shape.headWidth()) : 1;
    boolean byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    config.flag("reorder_and_upcast_attn", false); // the same attention in F32, which is all there is here
    List<Attention> attention = new ArrayList<>();
    for (int layer = 0; layer < layers; layer++) {
      attention.add(new Attention(heads, heads, shape.headWidth(), byLayer ? scale / (layer + 1) : scale, 0, 0));
    }
    String root = checkpoint.root("transformer.", "wte.weight");
    Weight embedding = Weight.of(root + "wte.weight", shape.vocabulary(), shape.width());
    return new Gpt2Decoder(shape, config.positive("layer_norm_epsilon", 1e-5),
        Activation.read(config, "activation_function", Activation.GELU_TANH), attention,
        checkpoint.head(config.flag("tie_word_embeddings", true), embedding, "lm_head.weight"), root);
  }

  @Override
  public DecoderShape shape() {
    return shape;
  }

  @Override
  public <T> T embed(Tensors<T> t) {
    T tokens = t.embed(embedding());
    T positions = t.embedPositions(Weight.of(root + "wpe.weight", shape.context(), shape.width()), 0);
    return t.hook(EMBED, t.add(tokens, positions));
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    String block = root + "h." + layer + ".";
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    T attended = attention(t, layer, norm(t, x, block + "ln_1"));
    x = t.add(x, t.hook(new HookPoint(layer, Site.ATTN_OUT), attended));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T neurons = conv1d(t, norm(t, x, block + "ln_2"), block + "mlp.c_fc", shape.width(), shape.mlpWidth());
    neurons = t.hook(HookPoint.mlpPost(layer), t.activate(neurons, activation), neurons);
    T added = conv1d(t, neurons, block + "mlp.c_proj", shape.mlpWidth(), shape.width());
    x = t.add(x, t.hook(new HookPoint(layer, Site.MLP_OUT), added));
    return t.hook(HookPoint.residPost(layer), x);
  }

  private <T> T attention(Tensors<T> t, int layer, T x) {
    String block = root + "h." + layer + ".attn.";
    int d = shape.width();
    T fused = conv1d(t, x, block + "c_attn", d, 3 * d);
    T q = t.columns(fused, 1, 3 * d, 0, d);
    T k = t.columns(fused, 1, 3 * d, d, 2 * d);
    T v = t.columns(fused, 1, 3 * d, 2 * d, 3 * d);
    return conv1d(t, t.attention(layer, q, k, v, attention.get(layer)), block + "c_proj", d, d);
  }

  @Override
  public <T> T head(Tensors<T> t, T x) {
    T normed = t.hook(FINAL_NORM, norm(t, x, root + "ln_f"));
    return t.hook(LOGITS, t.linear(normed, head, null));
  }

  private <T> T norm(Tensors<T> t, T x, String name) {
    return t.layerNorm(x, new LayerNorm(1, shape.width(), Weight.of(name + ".weight", shape.width()),
        Weight.of(name + ".bias", shape.width()), 0, epsilon));
  }

  private static <T> T conv1d(Tensors<T> t, T x, String name, int in, int out) {
    return t.conv1d(x, Weight.of(name + ".weight", in, out), Weight.of(name + ".bias", out));
  }

  private Weight embedding() {
    return Weight.of(root + "wte.weight", shape.vocabulary(), shape.width());
  }
}
