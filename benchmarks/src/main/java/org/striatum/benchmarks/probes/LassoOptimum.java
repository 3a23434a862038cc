package org.striatum.benchmarks.probes;

import java.util.Arrays;
import org.striatum.probe.sparse.Moments;

/// The conditions a lasso path must meet, from the rows' moments and independently of any solver: with s = Zᵀ(y − ȳ − Zb) / n a
/// coefficient that is not 0 has sⱼ = λ sign bⱼ, one that is 0 has |sⱼ| ≤ λ.
final class LassoOptimum {
  private final double[][] correlations; // (d, d)
  private final double[] products; // (d)

  LassoOptimum(Moments moments) {
    correlations = moments.correlations();
    products = moments.targetProducts();
  }

  double largestPenalty() {
    return Arrays.stream(products).map(Math::abs).max().orElseThrow();
  }

  /// The largest violation over a path, as a share of its penalty.
  ///
  /// @param coefficients (points, d)
  double violation(double[][] coefficients, double[] lambdas) {
    double largest = 0;
    for (int k = 0; k < lambdas.length; k++) {
      double[] slope = slope(coefficients[k]);
      for (int j = 0; j < slope.length; j++) {
        double b = coefficients[k][j];
        double violation = b == 0
            ? Math.max(0, Math.abs(slope[j]) - lambdas[k])
            : Math.abs(slope[j] - Math.copySign(lambdas[k], b));
        largest = Math.max(largest, violation / lambdas[k]);
      }
    }
    return largest;
  }

  private double[] slope(double[] b) {
    int d = products.length;
    double[] slope = products.clone();
    for (int j = 0; j < d; j++) {
      if (b[j] != 0) {
        for (int i = 0; i < d; i++) {
          slope[i] -= b[j] * correlations[j][i];
        }
      }
    }
    return slope;
  }
}
