package org.striatum.cli.summary;

import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;

/// How the summaries print figures.
public final class Figures {
  private static final int PLACES = 3;

  private Figures() {}

  /// A figure with its 95 % interval, `0.623 [0.51 to 0.73]`; a dash if there is none.
  public static String interval(Estimate estimate) {
    return Double.isNaN(estimate.value())
        ? estimate.printed(PLACES)
        : Decimals.of(estimate.value(), PLACES)
            + (estimate.hasInterval() ? " [" + estimate.interval(2) + "]" : " [no interval]");
  }

  /// A difference with its 95 % interval, always with its sign.
  public static String signed(Estimate estimate) {
    return estimate.signed(PLACES);
  }
}
