package org.striatum.probe.stats;

import org.striatum.probe.run.NotEnoughData;

/// How far predicted probabilities can be taken at their word.
///
/// @param brier mean (p − outcome)²
/// @param ece expected calibration error: Σ over 10 equal-width bins of share · |mean p − mean outcome|
public record Calibration(double brier, double ece) {
  private static final int BINS = 10;

  /// Bins are [0, 0.1), …, [0.9, 1]. (Brier 1950; Naeini et al. 2015.)
  ///
  /// @param probabilities (n), each in [0, 1]
  /// @param outcomes (n)
  /// @throws NotEnoughData without items
  /// @throws IllegalArgumentException on different lengths or a value outside [0, 1]
  public static Calibration of(double[] probabilities, boolean[] outcomes) {
    int n = probabilities.length;
    if (outcomes.length != n) {
      throw new IllegalArgumentException(
          "calibration needs one outcome per probability, found " + outcomes.length + " for " + n);
    }
    NotEnoughData.require("calibration", "items", n, 1);
    double brier = 0;
    double[] excess = new double[BINS]; // Σ (p − outcome) in each bin
    for (int i = 0; i < n; i++) {
      double p = probabilities[i];
      if (!(p >= 0 && p <= 1)) {
        throw new IllegalArgumentException("a probability must be in [0, 1], found " + p + " at item " + i);
      }
      double error = p - (outcomes[i] ? 1 : 0);
      brier += error * error / n;
      excess[Math.min(BINS - 1, (int) (p * BINS))] += error;
    }
    double ece = 0;
    for (double e : excess) {
      ece += Math.abs(e) / n;
    }
    return new Calibration(brier, ece);
  }
}
