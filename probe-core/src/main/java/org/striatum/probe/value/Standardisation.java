package org.striatum.probe.value;

/// Means and standard deviations of every coordinate over all states of a fold, and the z-scores they give.
///
/// @param means (width)
/// @param stds (width), population (divided by n); 0 for a constant coordinate
record Standardisation(double[] means, double[] stds) {
  /// Welford's update, row by row, so that a constant coordinate has a standard deviation of exactly 0.
  ///
  /// @throws IllegalArgumentException if a state holds NaN or ∞
  static Standardisation of(Trajectories trajectories) {
    int width = trajectories.width();
    double[] means = new double[width];
    double[] squares = new double[width];
    long n = 0;
    float[] rows = new float[0];
    for (int i = 0; i < trajectories.size(); i++) {
      int length = trajectories.length(i);
      if (rows.length < length * width) {
        rows = new float[length * width];
      }
      trajectories.states(i, rows, 0);
      for (int t = 0; t < length; t++) {
        n++;
        for (int j = 0; j < width; j++) {
          double x = rows[t * width + j];
          double delta = x - means[j];
          means[j] += delta / n;
          squares[j] += delta * (x - means[j]);
        }
      }
    }
    for (int j = 0; j < width; j++) {
      if (!Double.isFinite(means[j])) {
        throw new IllegalArgumentException(
            "states must be finite, found NaN or ∞ at coordinate " + j + ": leave those rows out");
      }
      squares[j] = Math.sqrt(squares[j] / n);
    }
    return new Standardisation(means, squares);
  }

  /// Replaces the first `count` rows by their z-scores; 0 where the coordinate is constant.
  void apply(float[] rows, int count) {
    int width = means.length;
    for (int i = 0; i < count * width; i++) {
      int j = i % width;
      rows[i] = stds[j] > 0 ? (float) ((rows[i] - means[j]) / stds[j]) : 0;
    }
  }
}
