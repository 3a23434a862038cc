package org.striatum.hooks.decoder;

import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// Gemma 3, text: [GemmaDecoder] with query and key heads normed; five layers slide and rotate by a base of their own,
/// then one sees all. Scores are not capped, whatever `attn_logit_softcapping` says: the reference implementation
/// does not read it.
final class Gemma3Decoder extends GemmaDecoder {
  private Gemma3Decoder(RotaryConfig c, List<Attention> attention, List<Rope> ropes) throws CheckpointException {
    super(c, attention, ropes, cap(c.config(), "final_logit_softcapping", 0));
  }

  static Decoder describe(Checkpoint checkpoint) throws CheckpointException {
    RotaryConfig c = RotaryConfig.read(checkpoint, defaults(131_072));
    ModelConfig config = c.config();
    int every = config.size("sliding_window_pattern", 6);
    List<Boolean> slides = new ArrayList<>();
    for (int layer = 0; layer < c.shape().layers(); layer++) {
      slides.add((layer + 1) % every != 0);
    }
    List<Attention> attention = attention(c, slides, 0);
    int n = c.shape().headWidth();
    Rope near = RopeParameters.ofLayers(config, "sliding_attention", "rope_local_base_freq", 10_000).rope(n);
    Rope far = RopeParameters.ofLayers(config, "full_attention", "rope_theta", 1_000_000).rope(n);
    return new Gemma3Decoder(c, attention,
        attention.stream().map(layer -> layer.window() > 0 ? near : far).toList());
  }

  @Override
  <T> Projections<T> projections(Tensors<T> t, int layer, T x) {
    Projections<T> p = super.projections(t, layer, x);
    int n = shape().headWidth();
    return new Projections<>(norm(t, p.queries(), layer, "self_attn.q_norm", shape().heads(), n),
        norm(t, p.keys(), layer, "self_attn.k_norm", shape().keyValueHeads(), n), p.values());
  }
}
