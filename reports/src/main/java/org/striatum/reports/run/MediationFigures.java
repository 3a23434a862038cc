package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.intervention.MediationResults.Judged;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.ForestChart;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.intervention.MediationWords;

/// What sets carry between right and wrong runs, one line a place and direction.
///
/// @param judged every mediation
/// @param values that chose a hook point for every dataset; null without them
record MediationFigures(List<Judged> judged, ValueNeuronResults values) {
  /// Letters of a set's name in a title.
  private static final int SET = 60;

  /// Of a study; null without it.
  static MediationFigures of(MediationResults results, ValueNeuronResults values) {
    return results == null ? null : new MediationFigures(results.judged(), values);
  }

  /// Those of each dataset's chosen hook point; all where that holds none.
  List<Figure> first() {
    List<Judged> chosen = chosen();
    return figure("mediation-chosen", "What %s carries at each dataset's chosen hook point",
        chosen.isEmpty() ? judged : chosen);
  }

  /// Those of all other hook points.
  List<Figure> others() {
    List<Judged> chosen = chosen();
    return chosen.isEmpty()
        ? List.of()
        : figure("mediation-others", "What %s carries at the other hook points",
            judged.stream().filter(one -> !chosen.contains(one)).toList());
  }

  List<Figure> all() {
    List<Figure> all = new ArrayList<>(first());
    all.addAll(others());
    return all;
  }

  private List<Judged> chosen() {
    return values == null
        ? List.of()
        : judged.stream().filter(one -> Selection.all(values).stream().anyMatch(
            selection -> selection.dataset().equals(one.mediation().dataset())
                && selection.hook().equals(one.mediation().hook())))
            .toList();
  }

  /// @param named title with a place for the sets
  private static List<Figure> figure(String id, String named, List<Judged> drawn) {
    if (drawn.isEmpty()) {
      return List.of();
    }
    String title = named.formatted(drawn.stream().map(one -> VisibleText.brief(one.mediation().set(), SET)).distinct()
        .collect(Collectors.joining(", ")));
    List<Judged> shown = drawn.stream().limit(ForestFigure.LINES).toList();
    ForestChart chart = new ForestChart(id, title + ", beside RMS-matched sets", "moved towards the donor's run (nats)",
        0.0, "control", x -> Notation.inUnit(x, OutcomeKind.LOG_PROBABILITY));
    return List.of(new Figure(title, caption(shown, drawn.size()),
        chart.of(shown.stream().map(MediationFigures::line).toList())));
  }

  private static ForestChart.Line line(Judged judged) {
    Mediation one = judged.mediation();
    return new ForestChart.Line(one.transplant().printed() + ", " + one.hook(), false,
        ForestChart.words(one.dataset(), MediationWords.nats(one.effect()) + ", " + judged.verdict().printed()),
        one.set() + ", " + MediationWords.place(one), one.effect(), MediationWords.nats(one.effect()),
        judged.verdict().printed(), List.of(), "RMS-matched, mean",
        new Estimate(one.mean(), one.low(), one.high()), Double.NaN, "");
  }

  private static String caption(List<Judged> shown, int all) {
    return "Coordinates of one run stand in the other at the first token in which the two differ. Diamond and bar: how far that moves"
        + " the log-probability of the rest towards the donor's run, 95 % interval bootstrapped by problem ("
        + shown.stream().map(one -> one.mediation().problems()).distinct().map(n -> Notation.count(n))
            .collect(Collectors.joining(", "))
        + " pairs, one a problem). Grey: mean and 2.5–97.5 percentiles of up to "
        + Notation.count(shown.stream().mapToInt(one -> one.mediation().controls()).max().orElse(0), "RMS-matched set")
        + " of equally many coordinates."
        + (shown.size() < all ? " The first " + shown.size() + " of " + all + "; the table has all of them." : "");
  }
}
