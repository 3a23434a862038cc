package org.striatum.reports.run;

import java.util.List;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.Baseline;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.ForestChart;
import org.striatum.reports.page.Notation;
import org.striatum.studies.baselines.BaselineOverlap;
import org.striatum.studies.baselines.BaselineOverlap.Place;
import org.striatum.studies.baselines.BaselineResults;

/// What value sets share with those of rankings that know nothing of value.
///
/// @param results of the baselines
/// @param overlaps with value sets, one a baseline; empty where nothing was ranked by both
record BaselineFigures(BaselineResults results, List<BaselineOverlap> overlaps) {
  /// Of a run; null without baselines.
  static BaselineFigures of(BaselineResults results, ValueNeuronResults values) {
    return results == null
        ? null
        : new BaselineFigures(results, values == null ? List.of() : BaselineOverlap.all(values, results));
  }

  /// One line a baseline.
  List<Figure> all() {
    if (overlaps.isEmpty()) {
      return List.of();
    }
    ForestChart chart = new ForestChart("baseline-overlap", "Share of value sets that each baseline's sets hold",
        "coordinates in common (%)", null, "finding", x -> Notation.percent(x / 100));
    return List.of(new Figure("Coordinates that value sets share with each baseline's",
        "Diamond: of the best 1 % of coordinates by value, the share that is also among the baseline's best 1 %, over all datasets and"
            + " hook points together. Dots: one for each of them, equal shares stacked. Grey tick: sets drawn by chance.",
        chart.of(overlaps.stream().map(BaselineFigures::line).toList())));
  }

  private static ForestChart.Line line(BaselineOverlap one) {
    String shared = Notation.percent(one.share());
    return new ForestChart.Line(name(one.baseline()), false,
        one.baseline() + ": " + shared + ", " + Notation.count(one.shared()) + " of " + Notation.count(one.size()),
        one.baseline().printed(), Estimate.exact(100 * one.share()), shared, "",
        one.places().stream().map(Place::overlap).map(o -> 100.0 * o.shared() / o.first()).toList(), "one place",
        Estimate.exact(Double.NaN), 100 * one.chanceShare(), "by chance");
  }

  private static String name(Baseline baseline) {
    return switch (baseline) {
      case WANDA -> "size of what is written to a coordinate";
      case NEXT_TOKEN -> "a probe of the next token";
      case TERMINAL_ONLY -> "a value probe of last states alone";
    };
  }
}
