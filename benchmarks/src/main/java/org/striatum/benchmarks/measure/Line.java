package org.striatum.benchmarks.measure;

import java.util.List;
import smile.stat.distribution.TDistribution;

/// A straight line through points by least squares, cost = intercept + slope · size.
///
/// @param low the lower end of the slope's 95 % interval, by Student's t; NaN with only two points
/// @param high its upper end
public record Line(double intercept, double slope, double low, double high) {
  private static final double QUANTILE = 0.975;

  /// Fits the line.
  ///
  /// @throws IllegalArgumentException unless both lists have the same length and there are two different sizes
  public static Line through(List<Double> sizes, List<Double> costs) {
    int n = sizes.size();
    if (costs.size() != n || sizes.stream().distinct().count() < 2) {
      throw new IllegalArgumentException("a line needs one cost per size and two different sizes, found " + n
          + " sizes and " + costs.size() + " costs");
    }
    double meanSize = sizes.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double meanCost = costs.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double squares = 0;
    double products = 0;
    for (int i = 0; i < n; i++) {
      squares += (sizes.get(i) - meanSize) * (sizes.get(i) - meanSize);
      products += (sizes.get(i) - meanSize) * (costs.get(i) - meanCost);
    }
    double slope = products / squares;
    double intercept = meanCost - slope * meanSize;
    if (n == 2) {
      return new Line(intercept, slope, Double.NaN, Double.NaN);
    }
    double residual = 0;
    for (int i = 0; i < n; i++) {
      double distance = costs.get(i) - intercept - slope * sizes.get(i);
      residual += distance * distance;
    }
    double half = new TDistribution(n - 2).quantile(QUANTILE) * Math.sqrt(residual / (n - 2) / squares);
    return new Line(intercept, slope, slope - half, slope + half);
  }

  /// The cost on the line.
  public double at(double size) {
    return intercept + slope * size;
  }
}
