package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Qwen2 and Qwen2.5: the shared block with biased q, k, v; upper layers may slide.
final class Qwen2Decoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(32, 0, 32_768, 1e-6, false,
      "hidden_act", Activation.SILU);

  private Qwen2Decoder(RotaryConfig c) throws CheckpointException {
    super(c, c.attention(c.qwenWindows()), c.rope(), new Biases(true, false, false));
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    return new Qwen2Decoder(RotaryConfig.read(checkpoint, DEFAULTS));
  }
}
