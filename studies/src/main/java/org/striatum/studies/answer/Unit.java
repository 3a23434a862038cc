package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.run.Printed;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;

/// What a figure behind an answer is measured in, and how it is written: the one rounding of it on the command line, in answers
/// and in reports.
public enum Unit implements Printed {
  /// In [0, 1], ½ at chance.
  AUROC("auroc", 1, 3, false, ""),
  /// Of two AUROCs.
  AUROC_DIFFERENCE("auroc difference", 1, 3, true, ""),
  /// A difference of accuracies, in [-1, 1]; written in percentage points.
  POINTS("accuracy difference", 100, 1, true, " points"),
  /// A difference of log-probabilities of an item.
  NATS("nats", 1, 3, true, " nats"),
  /// A difference of log-probabilities per token: small compared with those of full solutions.
  NATS_PER_TOKEN("nats per token", 1, 4, true, " nats per token"),
  /// In [0, 1]; written in per cent.
  SHARE("share", 100, 0, false, " %"),
  /// A correlation.
  CORRELATION("correlation", 1, 2, false, ""),
  /// A difference of z-scores.
  DEVIATIONS("deviations", 1, 2, true, " deviations"),
  /// A number of things.
  COUNT("count", 1, 0, false, "");

  private static final String ABSENT = "–";

  private final String printed;
  private final double scale;
  private final int places;
  private final boolean signed;
  private final String suffix;

  Unit(String printed, double scale, int places, boolean signed, String suffix) {
    this.printed = printed;
    this.scale = scale;
    this.places = places;
    this.signed = signed;
    this.suffix = suffix;
  }

  /// The unit of a change of an outcome.
  public static Unit of(OutcomeKind outcome) {
    return switch (outcome) {
      case ACCURACY -> POINTS;
      case LOG_PROBABILITY -> NATS;
    };
  }

  /// What follows the figure, with the space before it; may be empty.
  public String suffix() {
    return suffix;
  }

  /// The estimate with an interval that ends where the unit does: an AUROC has no value above 1, a difference of two none beyond ±1.
  public Estimate within(Estimate estimate) {
    return switch (this) {
      case AUROC, SHARE -> estimate.within(0, 1);
      case AUROC_DIFFERENCE, POINTS, CORRELATION -> estimate.within(-1, 1);
      case NATS, NATS_PER_TOKEN, DEVIATIONS, COUNT -> estimate;
    };
  }

  /// The digits without the unit's name: `0.672`, `+1.3`, `−1.0`; a dash where there is no figure.
  public String digits(double value) {
    return signed ? Decimals.signed(scale * value, places) : Decimals.of(scale * value, places);
  }

  /// The figure: `0.672`, `+1.3 points`.
  public String of(double value) {
    return Double.isFinite(value) ? digits(value) + suffix : ABSENT;
  }

  /// A size that somebody chose, without sign and with no more digits than it has: `0.7`, `10 points`.
  public String size(double chosen) {
    if (!Double.isFinite(chosen)) {
      return ABSENT;
    }
    BigDecimal rounded = BigDecimal.valueOf(scale * Math.abs(chosen)).setScale(Math.max(places, 2), RoundingMode.HALF_UP);
    return (rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString()) + suffix;
  }

  /// The interval without figure and brackets: `0.578 to 0.772`; empty where there is none.
  public String span(Estimate estimate) {
    return Double.isFinite(estimate.low()) && Double.isFinite(estimate.high())
        ? digits(estimate.low()) + " to " + digits(estimate.high())
        : "";
  }

  /// The figure with its 95 % interval: `0.672 [0.578 to 0.772]`, `−1.0 points [−3.0 to 0.0]`.
  public String of(Estimate estimate) {
    String span = span(estimate);
    return of(estimate.value()) + (span.isEmpty() ? "" : " [" + span + "]");
  }

  /// The unit of the printed name.
  @JsonCreator
  public static Unit named(String name) {
    return Printed.named(Unit.class, "a unit", name);
  }

  @Override
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
