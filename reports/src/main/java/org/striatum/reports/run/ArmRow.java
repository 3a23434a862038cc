package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.intervention.InterventionResults.Arm;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.InterventionResults.Prediction;
import org.striatum.probe.intervention.InterventionResults.Writing;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Notation;

/// One arm of an intervention, or the mean over one kind of control, as a row of a table; a dash for what was not
/// measured.
record ArmRow(String name, String coordinates, String effect, String interval, String tokens, String finished,
    String parsed, String perplexity, String divergence) {
  static List<ArmRow> all(Intervention i) {
    List<ArmRow> rows = new ArrayList<>();
    rows.add(of(i.base(), i.outcome()));
    rows.add(of(i.ablated(), i.outcome()));
    i.others().forEach(arm -> rows.add(of(arm, i.outcome())));
    rows.add(of("RMS-matched, mean of " + Notation.count(i.matched().effects().size()), i, i.matched()));
    rows.add(of("random, mean of " + Notation.count(i.random().effects().size()), i, i.random()));
    return rows;
  }

  private static ArmRow of(Arm arm, OutcomeKind outcome) {
    return row(arm.name(), arm.coordinates(), Notation.effect(arm.effect().value(), outcome),
        Notation.effectInterval(arm.effect(), outcome), arm.writing(), arm.prediction());
  }

  private static ArmRow of(String name, Intervention i, Controls controls) {
    return row(name, i.size(), Notation.effect(controls.mean(), i.outcome()), "", controls.writing(),
        controls.prediction());
  }

  private static ArmRow row(String name, int coordinates, String effect, String interval, Writing writing,
      Prediction prediction) {
    return new ArmRow(name, Notation.count(coordinates), effect, interval,
        writing == null ? Notation.ABSENT : Notation.decimals(writing.tokens().value(), 1),
        writing == null ? Notation.ABSENT : Notation.percent(writing.finished().value()),
        writing == null ? Notation.ABSENT : Notation.percent(writing.parsed().value()),
        prediction == null ? Notation.ABSENT : figure(prediction.perplexity()),
        prediction == null ? Notation.ABSENT : figure(prediction.divergence()));
  }

  private static String figure(Estimate estimate) {
    return Notation.significant(estimate.value(), 3)
        + (Double.isFinite(estimate.low())
            ? " [" + Notation.significant(estimate.low(), 3) + " to " + Notation.significant(estimate.high(), 3) + "]"
            : "");
  }
}
