package org.striatum.benchmarks.probes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.SparsePath;

/// A path fitted by either side, on standardised coordinates.
///
/// @param coefficients (points, d)
/// @param intercepts (points)
record FittedPath(double[][] coefficients, double[] intercepts) {
  static FittedPath of(SparsePath path) {
    return new FittedPath(path.points().stream().map(LinearPredictor::coefficients).toArray(double[][]::new),
        path.points().stream().mapToDouble(LinearPredictor::intercept).toArray());
  }

  /// What a peer answered.
  static FittedPath of(JsonNode answer) {
    JsonNode points = answer.get("coefficients");
    return new FittedPath(
        IntStream.range(0, points.size()).mapToObj(k -> numbers(points.get(k))).toArray(double[][]::new),
        numbers(answer.get("intercepts")));
  }

  private static double[] numbers(JsonNode array) {
    return IntStream.range(0, array.size()).mapToDouble(j -> array.get(j).asDouble()).toArray();
  }

  /// Σ |b| over the path.
  double size() {
    return Arrays.stream(coefficients).flatMapToDouble(Arrays::stream).map(Math::abs).sum();
  }

  /// Checks that two paths are the same.
  ///
  /// @return the largest difference of two coefficients, over the largest coefficient of their path
  /// @throws IllegalStateException if that is above `most`
  double same(FittedPath other, double most) {
    double size = Arrays.stream(other.coefficients).flatMapToDouble(Arrays::stream).map(Math::abs).max().orElseThrow();
    double largest = 0;
    for (int k = 0; k < coefficients.length; k++) {
      for (int j = 0; j < coefficients[k].length; j++) {
        largest = Math.max(largest, Math.abs(coefficients[k][j] - other.coefficients[k][j]) / size);
      }
    }
    if (!(largest <= most)) {
      throw new IllegalStateException("the two sides fitted different paths: coefficients differ by " + largest
          + " of the largest, allowed is at most " + most);
    }
    return largest;
  }
}
