package org.striatum.studies.answer;

import org.striatum.probe.stats.Estimate;

/// Figures as the reasons of answers write them; `–` where there is none.
public final class AnswerFigures {
  private AnswerFigures() {}

  /// `0.823 [0.754 to 0.892]`.
  public static String interval(Estimate estimate) {
    return Unit.AUROC.of(estimate);
  }

  /// With a sign, for differences: `+0.051 [+0.014 to +0.091]`.
  public static String signed(Estimate estimate) {
    return Unit.AUROC_DIFFERENCE.of(estimate);
  }
}
