package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Llama 1 to 3: the shared block, biases by configuration.
final class LlamaDecoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(0, 0, 2048, 1e-6, false, "hidden_act",
      Activation.SILU);

  private LlamaDecoder(RotaryConfig c, Biases biases) throws CheckpointException {
    super(c, c.attention(0), c.rope(), biases);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    boolean attention = config.flag("attention_bias", false);
    Biases biases = new Biases(attention, attention, config.flag("mlp_bias", false));
    return new LlamaDecoder(RotaryConfig.read(checkpoint, DEFAULTS), biases);
  }
}
