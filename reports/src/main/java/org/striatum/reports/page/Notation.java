package org.striatum.reports.page;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.PValue;

/// How figures are written: a true minus sign, a dash for what could not be computed, only significant digits.
public final class Notation {
  public static final String ABSENT = "–";
  private static final String THIN = "\u202f";
  private static final String MINUS = "−";

  private Notation() {}

  /// A figure to the given number of decimals.
  public static String decimals(double value, int places) {
    return Decimals.of(value, places);
  }

  /// The same with `+` before what is above zero, for differences.
  public static String signed(double value, int places) {
    return Decimals.signed(value, places);
  }

  /// A figure to the given number of significant digits; very small and very large ones in powers of ten.
  public static String significant(double value, int digits) {
    if (!Double.isFinite(value)) {
      return ABSENT;
    }
    if (value == 0) {
      return "0";
    }
    BigDecimal rounded = new BigDecimal(Math.abs(value)).round(new MathContext(digits, RoundingMode.HALF_UP));
    int exponent = rounded.precision() - rounded.scale() - 1;
    String text = exponent < -4 || exponent > 6
        ? rounded.movePointLeft(exponent).setScale(digits - 1, RoundingMode.HALF_UP).toPlainString() + "e"
            + (exponent < 0 ? MINUS : "") + Math.abs(exponent)
        : rounded.setScale(Math.max(0, digits - 1 - exponent), RoundingMode.HALF_UP).toPlainString();
    return value < 0 ? MINUS + text : text;
  }

  /// A figure that was set by hand, with its given digits: `0.95`.
  public static String plain(double value) {
    return Double.isFinite(value) ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString() : ABSENT;
  }

  public static String auroc(double value) {
    return decimals(value, 3);
  }

  /// An AUROC and its 95 % interval: `0.812 [0.761 to 0.860]`.
  public static String auroc(Estimate estimate) {
    return estimate.printed(3);
  }

  /// A share as a percentage: `75.2 %`.
  public static String percent(double share) {
    return Double.isFinite(share) ? decimals(100 * share, 1) + THIN + "%" : ABSENT;
  }

  /// A share with its 95 % interval: `75.2 % [70.1 to 80.0]`.
  public static String share(Estimate share) {
    return Double.isFinite(share.value())
        ? percent(share.value()) + " [" + (share.hasInterval() ? share.times(100).interval(1) : "no interval") + "]"
        : ABSENT;
  }

  /// An outcome in its own unit: accuracy in per cent, anything else unchanged.
  public static String outcome(double value, String outcome) {
    return isShare(outcome) ? percent(value) : decimals(value, 2);
  }

  public static String outcome(double value, OutcomeKind outcome) {
    return outcome(value, outcome.printed());
  }

  /// A difference of outcomes: accuracy in percentage points, log-probability in nats, always with its sign.
  public static String effect(double value, String outcome) {
    return inUnit(scale(outcome) * value, outcome);
  }

  /// The same of a difference that is in its unit already.
  public static String inUnit(double difference, OutcomeKind outcome) {
    return inUnit(difference, outcome.printed());
  }

  private static String inUnit(double difference, String outcome) {
    return (Decimals.signed(difference, places(outcome)) + " " + unit(outcome)).strip();
  }

  public static String effect(double value, OutcomeKind outcome) {
    return effect(value, outcome.printed());
  }

  public static String effect(Estimate estimate, OutcomeKind outcome) {
    return effect(estimate, outcome.printed());
  }

  public static String effect(Estimate estimate, String outcome) {
    String value = effect(estimate.value(), outcome);
    return Double.isFinite(estimate.value())
        ? value + " [" + (estimate.hasInterval() ? effectInterval(estimate, outcome) : "no interval") + "]"
        : value;
  }

  public static double scale(OutcomeKind outcome) {
    return scale(outcome.printed());
  }

  /// The factor that converts an effect to [#unit].
  public static double scale(String outcome) {
    return isShare(outcome) ? 100 : 1;
  }

  /// The unit of a difference of outcomes; empty if none is known.
  public static String unit(String outcome) {
    return isShare(outcome) ? "points" : outcome.equals(OutcomeKind.LOG_PROBABILITY.printed()) ? "nats" : "";
  }

  public static String unit(OutcomeKind outcome) {
    return unit(outcome.printed());
  }

  /// A p-value as in a table, without `p =`.
  public static String p(double value) {
    return p(PValue.exact(value));
  }

  /// The same with `≤` where it could not have been smaller.
  public static String p(PValue value) {
    return value.printed();
  }

  /// A p-value in a sentence: `p = 0.010`.
  public static String pEquals(double value) {
    return pEquals(PValue.exact(value));
  }

  /// The same with `≤` where it could not have been smaller.
  public static String pEquals(PValue value) {
    return value.equation("p");
  }

  /// A count with its noun: `1 problem`, `1,240 problems`.
  public static String count(long n, String noun) {
    return count(n) + " " + noun + (n == 1 ? "" : "s");
  }

  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /// Coordinates as a list, a dash for none.
  public static String coordinates(List<Integer> coordinates) {
    return coordinates.isEmpty()
        ? ABSENT
        : coordinates.stream().map(c -> Integer.toString(c)).collect(Collectors.joining(", "));
  }

  /// An interval: `−26.0 to −15.5`; a dash where there is none.
  public static String span(double low, double high, int places) {
    return new Estimate(Double.NaN, low, high).interval(places);
  }

  private static boolean isShare(String outcome) {
    return outcome.equals(OutcomeKind.ACCURACY.printed());
  }

  private static int places(String outcome) {
    return isShare(outcome) ? 1 : 3;
  }

  /// An AUROC's interval alone: `0.761 to 0.860`.
  public static String aurocInterval(Estimate estimate) {
    return estimate.interval(3);
  }

  /// An outcome's interval alone, in the outcome's unit.
  public static String outcomeInterval(Estimate estimate, String outcome) {
    return estimate.times(scale(outcome)).interval(isShare(outcome) ? 1 : 2);
  }

  public static String outcomeInterval(Estimate estimate, OutcomeKind outcome) {
    return outcomeInterval(estimate, outcome.printed());
  }

  public static String effectInterval(Estimate estimate, OutcomeKind outcome) {
    return effectInterval(estimate, outcome.printed());
  }

  /// An effect's interval alone, in the effect's unit.
  public static String effectInterval(Estimate estimate, String outcome) {
    return estimate.times(scale(outcome)).signedInterval(places(outcome));
  }
}
