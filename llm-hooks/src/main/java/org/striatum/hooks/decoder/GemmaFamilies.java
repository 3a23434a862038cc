package org.striatum.hooks.decoder;

import java.util.List;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.BlockPlan.Defaults;
import org.striatum.hooks.decoder.BlockPlan.Norm;

/// Gemma's kin without norms behind attention and MLP: embeddings scaled by √d, norm weights stored less one.
final class GemmaFamilies {
  private GemmaFamilies() {}

  /// Gemma 1.
  static Decoder gemma(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = plan(checkpoint, new Defaults(16, 256, 8192, true, Activation.GELU_TANH), "hidden_act");
    if (plan.activation == Activation.GELU) {
      plan.activation(Activation.GELU_TANH); // "gelu" in the first files meant it, as the reference implementation knows
    }
    return plan.attention(0).build();
  }

  /// VaultGemma: soft caps on scores and logits, every other layer sliding.
  static Decoder vaultGemma(Checkpoint checkpoint) throws CheckpointException {
    BlockPlan plan = plan(checkpoint, new Defaults(4, 256, 8192, true, Activation.GELU_TANH), "hidden_activation");
    ModelConfig config = plan.config;
    int window = config.mentions("sliding_window") ? config.count("sliding_window", 0) : 4096;
    List<Boolean> slides = IntStream.range(0, plan.layers).mapToObj(layer -> layer % 2 == 0).toList();
    return plan.normsBefore("input_layernorm", "pre_feedforward_layernorm")
        .logits(1, GemmaDecoder.cap(config, "final_logit_softcapping", 30))
        .attention(1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256)),
            LayerTypes.windows(plan, window, slides), GemmaDecoder.cap(config, "attn_logit_softcapping", 50))
        .build();
  }

  private static BlockPlan plan(Checkpoint checkpoint, Defaults defaults, String activationKey)
      throws CheckpointException {
    ModelConfig config = checkpoint.config();
    BlockPlan plan = BlockPlan.readWithoutActivation(checkpoint, defaults);
    boolean biased = config.flag("attention_bias", false);
    return plan.activation(Activation.read(config, activationKey, defaults.activation()))
        .norm(new Norm(Norm.Kind.RMS, 1, config.positive("rms_norm_eps", 1e-6))).biases(biased, biased, false)
        .embeddingScale(Math.sqrt(plan.width)).rope(RopeParameters.of(config).rope(plan.headWidth));
  }
}
