package org.striatum.probe.stats;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// Figures as people read them: a fixed number of decimals, one minus sign (−), no negative zero, a dash for what is not known.
///
/// Every text of this program that a person reads, on the command line and in reports, writes figures with it, so that one
/// figure is the same text everywhere.
public final class Decimals {
  private static final String ABSENT = "–";
  private static final String MINUS = "−";

  private Decimals() {}

  /// `0.823`, `−0.010`; a dash where the value is not finite.
  public static String of(double value, int places) {
    if (!Double.isFinite(value)) {
      return ABSENT;
    }
    String digits = BigDecimal.valueOf(Math.abs(value)).setScale(places, RoundingMode.HALF_UP).toPlainString();
    return value < 0 && !isZero(digits) ? MINUS + digits : digits;
  }

  /// The same with `+` before what is above zero, for differences.
  public static String signed(double value, int places) {
    String text = of(value, places);
    return value > 0 && Double.isFinite(value) && !isZero(text) ? "+" + text : text;
  }

  private static boolean isZero(String digits) {
    return digits.chars().allMatch(c -> c == '0' || c == '.');
  }
}
