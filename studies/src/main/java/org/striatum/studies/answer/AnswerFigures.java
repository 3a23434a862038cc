package org.striatum.studies.answer;

import java.util.Locale;
import org.striatum.probe.stats.Estimate;

/// Figures as the reasons of answers write them; `–` where there is none.
public final class AnswerFigures {
  private AnswerFigures() {}

  /// `0.823 [0.754, 0.892]`.
  public static String interval(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }

  /// With a sign, for differences: `+0.051 [+0.014, +0.091]`.
  public static String signed(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%+.3f [%+.3f, %+.3f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }

  /// A difference of log-probabilities per token: small compared with those of full solutions.
  public static String nats(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }
}
