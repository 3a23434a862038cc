package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Gemma 2: [GemmaDecoder] with soft caps on scores and logits, every other layer sliding.
final class Gemma2Decoder extends GemmaDecoder {
  private Gemma2Decoder(RotaryConfig c, List<Attention> attention, double logitCap) throws CheckpointException {
    super(c, attention, c.rope(), logitCap);
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    RotaryConfig c = RotaryConfig.read(checkpoint, defaults(8192));
    ModelConfig config = c.config();
    List<Boolean> slides = new ArrayList<>();
    for (int layer = 0; layer < c.shape().layers(); layer++) {
      slides.add(layer % 2 == 0);
    }
    double scoreCap = cap(config, "attn_logit_softcapping", 50);
    return new Gemma2Decoder(c, attention(c, slides, scoreCap), cap(config, "final_logit_softcapping", 30));
  }
}
