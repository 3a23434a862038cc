package org.striatum.probe.dopamine;

import org.striatum.probe.sparse.Standardisation;

/// Scores any step of any completion by the surprise a causal TD-error probe reads from its states: usable while a
/// completion is being drawn, since nothing after the step is looked at.
///
/// @param probe causal, fitted on training problems ([LayerStudy])
/// @param scale moments of the training problems' generated tokens
public record StepScorer(TdErrorProbe probe, Standardisation scale) {
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
    float[] pooled = new float[width()];
    for (int j = 0; j < pooled.length; j++) {
      double sum = 0;
      for (int t = 0; t < tokens; t++) {
        sum += states[t * width() + j];
      }
      pooled[j] = (float) scale.z(j, (float) (sum / tokens));
    }
    return probe.predictions(pooled, 1)[0];
  }
}
