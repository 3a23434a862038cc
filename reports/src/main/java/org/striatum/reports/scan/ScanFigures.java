package org.striatum.reports.scan;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.SetSize;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.Point;
import org.striatum.studies.series.SeriesResults.Turnover;
import org.striatum.studies.series.SeriesResults;

/// The charts of a scan; each is null if there is nothing to draw.
record ScanFigures(SeriesResults results) {
  private static final String ACCURACY = "accuracy";
  /// The most points of the chart of persistence; of more, means over hook points are shown.
  private static final int TURNOVERS = 5_000;
  private static final List<String> SHOWN = List.of("AUROC of V(s₀)", ACCURACY, "AUROC of prompt length");

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(curves(), turnover(), new OverlapFigure(results).figure()).filter(Objects::nonNull).toList();
  }

  /// Whether names end with training steps; otherwise the order of checkpoints is used.
  private boolean stepped() {
    return results.checkpoints().stream().anyMatch(place -> place.step() != null);
  }

  private Figure curves() {
    List<String> datasets = results.points().stream().map(Point::dataset).distinct().toList();
    List<List<Object>> rows = new ArrayList<>();
    for (Point point : results.points()) {
      List<Estimate> figures = List.of(point.value(), point.accuracy(), point.promptLength());
      Object x = stepped() ? point.step() : point.checkpoint();
      for (int i = 0; i < figures.size() && x != null; i++) {
        Estimate figure = figures.get(i);
        if (Double.isFinite(figure.value())) {
          rows.add(Chart.row(SHOWN.get(i), point.dataset(), x, point.checkpoint(), figure.value(), figure.low(),
              figure.high(), SHOWN.get(i).equals(ACCURACY) ? Notation.share(figure) : Notation.auroc(figure)));
        }
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    Channel x = stepped()
        ? quantitative("x", "x").titled("training step").axis("grid", BooleanNode.FALSE)
        : ordinal("x", "x", results.checkpoints().stream().map(Place::name).toList()).unlabelled();
    Channel colour = series("color", "task", datasets).unlabelled();
    List<String> shown = SHOWN.stream().filter(name -> rows.stream().anyMatch(row -> row.getFirst().equals(name)))
        .toList();
    Chart chart = new Chart("series-curves", "Accuracy and AUROC of every checkpoint", 280,
        List.of("figure", "task", "x", "checkpoint", "value", "low", "high", "_value"), rows,
        new Chart.Choice("figure", "show ", shown, shown.getFirst()),
        List.of(
            Layer.of("area", x, value("low"), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.15),
            Layer.of("line", x, value("value"), colour).with("strokeWidth", 1.5),
            Layer.of("point", x, value("value"), colour, tooltip(Channel.titles("checkpoint", "checkpoint", "task",
                "task", "_value", "value, 95 %"))).with("size", 26)));
    return new Figure("Over training",
        "The figures of each checkpoint on test problems with 95 % intervals bootstrapped by problem: AUROC of the linear probe at s₀, at the hook point chosen on validation problems; accuracy; AUROC of the prompt's length. ½ is chance for an AUROC.",
        chart);
  }

  /// From 0 to 1; accuracies are read in per cent.
  private static Channel value(String field) {
    return quantitative("y", field).unlabelled().domain(0, 1).axis("labelExpr",
        "chosen === '" + ACCURACY + "' ? format(100 * datum.value, '.0f') + ' %' : datum.label");
  }

  /// The share of a set that is still present at the next checkpoint.
  private Figure turnover() {
    if (results.turnovers().isEmpty()) {
      return null;
    }
    List<String> datasets = results.turnovers().stream().map(Turnover::dataset).distinct().toList();
    boolean averaged = results.turnovers().size() > TURNOVERS;
    List<List<Object>> rows = averaged ? averaged() : results.turnovers().stream().map(this::row).toList();
    Channel x = quantitative("x", "step").titled("training step").axis("grid", BooleanNode.FALSE);
    Channel y = quantitative("y", "kept").titled("kept from the previous checkpoint, %").domain(0, 100);
    Channel colour = series("color", "task", datasets).unlabelled();
    Chart chart = new Chart("series-turnover", "Share of each set that was present at the previous checkpoint", 240,
        List.of("where", "task", "step", "from", "to", "kept", "_kept", "_born", "_drift"), rows,
        choice(rows.stream().map(row -> (String) row.getFirst()).distinct().toList()),
        List.of(Layer.of("line", x, y, colour).with("strokeWidth", 1.5),
            Layer.of("point", x, y, colour, tooltip(Channel.titles("task", "task", "from", "from", "to", "to", "_kept",
                "kept", "_born", "new", "_drift", "mean change of rank"))).with("size", 26)));
    return new Figure("Persistence of the sets", "The best " + size()
        + " by each checkpoint's ranking: the share that was in the set at the previous checkpoint"
        + (averaged ? ", the mean over hook points" : "")
        + ". A random set would keep as large a share as it is of all coordinates.", chart);
  }

  private List<Object> row(Turnover one) {
    return Chart.row(place(one.kind(), one.hook()), one.dataset(), Place.of(one.to()).step(), one.from(), one.to(),
        100 * kept(one), one.kept().size() + " of " + size(one), Notation.coordinates(one.born()),
        Notation.percent(one.drift()));
  }

  /// One row per dataset, kind and pair: the means over hook points.
  private List<List<Object>> averaged() {
    SequencedMap<List<Object>, List<Turnover>> groups = new LinkedHashMap<>();
    results.turnovers().forEach(one -> groups
        .computeIfAbsent(List.of(one.dataset(), one.kind(), one.from(), one.to()), _ -> new ArrayList<>()).add(one));
    return groups.values().stream().map(group -> {
      Turnover one = group.getFirst();
      double kept = group.stream().mapToDouble(ScanFigures::kept).average().orElseThrow();
      return Chart.row(places(one.kind()), one.dataset(), Place.of(one.to()).step(), one.from(), one.to(), 100 * kept,
          Notation.percent(kept), Notation.ABSENT,
          Notation.percent(group.stream().mapToDouble(Turnover::drift).average().orElseThrow()));
    }).toList();
  }

  private static int size(Turnover one) {
    return one.kept().size() + one.lost().size();
  }

  private static double kept(Turnover one) {
    return (double) one.kept().size() / size(one);
  }

  private String size() {
    return new SetSize(results.size()).words();
  }

  static String place(Kind kind, HookPoint hook) {
    return kind.name().toLowerCase(Locale.ROOT) + " at " + hook;
  }

  /// Of means over hook points.
  static String places(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT) + " at all hook points";
  }

  static Chart.Choice choice(List<String> places) {
    return new Chart.Choice("where", "set ", places, places.stream().filter(place -> place.contains("value at "))
        .reduce((_, later) -> later).orElse(places.getLast()));
  }
}
