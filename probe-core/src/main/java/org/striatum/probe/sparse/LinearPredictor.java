package org.striatum.probe.sparse;

import java.util.Arrays;
import java.util.stream.IntStream;

/// A fitted linear predictor of standardised coordinates: intercept + Σ coefficientⱼ · zⱼ. For an outcome fitted by
/// logistic regression the score is the log-odds.
///
/// @param scale training moments
/// @param intercept the score of the mean row
/// @param coefficients (d), per standard deviation
public record LinearPredictor(Standardisation scale, double intercept, double[] coefficients) {
  public LinearPredictor {
    if (coefficients.length != scale.width()) {
      throw new IllegalArgumentException(
          "a predictor needs " + scale.width() + " coefficients, found " + coefficients.length);
    }
    coefficients = coefficients.clone();
  }

  /// The score of the row that starts at `offset`; NaN if a coordinate it uses is.
  public double score(float[] rows, int offset) {
    double score = intercept;
    for (int j = 0; j < coefficients.length; j++) {
      if (coefficients[j] != 0) {
        score += coefficients[j] * scale.z(j, rows[offset + j]);
      }
    }
    return score;
  }

  /// Scores of the first `count` rows: (count).
  ///
  /// @param rows (≥ count, d) row-major
  public double[] scores(float[] rows, int count) {
    double[] scores = new double[count];
    Arrays.setAll(scores, i -> score(rows, i * coefficients.length));
    return scores;
  }

  /// Coordinates with a coefficient other than 0, in their order.
  public int[] nonZero() {
    return IntStream.range(0, coefficients.length).filter(j -> coefficients[j] != 0).toArray();
  }

  /// |coefficient| of each coordinate: (d).
  public double[] importance() {
    return Arrays.stream(coefficients).map(Math::abs).toArray();
  }
}
