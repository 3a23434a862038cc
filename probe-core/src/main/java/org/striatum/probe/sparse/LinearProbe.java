package org.striatum.probe.sparse;

import java.util.Arrays;
import org.striatum.probe.run.NotEnoughData;
import smile.classification.LogisticRegression;

/// The linear probe: L2-penalised logistic regression of an outcome on standardised coordinates, as scikit-learn's
/// `LogisticRegression(C)`:
///
///     minimise ½ |w|² + C · Σ log(1 + exp(−(2y − 1)(w₀ + zw))),  w₀ free
///
/// Smile minimises the same divided by C, so its λ is 1/C; it leaves the intercept unpenalised too.
public final class LinearProbe {
  /// C where nothing else is said: a strong penalty, for there are often more coordinates than problems.
  public static final double DEFAULT_C = 0.02;

  private static final double TOLERANCE = 1e-9; // Smile's, on the gradient relative to the objective
  private static final int ITERATIONS = 2000;

  private LinearProbe() {}

  /// Fits with [#DEFAULT_C].
  public static LinearPredictor fit(float[] rows, int width, boolean[] labels) {
    return fit(LabelledRows.of(rows, width, labels), DEFAULT_C);
  }

  /// Fits on rows that are all held in memory as doubles meanwhile.
  ///
  /// @param rows with outcomes in {0, 1}; those with NaN or ∞ are left out
  /// @param c inverse penalty, > 0
  /// @throws NotEnoughData unless both outcomes occur
  /// @throws IllegalArgumentException unless C > 0
  public static LinearPredictor fit(LabelledRows rows, double c) {
    if (!(c > 0) || Double.isInfinite(c)) {
      throw new IllegalArgumentException("the inverse penalty C must be > 0 and finite, found " + c);
    }
    StandardisedRows z = StandardisedRows.read(rows);
    int[] y = z.outcomes();
    NotEnoughData.require("a linear probe", "outcome classes in its " + y.length + " rows",
        Arrays.stream(y).distinct().count(), 2);
    double[] w = LogisticRegression.binomial(z.rows(), y, new LogisticRegression.Options(1 / c, TOLERANCE, ITERATIONS))
        .coefficients();
    return z.predictor(w[w.length - 1], w);
  }
}
