package org.striatum.reports.scan;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.SetSize;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.MatrixChart;
import org.striatum.reports.page.Notation;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.Point;
import org.striatum.studies.series.SeriesResults.SetOverlap;
import org.striatum.studies.series.SeriesResults.Turnover;
import org.striatum.studies.series.SeriesResults;

/// The charts of a scan; each is null if there is nothing to draw.
record ScanFigures(SeriesResults results) {
  private static final String ACCURACY = "accuracy";
  private static final List<String> SHOWN = List.of("AUROC of V(s₀)", ACCURACY, "AUROC of prompt length");

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(curves(), turnover(), overlap()).filter(Objects::nonNull).toList();
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
    List<Turnover> drawn = results.turnovers();
    if (drawn.isEmpty()) {
      return null;
    }
    List<String> datasets = drawn.stream().map(Turnover::dataset).distinct().toList();
    List<List<Object>> rows = new ArrayList<>();
    for (Turnover one : drawn) {
      int k = one.kept().size() + one.lost().size();
      rows.add(Chart.row(place(one.kind(), one.hook()), one.dataset(), step(one.to()), one.from(), one.to(),
          100.0 * one.kept().size() / k, one.kept().size() + " of " + k, Notation.coordinates(one.born()),
          Notation.percent(one.drift())));
    }
    Channel x = quantitative("x", "step").titled("training step").axis("grid", BooleanNode.FALSE);
    Channel y = quantitative("y", "kept").titled("kept from the previous checkpoint, %").domain(0, 100);
    Channel colour = series("color", "task", datasets).unlabelled();
    Chart chart = new Chart("series-turnover", "Share of each set that was present at the previous checkpoint", 240,
        List.of("where", "task", "step", "from", "to", "kept", "_kept", "_born", "_drift"), rows,
        choice(drawn.stream().map(one -> place(one.kind(), one.hook())).distinct().toList()),
        List.of(Layer.of("line", x, y, colour).with("strokeWidth", 1.5),
            Layer.of("point", x, y, colour, tooltip(Channel.titles("task", "task", "from", "from", "to", "to", "_kept",
                "kept", "_born", "new", "_drift", "mean change of rank"))).with("size", 26)));
    return new Figure("Persistence of the sets", "The best " + size()
        + " by each checkpoint's ranking: the share that was in the set at the previous checkpoint. A random set would keep as large a"
        + " share as it is of all coordinates.", chart);
  }

  private Figure overlap() {
    List<SetOverlap> drawn = results.overlaps();
    if (drawn.isEmpty()) {
      return null;
    }
    List<String> order = results.checkpoints().stream().map(Place::name).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (SetOverlap one : drawn) {
      for (boolean forth : new boolean[]{true, false}) {
        rows.add(Chart.row(forth ? one.first() : one.second(), forth ? one.second() : one.first(),
            one.dataset() + ", " + place(one.kind(), one.hook()), one.iou(), Notation.decimals(one.iou(), 2),
            Notation.decimals(one.chance(), 3), one.shared() + " of " + one.k(), Notation.p(one.p())));
      }
    }
    rows.sort(Comparator.comparingInt(row -> order.indexOf(row.getFirst())));
    Chart chart = MatrixChart.of("series-overlap", "Overlap of the sets of two checkpoints", "iou",
        List.of("first", "second", "where", "iou", "_iou", "_chance", "_shared", "_p"), rows, "_iou",
        Channel.titles("first", "checkpoint", "second", "and", "_iou", "IoU", "_chance", "chance", "_shared", "shared",
            "_p", "p, uncorrected"),
        0, 1, choice(rows.stream().map(row -> (String) row.get(2)).distinct().sorted().toList()), "", "");
    return new Figure("Which sets overlap?", "Intersection over union of the best " + size()
        + " of two checkpoints that share a basis. The tooltip shows chance and the hypergeometric p.",
        chart);
  }

  private String size() {
    return new SetSize(results.size()).words();
  }

  private Long step(String name) {
    return results.checkpoints().stream().filter(place -> place.name().equals(name)).findFirst().map(Place::step)
        .orElse(null);
  }

  private static String place(Kind kind, HookPoint hook) {
    return kind.name().toLowerCase(Locale.ROOT) + " at " + hook;
  }

  private static Chart.Choice choice(List<String> places) {
    return new Chart.Choice("where", "set ", places, places.stream().filter(place -> place.contains("value at "))
        .reduce((_, later) -> later).orElse(places.getLast()));
  }
}
