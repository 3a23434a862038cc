package org.striatum.cli.summary;

import org.striatum.probe.stats.Estimate;

/// How the summaries print figures.
public final class Figures {
  private Figures() {}

  /// A figure with its 95 % interval; a dash if there is none.
  public static String interval(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "–"
        : "%.3f [%.2f, %.2f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }

  /// A difference with its 95 % interval, always with its sign.
  public static String signed(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? "–"
        : "%+.3f [%+.3f, %+.3f]".formatted(estimate.value(), estimate.low(), estimate.high());
  }
}
