package org.striatum.probe.stats;

import org.striatum.probe.run.NotEnoughData;

/// Two one-sided t-tests: is a figure's distance from 0 shown to be below a margin? Absence of a difference is never
/// concluded from a test that failed to find one.
///
///     p = max(P[T ≥ (d + m) / se], P[T ≤ (d − m) / se])
///
/// Equivalent at level α where p < α, which is where the 1 − 2α interval lies within ±m. (Schuirmann 1987.)
///
/// @param difference d, the figure
/// @param margin m > 0, how far from 0 still counts as none
/// @param p of the null |figure| ≥ m; NaN where the figure or its error is
/// @param low lower end of the 90 % interval
/// @param high upper end
public record Equivalence(double difference, double margin, double p, double low, double high) {
  /// Tests one figure.
  ///
  /// @param standardError of the difference, ≥ 0
  /// @param degrees of freedom of that error, ≥ 1
  /// @throws NotEnoughData with fewer than 1 degree of freedom
  /// @throws IllegalArgumentException on a margin that is not > 0
  public static Equivalence of(double difference, double standardError, int degrees, double margin) {
    if (!(margin > 0)) {
      throw new IllegalArgumentException("an equivalence test needs a margin > 0, found " + margin);
    }
    NotEnoughData.require("an equivalence test", "degrees of freedom", degrees, 1);
    if (!Double.isFinite(difference) || !(standardError >= 0)) {
      return new Equivalence(difference, margin, Double.NaN, Double.NaN, Double.NaN);
    }
    if (standardError == 0) {
      return new Equivalence(difference, margin, Math.abs(difference) < margin ? 0 : 1, difference, difference);
    }
    double p = Math.max(StudentT.upperTail((difference + margin) / standardError, degrees),
        StudentT.upperTail((margin - difference) / standardError, degrees));
    double reach = StudentT.quantile(0.95, degrees) * standardError;
    return new Equivalence(difference, margin, p, difference - reach, difference + reach);
  }
}
