package org.striatum.hooks.decoder;

import java.util.Collections;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Phi-3, Phi-3.5 and Phi-4: the shared block with q, k, v in one projection and gate and up in another; a part of each
/// head may be left unrotated.
final class Phi3Decoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(0, 0, 4096, 1e-5, false, "hidden_act",
      Activation.SILU);

  private Phi3Decoder(RotaryConfig c, int window, Rope rope) {
    super(c, c.attention(window), Collections.nCopies(c.shape().layers(), rope), Biases.NONE);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    RotaryConfig c = RotaryConfig.read(checkpoint, DEFAULTS);
    ModelConfig config = c.config();
    Rope rope = RopeParameters.of(config).partial("partial_rotary_factor", 1).asLongRope("su", "yarn")
        .rope(c.shape().headWidth());
    return new Phi3Decoder(c, config.count("sliding_window", 0), rope);
  }

  @Override
  <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    int q = queryWidth();
    int k = keyWidth();
    int all = q + 2 * k;
    T fused = linear(t, x, layer, "self_attn.qkv_proj", shape().width(), all, false);
    return new Projections<>(t.columns(fused, 1, all, 0, q), t.columns(fused, 1, all, q, q + k),
        t.columns(fused, 1, all, q + k, all));
  }

  @Override
  <T> GateAndUp<T> gateAndUp(Tensors<T> t, int layer, T x) {
    int n = shape().mlpWidth();
    T fused = linear(t, x, layer, "mlp.gate_up_proj", shape().width(), 2 * n, false);
    return new GateAndUp<>(t.columns(fused, 1, 2 * n, 0, n), t.columns(fused, 1, 2 * n, n, 2 * n));
  }
}
