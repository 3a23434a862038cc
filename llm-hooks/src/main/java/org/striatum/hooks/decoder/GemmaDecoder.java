package org.striatum.hooks.decoder;

import static org.striatum.probe.model.HookPoint.EMBED;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// What the Gemma families share: embeddings scaled by √d, norm weights stored less one, and norms after attention and
/// MLP as well as before,
///
///     x += norm(attention(norm(x)));  x += norm(mlp(norm(x)))
abstract class GemmaDecoder extends RotaryDecoder {
  private final double logitCap;

  GemmaDecoder(RotaryConfig c, List<Attention> attention, List<Rope> ropes, double logitCap)
      throws CheckpointException {
    super(c, attention, ropes, Biases.attention(c.config().flag("attention_bias", false)));
    this.logitCap = logitCap;
  }

  static RotaryConfig.Defaults defaults(int context) {
    return new RotaryConfig.Defaults(4, 256, context, 1e-6, true, "hidden_activation", Activation.GELU_TANH);
  }

  /// A soft cap: absent, the family's own; null, none.
  static double cap(ModelConfig config, String key, double otherwise) throws CheckpointException {
    return config.mentions(key) ? config.positive(key, 0) : otherwise;
  }

  static List<Attention> attention(RotaryConfig c, List<Boolean> slides, double scoreCap) throws CheckpointException {
    ModelConfig config = c.config();
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : 4096;
    double scale = 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
    List<Attention> attention = new ArrayList<>();
    for (int layerWindow : c.windows(window, slides)) {
      attention.add(c.attention(scale, layerWindow, scoreCap));
    }
    return attention;
  }

  @Override
  final double normOffset() {
    return 1;
  }

  @Override
  public final <T> T embed(Tensors<T> t) {
    return t.hook(EMBED, t.scale(t.embed(embedding()), Math.sqrt(shape().width())));
  }

  @Override
  public final <T> T block(Tensors<T> t, int layer, T x) {
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    T attended = attention(t, layer, norm(t, x, layer, "input_layernorm"));
    attended = norm(t, attended, layer, "post_attention_layernorm");
    x = t.add(x, t.hook(new HookPoint(layer, Site.ATTN_OUT), attended));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T added = mlp(t, layer, norm(t, x, layer, "pre_feedforward_layernorm"));
    added = norm(t, added, layer, "post_feedforward_layernorm");
    x = t.add(x, t.hook(new HookPoint(layer, Site.MLP_OUT), added));
    return t.hook(HookPoint.residPost(layer), x);
  }

  @Override
  final <T> T capped(Tensors<T> t, T logits) {
    return logitCap == 0 ? logits : t.softCap(logits, logitCap);
  }
}
