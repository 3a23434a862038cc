package org.striatum.probe.sparse;

/// Scores made probabilities by a logistic curve, p = σ(a·score + b), fitted to other scores and their outcomes (Platt
/// 1999, "Probabilistic outputs for support vector machines"). A constant score says the fitted base rate.
public final class PlattScaling {
  /// Hardly a penalty, but one where a signal separates the outcomes.
  private static final double C = 100;

  private final LinearPredictor curve;

  private PlattScaling(LinearPredictor curve) {
    this.curve = curve;
  }

  /// Fits the curve.
  ///
  /// @param scores (n), not those that the scoring model was fitted to
  /// @param outcomes (n)
  /// @throws IllegalArgumentException unless both outcomes occur
  public static PlattScaling fit(double[] scores, boolean[] outcomes) {
    return new PlattScaling(LinearProbe.fit(LabelledRows.of(column(scores), 1, outcomes), C));
  }

  /// Probability of success behind each score: (n).
  public double[] probabilities(double[] scores) {
    double[] logits = curve.scores(column(scores), scores.length);
    for (int i = 0; i < logits.length; i++) {
      logits[i] = 1 / (1 + Math.exp(-logits[i]));
    }
    return logits;
  }

  private static float[] column(double[] values) {
    float[] column = new float[values.length];
    for (int i = 0; i < column.length; i++) {
      column[i] = (float) values[i];
    }
    return column;
  }
}
