package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.Curve;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.SetOverlap;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.MatrixChart;
import org.striatum.reports.page.Notation;

/// The charts of the transfer study: two matrices between the datasets of the report's own run, and the AUROC of
/// all runs.
///
/// @param results the results to show; the first of its runs is the report's own
record TransferFigures(TransferResults results) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String LINEAR_WEIGHT = "linear-weight";

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(overlap(), functional(), alongRuns()).filter(Objects::nonNull).toList();
  }

  /// The chart that the section opens with; none without data.
  List<Figure> first() {
    return all().stream().limit(1).toList();
  }

  /// The charts behind it.
  List<Figure> others() {
    return all().stream().skip(1).toList();
  }

  /// Rows of a table: overlaps between runs, by the ranking that has a ceiling.
  List<SetOverlap> betweenRuns() {
    return results.overlaps().stream()
        .filter(o -> !o.first().run().equals(o.second().run()) && o.ranking().equals(LINEAR_WEIGHT)
            && o.size().equals(size()))
        .toList();
  }

  /// The functional transfer between the two places of an overlap; null if there is none.
  FunctionalTransfer functional(SetOverlap overlap, boolean forth) {
    return results.functional().stream()
        .filter(f -> f.hook().equals(overlap.hook()) && f.from().equals(forth ? overlap.first() : overlap.second())
            && f.to().equals(forth ? overlap.second() : overlap.first()))
        .findFirst().orElse(null);
  }

  /// Pairs of runs.
  List<Basis> bases() {
    return results.bases();
  }

  /// The set size that is shown: the middle one of those requested.
  private String size() {
    List<String> sizes = results.overlaps().stream().map(SetOverlap::size).distinct().toList();
    return sizes.isEmpty() ? "" : sizes.get((sizes.size() - 1) / 2);
  }

  private Figure overlap() {
    String run = results.runs().getFirst();
    List<SetOverlap> drawn = results.overlaps().stream().filter(o -> o.first().run().equals(run)
        && o.second().run().equals(run) && o.ranking().equals(LINEAR_WEIGHT) && o.size().equals(size())).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (SetOverlap o : drawn) {
      for (boolean forth : new boolean[]{true, false}) {
        rows.add(Chart.row((forth ? o.first() : o.second()).dataset(), (forth ? o.second() : o.first()).dataset(),
            o.hook().toString(), o.iou(), Notation.decimals(o.iou(), 2), Notation.decimals(o.chance(), 3),
            Notation.decimals(o.halves(), 3), Notation.decimals(o.ceiling(), 3), Notation.p(o.q())));
      }
    }
    Chart chart = MatrixChart.of("transfer-overlap", "Overlap of the top coordinates of two datasets", "iou",
        List.of("first", "second", "hook", "iou", "_iou", "_chance", "_halves", "_ceiling", "_q"), rows, "_iou",
        Channel.titles("first", "dataset", "second", "and", "_iou", "IoU", "_chance", "chance", "_halves",
            "halves of the data, between", "_ceiling", "halves of the data, within one", "_q", "q"),
        0, 1, choice(hooks(drawn, SetOverlap::hook)), "", "");
    SetOverlap one = drawn.getFirst();
    return new Figure("Do the sets overlap?", "Intersection over union of the " + Notation.count(one.k())
        + " coordinates of " + Notation.count(one.width())
        + " with the largest weights in each dataset's linear probe, in " + run
        + ". Chance is " + Notation.decimals(one.chance(), 3)
        + "; the tooltip shows the IoU of sets ranked on halves of the training problems, between the datasets and within one (the ceiling), and q (hypergeometric, Benjamini–Hochberg).",
        chart);
  }

  private Figure functional() {
    String run = results.runs().getFirst();
    List<FunctionalTransfer> drawn = results.functional().stream()
        .filter(f -> f.from().run().equals(run) && f.to().run().equals(run)).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (FunctionalTransfer f : drawn) {
      rows.add(Chart.row(f.from().dataset(), f.to().dataset(), f.hook().toString(), f.restandardised().value(),
          Notation.auroc(f.restandardised()), Notation.decimals(f.restandardised().value(), 2), Notation.auroc(f.own()),
          Notation.auroc(f.promptLengthMoved()), Notation.auroc(f.refitted()), Notation.auroc(f.ownTop())));
    }
    Set<List<Object>> own = new HashSet<>();
    for (FunctionalTransfer f : drawn) {
      if (own.add(List.of(f.to(), f.hook()))) {
        rows.add(Chart.row(f.to().dataset(), f.to().dataset(), f.hook().toString(), f.own().value(),
            Notation.auroc(f.own()), Notation.decimals(f.own().value(), 2), Notation.auroc(f.own()),
            Notation.auroc(f.promptLength()), null, Notation.auroc(f.ownTop())));
      }
    }
    Chart chart = MatrixChart.of("transfer-probes", "AUROC of one dataset's probe on another's test problems", "auroc",
        List.of("first", "second", "hook", "auroc", "_auroc", "_short", "_own", "_length", "_refitted", "_top"), rows,
        "_short",
        Channel.titles("first", "probe of", "second", "on", "_auroc", "AUROC, 95 %", "_own", "own probe", "_length",
            "prompt length, sign of the first", "_refitted", "the first's coordinates, refitted", "_top",
            "own coordinates, refitted"),
        0.5, 1, choice(hooks(drawn, FunctionalTransfer::hook)), "probe of", "on");
    return new Figure("Do the probes transfer?",
        "Test AUROC of a linear probe fitted on the row's training problems, on the column's test problems ("
            + drawn.stream().mapToInt(FunctionalTransfer::test).min().orElse(0)
            + " or more), re-standardised on the column's training states, in "
            + run
            + "; on the diagonal the dataset's own probe. The tooltip and the data contain 95 % intervals, bootstrapped by problem.",
        chart);
  }

  private Figure alongRuns() {
    List<Curve> drawn = results.curves();
    if (results.runs().size() < 2 || drawn.isEmpty()) {
      return null;
    }
    List<String> datasets = drawn.stream().map(curve -> curve.place().dataset()).distinct().toList();
    List<List<Object>> rows = new ArrayList<>();
    for (Curve c : drawn) {
      Estimate a = c.linear();
      rows.add(Chart.row(c.place().run(), c.place().dataset(), c.hook().toString(), a.value(), a.low(), a.high(),
          c.accuracy().value(), Notation.auroc(a), Notation.percent(c.accuracy().value()),
          Notation.auroc(c.promptLength())));
    }
    Channel run = ordinal("x", "run", results.runs()).unlabelled().axis("labelLimit", JSON.numberNode(110))
        .axis("labelOverlap", BooleanNode.FALSE);
    Channel auroc = quantitative("y", "auroc").titled("AUROC of the linear probe").domain(0, 1);
    Channel low = quantitative("y", "low").titled("AUROC of the linear probe").domain(0, 1);
    Channel colour = series("color", "dataset", datasets).unlabelled();
    Channel dodge = series("xOffset", "dataset", datasets).scaled("padding", JSON.numberNode(3));
    Channel shown = tooltip(Channel.titles("run", "run", "dataset", "dataset", "_auroc", "AUROC, 95 %", "_accuracy",
        "accuracy", "_length", "prompt length"));
    List<String> hooks = hooks(drawn, Curve::hook);
    Chart chart = new Chart("transfer-runs", "AUROC of the linear probe in every run", 260,
        List.of("run", "dataset", "hook", "auroc", "low", "high", "accuracy", "_auroc", "_accuracy", "_length"), rows,
        new Chart.Choice("hook", "hook point ", hooks, hooks.getLast()),
        List.of(Layer.of("rule", run, low, end("y2", "high"), dodge, colour)
            .where("isValid(datum.low) && isValid(datum.high)").with("strokeWidth", 1.5).with("opacity", 0.55),
            Layer.of("point", run, auroc, dodge, colour, shown)));
    return new Figure("Comparison of runs",
        "Test AUROC of each run's own linear probe at s₀ with 95 % intervals bootstrapped by problem; ½ is chance. This needs no common basis.",
        chart);
  }

  private static Chart.Choice choice(List<String> hooks) {
    return new Chart.Choice("hook", "hook point ", hooks, hooks.getLast());
  }

  private static <T> List<String> hooks(List<T> rows, Function<T, HookPoint> hook) {
    return rows.stream().map(hook).distinct().sorted().map(HookPoint::toString).toList();
  }
}
