package org.striatum.probe.dopamine;

import org.striatum.probe.sparse.Standardisation;

/// Scores any step of any completion by the surprise a causal TD-error probe reads from its states: usable while a
/// completion is being drawn, since nothing after the step is looked at.
///
/// @param probe causal, fitted on training problems ([LayerStudy])
/// @param scale moments of the training problems' generated tokens
/// @param pooling of a step's tokens, the one that the probe was fitted to
public record StepScorer(TdErrorProbe probe, Standardisation scale, StepPooling pooling) {
  /// Coordinates of a state, d.
  public int width() {
    return scale.width();
  }

  /// δ̂ of one step.
  ///
  /// @param states of the step's tokens: (tokens, width) row-major
  /// @param tokens ≥ 1
  /// @throws IllegalArgumentException if there is no token or a wrong number of values
  public double score(float[] states, int tokens) {
    if (tokens < 1 || states.length < Math.multiplyExact(tokens, width())) {
      throw new IllegalArgumentException("a step needs at least one token of " + width() + " values, found " + tokens
          + " tokens and " + states.length + " values");
    }
    float[] values = new float[pooling.values(width())];
    pooling.pool(states, 0, tokens - 1, width(), values, 0);
    float[] pooled = new float[width()];
    for (int j = 0; j < pooled.length; j++) {
      pooled[j] = (float) pooling.z(scale, j, values, 0);
    }
    return probe.predictions(pooled, 1)[0];
  }
}
