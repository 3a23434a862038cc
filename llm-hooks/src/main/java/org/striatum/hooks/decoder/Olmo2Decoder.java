package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// OLMo 2: norms after attention and MLP instead of before, and over all query and all key heads at once,
///
///     x += norm(attention(x));  x += norm(mlp(x))
final class Olmo2Decoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(0, 0, 2048, 1e-5, false, "hidden_act",
      Activation.SILU);

  private Olmo2Decoder(RotaryConfig c, Biases biases) throws CheckpointException {
    super(c, c.attention(0), c.rope(), biases);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    boolean biased = checkpoint.config().flag("attention_bias", false);
    return new Olmo2Decoder(RotaryConfig.read(checkpoint, DEFAULTS), Biases.attention(biased));
  }

  @Override
  public <T> T block(Tensors<T> t, int layer, T x) {
    x = t.hook(new HookPoint(layer, Site.RESID_PRE), x);
    T attended = norm(t, attention(t, layer, x), layer, "post_attention_layernorm");
    x = t.add(x, t.hook(new HookPoint(layer, Site.ATTN_OUT), attended));
    x = t.hook(new HookPoint(layer, Site.RESID_MID), x);
    T added = norm(t, mlp(t, layer, x), layer, "post_feedforward_layernorm");
    x = t.add(x, t.hook(new HookPoint(layer, Site.MLP_OUT), added));
    return t.hook(HookPoint.residPost(layer), x);
  }

  @Override
  <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    Projections<T> p = super.projections(t, layer, x);
    return new Projections<>(norm(t, p.queries(), layer, "self_attn.q_norm", 1, queryWidth()),
        norm(t, p.keys(), layer, "self_attn.k_norm", 1, keyWidth()), p.values());
  }
}
