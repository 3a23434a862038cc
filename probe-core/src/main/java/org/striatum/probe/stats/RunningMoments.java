package org.striatum.probe.stats;

import java.util.Arrays;

/// Mean and population standard deviation of every coordinate of rows that stream by, by Welford's update: a constant
/// coordinate has a deviation of exactly 0. (Welford 1962, Technometrics 4(3).) NaN and ∞ go into the mean. Not
/// thread-safe.
public final class RunningMoments {
  private final double[] means;
  private final double[] squares; // Σ (x − mean)²
  private long rows;

  /// @param width coordinates of a row
  public RunningMoments(int width) {
    means = new double[width];
    squares = new double[width];
  }

  /// Adds one row.
  ///
  /// @param values an array that holds it
  /// @param offset where it begins
  public void add(float[] values, int offset) {
    double share = 1.0 / ++rows;
    for (int j = 0; j < means.length; j++) {
      double x = values[offset + j];
      double difference = x - means[j];
      means[j] += difference * share;
      squares[j] += difference * (x - means[j]);
    }
  }

  /// Rows added.
  public long rows() {
    return rows;
  }

  /// (width); 0 without rows.
  public double[] means() {
    return means.clone();
  }

  /// (width); 0 without rows.
  public double[] deviations() {
    return Arrays.stream(squares).map(sum -> rows == 0 ? 0 : Math.sqrt(sum / rows)).toArray();
  }
}
