package org.striatum.hooks.parity;

import org.striatum.probe.model.HookPoint;

/// The largest difference of two recordings, and where it is.
///
/// @param at null where nothing differs
/// @param error relative, ≥ 0; infinite where a number meets none
record Deviation(HookPoint at, double error) {
  static final Deviation NONE = new Deviation(null, 0);

  /// The larger of two.
  Deviation or(Deviation other) {
    return other.error > error ? other : this;
  }

  /// max|a − b| / max|b| of each row, the worst row: massive coordinates of one position do not excuse another.
  ///
  /// @param a rows from `fromA` on
  /// @param b rows from `fromB` on, the measure
  static Deviation ofRows(HookPoint at, float[] a, int fromA, float[] b, int fromB, int rows, int width) {
    double worst = 0;
    for (int row = 0; row < rows; row++) {
      double difference = 0;
      double scale = 0;
      for (int i = 0; i < width; i++) {
        float found = a[(fromA + row) * width + i];
        float expected = b[(fromB + row) * width + i];
        difference = Math.max(difference, Math.abs((double) found - expected));
        scale = Math.max(scale, Math.abs(expected));
      }
      worst = Math.max(worst, relative(difference, scale));
    }
    return new Deviation(at, worst);
  }

  /// A difference in units of a scale; infinite where it is no number.
  static double relative(double difference, double scale) {
    return difference == 0 ? 0 : Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference / scale;
  }
}
