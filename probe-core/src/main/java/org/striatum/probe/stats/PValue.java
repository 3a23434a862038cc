package org.striatum.probe.stats;

import java.math.BigDecimal;
import java.math.MathContext;

/// A p or q as people read it. One from m random controls or permutations cannot be smaller than 1/(1 + m): where it stands
/// at that floor, nothing is known but that it is no larger, and `≤` says so.
///
/// @param value in [0, 1]; NaN where nothing was tested
/// @param atFloor whether no smaller one could have been found
public record PValue(double value, boolean atFloor) {
  private static final String NARROW = "\u202f";
  private static final double SMALLEST = 1e-4;

  /// Of a test whose p is computed, not counted.
  public static PValue exact(double p) {
    return new PValue(p, false);
  }

  /// (1 + #{as extreme}) / (1 + m), see [EmpiricalP].
  ///
  /// @param controls m
  public static PValue counted(double p, long controls) {
    return new PValue(p, p <= (1 + 1e-9) / (1 + controls));
  }

  /// The same after correction for its family: it stands at its floor where its p does.
  ///
  /// @param q corrected
  /// @param p as counted
  public static PValue corrected(double q, double p, long controls) {
    return new PValue(q, counted(p, controls).atFloor);
  }

  /// As in a table: `0.012`, `≤ 0.033`, `< 0.0001`, `–`.
  public String printed() {
    return Double.isNaN(value) ? "–" : sign("") + figure();
  }

  /// As in a sentence: `p = 0.012`, `p ≤ 0.033`, `p not computed`.
  ///
  /// @param letter p or q
  public String equation(String letter) {
    return Double.isNaN(value) ? letter + " not computed" : letter + " " + sign("= ") + figure();
  }

  private String sign(String otherwise) {
    return value < SMALLEST ? "<" + NARROW : atFloor ? "≤" + NARROW : otherwise;
  }

  private String figure() {
    return value < SMALLEST
        ? "0.0001"
        : new BigDecimal(value).round(new MathContext(2)).stripTrailingZeros().toPlainString();
  }

  /// As in a table.
  @Override
  public String toString() {
    return printed();
  }
}
