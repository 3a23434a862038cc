package org.striatum.probe.sparse;

import java.util.Arrays;
import java.util.List;
import org.striatum.probe.run.NotEnoughData;

/// Predictors along a falling sequence of penalties, sparsest first.
///
/// @param lambdas penalties, falling: (points)
/// @param points one predictor a penalty
/// @param unconverged how many points stopped at the solver's iteration bound instead of its tolerance
public record SparsePath(double[] lambdas, List<LinearPredictor> points, int unconverged) {
  public SparsePath {
    lambdas = requireFalling(lambdas).clone();
    points = List.copyOf(points);
    if (points.size() != lambdas.length) {
      throw new IllegalArgumentException(
          "a path needs one predictor a penalty, found " + points.size() + " and " + lambdas.length);
    }
  }

  /// Penalties from `largest` down to `ratio · largest`, equally spaced in their logarithm: (points). The usual path has
  /// 100 points and ratio 10⁻³.
  ///
  /// @throws NotEnoughData if largest is 0: the target or every coordinate is constant
  /// @throws IllegalArgumentException unless largest is finite, ratio in (0, 1) and points ≥ 2
  public static double[] lambdas(double largest, double ratio, int points) {
    if (!(largest >= 0) || Double.isInfinite(largest) || !(ratio > 0 && ratio < 1) || points < 2) {
      throw new IllegalArgumentException(
          "a path needs a largest penalty ≥ 0, a ratio in (0, 1) and at least 2 points, found " + largest + ", " + ratio
              + " and " + points);
    }
    NotEnoughData.require("a path", "coordinates correlated with the target", largest > 0 ? 1 : 0, 1);
    double[] lambdas = new double[points];
    Arrays.setAll(lambdas, k -> largest * Math.pow(ratio, k / (points - 1.0)));
    return lambdas;
  }

  static double[] requireFalling(double[] lambdas) {
    for (int k = 0; k < lambdas.length; k++) {
      if (!(lambdas[k] > 0) || Double.isInfinite(lambdas[k]) || (k > 0 && lambdas[k] >= lambdas[k - 1])) {
        throw new IllegalArgumentException(
            "penalties must be finite, > 0 and falling, found " + lambdas[k] + " at point " + k);
      }
    }
    return lambdas;
  }

  /// How early each coordinate enters the path: the penalty at which its coefficient first differs from 0, or 0. Between
  /// two penalties of the path, coordinates are placed by the size of their first coefficient.
  ///
  /// @return (d), higher is more important
  public double[] importance() {
    double[] importance = new double[points.isEmpty() ? 0 : points.getFirst().coefficients().length];
    for (int k = 0; k < lambdas.length; k++) {
      double gap = (k == 0 ? 2 * lambdas[0] : lambdas[k - 1]) - lambdas[k];
      double[] coefficients = points.get(k).coefficients();
      for (int j = 0; j < importance.length; j++) {
        double size = Math.abs(coefficients[j]);
        if (importance[j] == 0 && size > 0) {
          importance[j] = lambdas[k] + gap * size / (size + gap);
        }
      }
    }
    return importance;
  }
}
