package org.striatum.reports.run;

import java.util.List;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.ForestChart;
import org.striatum.reports.page.Notation;

/// Every intervention on one outcome in one chart: a line each with its effect, its interval and the effects of all its control
/// sets, one dot per RMS-matched set.
final class ForestFigure {
  /// The most lines of a chart, so that a report of hundreds of interventions stays readable; the table has all of them.
  static final int LINES = 24;

  private ForestFigure() {}

  /// One chart per outcome that was measured, that of the first intervention in front.
  static List<Figure> all(List<Intervention> interventions) {
    return interventions.stream().map(Intervention::outcome).distinct()
        .map(outcome -> of(outcome,
            interventions.stream().filter(one -> one.outcome() == outcome).limit(LINES).toList()))
        .toList();
  }

  private static Figure of(OutcomeKind outcome, List<Intervention> shown) {
    ForestChart chart = new ForestChart("interventions-" + outcome.printed(),
        "Effect on " + outcome.printed() + " of every intervention, and of every one of its control sets",
        "change in " + outcome.printed() + " (" + Notation.unit(outcome) + ")", 0.0, "control",
        effect -> Notation.inUnit(effect, outcome));
    return new Figure("Effect on " + outcome.printed() + " of every set, beside its controls", caption(shown),
        chart.of(shown.stream().map(ForestFigure::line).toList()));
  }

  private static ForestChart.Line line(Intervention one) {
    double scale = Notation.scale(one.outcome());
    String effect = Notation.effect(one.effect(), one.outcome());
    return new ForestChart.Line(set(one), one.primary(),
        ForestChart.words(one.dataset(), effect + ", " + one.verdict().printed()), name(one),
        one.effect().times(scale), effect, one.verdict().printed(),
        one.matched().effects().stream().map(x -> scale * x).toList(), "RMS-matched", Estimate.exact(Double.NaN),
        scale * one.decision().critical(), "specific below");
  }

  /// What was changed, how if not by zeroing, and on which data: `value@1% at blocks.1.hook_resid_post, mul`.
  static String name(Intervention one) {
    return set(one) + ", " + one.dataset();
  }

  private static String set(Intervention one) {
    return one.set() + (one.kind() == AblationKind.ZERO ? "" : " (" + one.treatment() + ")") + " at " + one.where();
  }

  private static String caption(List<Intervention> shown) {
    int matched = shown.stream().mapToInt(one -> one.matched().effects().size()).max().orElse(0);
    int random = shown.stream().mapToInt(one -> one.random().effects().size()).max().orElse(0);
    boolean stopped = shown.stream().anyMatch(one -> one.matched().isStopped());
    return "Diamond and bar: effect with its 95 % interval, paired bootstrap by problem; left of 0 is damage. Grey dots: "
        + (matched > ForestChart.DOTS
            ? ForestChart.DOTS + " of up to " + matched + ", evenly spaced by rank,"
            : "one for each of up to "
                + Notation.count(matched, "RMS-matched set"))
        + " of equally many coordinates, equal effects stacked; up to " + Notation.count(random, "random set")
        + " are in the table. Grey tick: the effect below which the set would do more damage than its controls, after"
        + " correction for its family. In bold: fixed before the run."
        + (stopped
            ? " Where it was plain that a set does no more than its controls, measuring of controls was stopped."
            : "");
  }
}
