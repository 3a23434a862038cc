package org.striatum.probe.sparse;

import java.util.Arrays;

/// The scale on which coordinates are compared: z = (x − mean) / deviation, with the moments of the training rows.
/// A constant coordinate has deviation 0 and z = 0 everywhere.
///
/// @param means (d)
/// @param deviations (d), population standard deviations
public record Standardisation(double[] means, double[] deviations) {
  public Standardisation {
    if (means.length != deviations.length) {
      throw new IllegalArgumentException("a standardisation needs one deviation a mean, found " + means.length
          + " means and " + deviations.length + " deviations");
    }
    means = means.clone();
    deviations = deviations.clone();
  }

  public int width() {
    return means.length;
  }

  public boolean isConstant(int coordinate) {
    return deviations[coordinate] == 0;
  }

  /// z of a coordinate's value.
  public double z(int coordinate, float x) {
    return isConstant(coordinate) ? 0 : (x - means[coordinate]) / deviations[coordinate];
  }

  /// Root mean square of each coordinate, √(mean² + deviation²): (d).
  public double[] rms() {
    double[] rms = new double[means.length];
    Arrays.setAll(rms, j -> Math.hypot(means[j], deviations[j]));
    return rms;
  }
}
