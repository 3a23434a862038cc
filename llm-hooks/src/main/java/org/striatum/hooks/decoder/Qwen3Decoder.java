package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Qwen3: the shared block, every query and key head normed before it is rotated.
final class Qwen3Decoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(32, 128, 32_768, 1e-6, false,
      "hidden_act", Activation.SILU);

  private Qwen3Decoder(RotaryConfig c, Biases biases) throws CheckpointException {
    super(c, c.attention(c.qwenWindows()), c.rope(), biases);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    boolean biased = checkpoint.config().flag("attention_bias", false);
    return new Qwen3Decoder(RotaryConfig.read(checkpoint, DEFAULTS), Biases.attention(biased));
  }

  @Override
  <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    Projections<T> p = super.projections(t, layer, x);
    int n = shape().headWidth();
    return new Projections<>(norm(t, p.queries(), layer, "self_attn.q_norm", shape().heads(), n),
        norm(t, p.keys(), layer, "self_attn.k_norm", shape().keyValueHeads(), n), p.values());
  }
}
