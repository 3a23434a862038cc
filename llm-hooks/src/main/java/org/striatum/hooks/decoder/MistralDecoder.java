package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Mistral: the shared block without biases, a sliding window in every layer unless `sliding_window` is null.
final class MistralDecoder extends RotaryDecoder {
  private static final RotaryConfig.Defaults DEFAULTS = new RotaryConfig.Defaults(8, 0, 131_072, 1e-6, false,
      "hidden_act", Activation.SILU);

  private MistralDecoder(RotaryConfig c, int window) throws CheckpointException {
    super(c, c.attention(window), c.rope(), Biases.NONE);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    ModelConfig config = checkpoint.config();
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : 4096;
    return new MistralDecoder(RotaryConfig.read(checkpoint, DEFAULTS), window);
  }
}
