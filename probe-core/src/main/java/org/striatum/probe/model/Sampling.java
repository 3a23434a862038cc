package org.striatum.probe.model;

/// How completions are drawn. Temperature 0 is greedy decoding.
///
/// @param temperature ≥ 0; logits are divided by it
/// @param topP nucleus mass in (0, 1]
/// @param topK keep this many tokens; 0 keeps all
/// @param maxNewTokens upper bound on generated tokens, ≥ 1
/// @param stopAtEos whether the end-of-sequence token ends a completion
public record Sampling(double temperature, double topP, int topK, int maxNewTokens, boolean stopAtEos) {
  public Sampling {
    if (!(temperature >= 0) || Double.isInfinite(temperature)) {
      throw new IllegalArgumentException("temperature must be ≥ 0 and finite, found " + temperature);
    }
    if (!(topP > 0 && topP <= 1)) {
      throw new IllegalArgumentException("top-p must be in (0, 1], found " + topP);
    }
    if (topK < 0) {
      throw new IllegalArgumentException("top-k must be ≥ 0 (0: all tokens), found " + topK);
    }
    if (maxNewTokens < 1) {
      throw new IllegalArgumentException("max new tokens must be ≥ 1, found " + maxNewTokens);
    }
  }

  public static Sampling greedy(int maxNewTokens) {
    return new Sampling(0, 1, 0, maxNewTokens, true);
  }
}
