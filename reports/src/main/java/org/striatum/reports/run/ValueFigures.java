package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.constant;
import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.pixels;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.PathPoint;
import org.striatum.probe.value.ValueNeuronResults.PathSummary;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.PruningPoint;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.MatrixChart;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;

/// The charts of the value-neuron study: AUROC against layer, against pruning, and along the sparse path.
///
/// @param results the results to show
/// @param probes every probe in a fixed order, so that a probe has one colour throughout
/// @param low the lowest AUROC shown, for one scale throughout
/// @param high the highest
/// @param oneSite whether every hook point is of the same site, so that a layer's number is enough
record ValueFigures(ValueNeuronResults results, List<String> probes, double low, double high, boolean oneSite) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> KNOWN_PROBES = Stream.of(ProbeKind.LINEAR, ProbeKind.TD, ProbeKind.MONTE_CARLO,
      ProbeKind.SPARSE).map(ProbeKind::printed).toList();

  static ValueFigures of(ValueNeuronResults results) {
    SequencedSet<String> found = new LinkedHashSet<>();
    results.layers()
        .forEach(layer -> layer.probes().forEach(probe -> found.add(probe.probe().printed())));
    List<String> probes = Stream.concat(KNOWN_PROBES.stream().filter(found::contains),
        found.stream().filter(probe -> !KNOWN_PROBES.contains(probe)).sorted()).toList();
    double[] drawn = DoubleStream.concat(results.layers().stream().flatMapToDouble(ValueFigures::drawn),
        results.datasets().stream().mapToDouble(dataset -> dataset.promptLengthAuroc().value()))
        .filter(Double::isFinite).toArray();
    double low = Math.floor(20 * DoubleStream.of(drawn).min().orElse(0.5) - 0.2) / 20;
    double high = Math.ceil(20 * DoubleStream.of(drawn).max().orElse(0.5) + 0.2) / 20;
    boolean oneSite = results.layers().stream().map(layer -> layer.hook().site()).distinct().count() <= 1;
    return new ValueFigures(results, probes, Math.max(0, Math.min(low, 0.45)), Math.min(1, Math.max(high, 0.7)),
        oneSite);
  }

  Figure byLayer(DatasetSummary dataset, int number) {
    List<LayerProbes> layers = Selection.layers(results, dataset.dataset());
    List<String> labels = layers.stream().map(layer -> label(layer.hook())).toList();
    List<List<Object>> rows = new ArrayList<>();
    rows.add(Chart.row("baseline", "chance", null, 0.5, null, null, null, "chance"));
    rows.add(row("baseline", "prompt length", null, dataset.promptLengthAuroc(), Double.NaN));
    for (LayerProbes layer : layers) {
      Estimate shuffled = new Estimate(layer.shuffled().mean(), layer.shuffled().low(), layer.shuffled().high());
      rows.add(row("null", "shuffled rewards", label(layer.hook()), shuffled, Double.NaN));
      for (ProbeAuroc probe : layer.probes()) {
        rows.add(row("probe", probe.probe().printed(), label(layer.hook()), probe.test(),
            probe.validation()));
      }
    }
    Channel layer = ordinal("x", "layer", labels).titled(layerTitle(layers)).scaled("paddingInner", JSON.numberNode(0))
        .scaled("paddingOuter", JSON.numberNode(0));
    Channel auroc = aurocAxis("auroc");
    Channel dodge = series("xOffset", "series", probes).scaled("padding", JSON.numberNode(3));
    Channel colour = series("color", "series", probes).unlabelled();
    Channel shape = series("shape", "series", probes).unlabelled();
    Channel shown = tooltip(Channel.titles("series", "probe", "layer", "layer", "_auroc", "AUROC, 95 %"));
    Chart chart = new Chart("auroc-by-layer-" + number,
        "AUROC of each probe's value at the last prompt position against layer, "
            + VisibleText.brief(dataset.dataset(), 80),
        240, List.of("kind", "series", "layer", "auroc", "low", "high", "validation", "_auroc"), rows, null,
        List.of(
            Layer.of("bar", layer, aurocAxis("low"), end("y2", "high"), shown).where("datum.kind === 'null'")
                .with("style", "null-band").with("width", JSON.objectNode().put("band", 1)),
            Layer.of("rule", aurocAxis("auroc")).where("datum.kind === 'baseline' && datum.series === 'chance'")
                .with("style", "baseline"),
            Layer.of("rule", aurocAxis("auroc"), shown)
                .where("datum.kind === 'baseline' && datum.series === 'prompt length' && isValid(datum.auroc)")
                .with("style", "baseline").dashed(),
            name("prompt length", "left", 0),
            name("chance", "right", "width"),
            Layer.of("line", layer, auroc, dodge, colour).where("datum.kind === 'probe'").with("strokeWidth", 1.5)
                .with("opacity", 0.75),
            Layer.of("rule", layer, aurocAxis("low"), end("y2", "high"), dodge, colour)
                .where("datum.kind === 'probe' && isValid(datum.low) && isValid(datum.high)").with("strokeWidth", 1.5)
                .with("opacity", 0.55),
            Layer.of("point", layer, auroc, dodge, colour, shape, shown).where("datum.kind === 'probe'")));
    return new Figure(dataset.dataset(),
        "Test AUROC of V(s₀) against the outcome, " + Notation.count(dataset.test(), "test problem")
            + "; bars are 95 % intervals bootstrapped by problem. " + shuffled(layers) + " " + baseline(dataset),
        chart);
  }

  Figure byPruning(Selection selection, int number) {
    List<LayerProbes> layers = Selection.layers(results, selection.dataset());
    SequencedSet<String> names = new LinkedHashSet<>();
    List<List<Object>> rows = new ArrayList<>();
    double leastKept = 1;
    for (LayerProbes layer : layers) {
      for (PruningCurve curve : layer.pruning()) {
        String name = curve.probe().printed() + ", by " + curve.ranking().printed()
            + (curve.retrained() ? ", refitted" : ", masked");
        names.add(name);
        for (PruningPoint point : curve.points()) {
          double kept = 1 - point.ratio();
          leastKept = Math.min(leastKept, kept);
          rows.add(Chart.row(label(layer.hook()), name, point.ratio(), kept, point.kept(), point.auroc().value(),
              point.auroc().low(), point.auroc().high(), point.randomLow(), point.randomHigh(),
              Notation.auroc(point.auroc()), Notation.percent(point.ratio()),
              Notation.span(point.randomLow(), point.randomHigh(), 3)));
        }
      }
    }
    Channel kept = quantitative("x", "share_kept").titled("coordinates removed (log scale of those left)")
        .scaled("type", "log")
        .scaled("reverse", BooleanNode.TRUE).domain(leastKept, 1).axis("values", ticks(leastKept))
        .axis("labelExpr", "format(100 * (1 - datum.value), '.4~r') + ' %'").axis("grid", BooleanNode.FALSE);
    Channel colour = series("color", "curve", List.copyOf(names)).unlabelled();
    Channel shape = series("shape", "curve", List.copyOf(names)).unlabelled();
    Channel shown = tooltip(Channel.titles("curve", "curve", "_ratio", "removed", "kept", "coordinates left", "_auroc",
        "AUROC, 95 %", "_random", "random sets, 95 %"));
    Chart chart = new Chart("auroc-by-pruning-" + number,
        "AUROC against the share of coordinates removed, " + VisibleText.brief(selection.dataset(), 80), 280,
        List.of("layer", "curve", "ratio", "share_kept", "kept", "auroc", "low", "high", "random_low", "random_high",
            "_auroc", "_ratio", "_random"),
        rows, choice(layers, selection),
        List.of(
            Layer
                .of("area", kept, aurocAxis("random_low"), end("y2", "random_high"),
                    series("detail", "curve", List.copyOf(names)))
                .where("isValid(datum.random_low) && isValid(datum.random_high)").with("style", "null-band")
                .with("fillOpacity", 0.13),
            Layer.of("area", kept, aurocAxis("low"), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.14),
            Layer.of("line", kept, aurocAxis("auroc"), colour),
            Layer.of("point", kept, aurocAxis("auroc"), colour, shape, shown)));
    return new Figure(selection.dataset(),
        "AUROC of V(s₀) on " + Notation.count(selection.summary().test(), "test problem") + " as coordinates are"
            + " removed, lowest-ranked first; shaded: 95 % bootstrap band by problem. Grey: 2.5–97.5 percentiles with"
            + " random coordinates kept. Masked: the probe as trained, removed coordinates at their training mean;"
            + " refitted: trained again on the coordinates left. The first layer shown was chosen on validation problems.",
        chart);
  }

  Figure byPath(Selection selection, int number) {
    List<LayerProbes> layers = Selection.layers(results, selection.dataset());
    List<List<Object>> rows = new ArrayList<>();
    for (LayerProbes layer : layers) {
      for (PathPoint point : layer.path().points()) {
        rows.add(Chart.row(label(layer.hook()), point.lambda(), point.nonZero(), point.validationAuroc(),
            point.lambda() == layer.path().lambda(), Notation.auroc(point.validationAuroc()),
            Notation.significant(point.lambda(), 3)));
      }
    }
    int most = Math.max(1, layers.stream().map(LayerProbes::path).map(PathSummary::points).flatMap(Collection::stream)
        .mapToInt(PathPoint::nonZero).max().orElse(1));
    Channel size = quantitative("x", "non_zero").titled("coordinates with a non-zero coefficient")
        .scaled("type", "symlog").domain(0, most).axis("values", powers(most)).axis("format", "~s")
        .axis("grid", BooleanNode.FALSE);
    Channel along = quantitative("order", "lambda").with("sort", "descending");
    Channel shown = tooltip(Channel.titles("non_zero", "coordinates", "_auroc", "validation AUROC", "_lambda", "λ"));
    Chart chart = new Chart("sparse-path-" + number,
        "Validation AUROC of the sparse probe against its number of coordinates, "
            + VisibleText.brief(selection.dataset(), 80),
        200, List.of("layer", "lambda", "non_zero", "validation_auroc", "chosen", "_auroc", "_lambda"), rows,
        choice(layers, selection),
        List.of(Layer.of("line", size, validationAxis(), along).with("strokeWidth", 1.5),
            Layer.of("point", size, validationAxis(), shown).with("size", 26),
            Layer.of("point", size, validationAxis(), shown).where("datum.chosen").with("style", "finding")
                .with("filled", false).with("size", 190).with("strokeWidth", 2.5)));
    return new Figure(selection.dataset(),
        "One point per penalty λ of the L1-logistic path; "
            + Notation.count(selection.summary().validation(), "validation problem")
            + ", no interval. Circled: the chosen"
            + " penalty, at " + selection.hook() + " with "
            + Notation.count(selection.layer().path().nonZero(), "coordinate") + ".",
        chart);
  }

  /// A hook point's name on an axis: the layer's number if that is enough.
  String label(HookPoint hook) {
    String site = hook.site().printed().replace("hook_", "");
    return !hook.site().inBlock() ? site : oneSite ? Integer.toString(hook.layer()) : hook.layer() + " " + site;
  }

  private String layerTitle(List<LayerProbes> layers) {
    return !oneSite || layers.isEmpty() || !layers.getFirst().hook().site().inBlock()
        ? "hook point"
        : "layer (blocks.*." + layers.getFirst().hook().site().printed() + ")";
  }

  private Channel aurocAxis(String field) {
    return quantitative("y", field).titled("AUROC").domain(low, high);
  }

  private Channel validationAxis() {
    return quantitative("y", "validation_auroc").titled("validation AUROC").domain(low, high);
  }

  private Chart.Choice choice(List<LayerProbes> layers, Selection selection) {
    return new Chart.Choice("layer", oneSite ? "layer" : "hook point",
        layers.stream().map(layer -> label(layer.hook())).toList(), label(selection.hook()));
  }

  /// A baseline's name, above one end of its line.
  private Layer name(String baseline, String align, Object x) {
    Channel position = x instanceof String named ? constant("x", named) : pixels("x", 0);
    return Layer.of("text", position, aurocAxis("auroc"),
        new Channel("text", JSON.objectNode().put("field", "series")))
        .where("datum.kind === 'baseline' && datum.series === '" + baseline + "' && isValid(datum.auroc)")
        .with("style", "baseline-name")
        .with("align", align).with("baseline", "bottom").with("dy", -3);
  }

  private static List<Object> row(String kind, String series, String layer, Estimate auroc, double validation) {
    return Chart.row(kind, series, layer, auroc.value(), auroc.low(), auroc.high(), validation,
        Notation.auroc(auroc));
  }

  /// Every AUROC that a chart of this layer shows.
  private static DoubleStream drawn(LayerProbes layer) {
    DoubleStream probes = layer.probes().stream().map(ProbeAuroc::test).flatMapToDouble(ValueFigures::ends);
    DoubleStream pruning = layer.pruning().stream().map(PruningCurve::points).flatMap(Collection::stream)
        .flatMapToDouble(point -> DoubleStream.concat(ends(point.auroc()),
            DoubleStream.of(point.randomLow(), point.randomHigh())));
    DoubleStream path = layer.path().points().stream().mapToDouble(PathPoint::validationAuroc);
    return Stream.of(probes, pruning, path, DoubleStream.of(layer.shuffled().low(), layer.shuffled().high()))
        .flatMapToDouble(values -> values);
  }

  private static DoubleStream ends(Estimate estimate) {
    return DoubleStream.of(estimate.value(), estimate.low(), estimate.high());
  }

  private static String shuffled(List<LayerProbes> layers) {
    int permutations = layers.stream().mapToInt(layer -> layer.shuffled().permutations()).min().orElse(0);
    return permutations == 0
        ? "Shuffled rewards were not run at every hook point."
        : "Grey: 2.5–97.5 percentiles of the sparse path refitted on rewards shuffled by problem ("
            + Notation.count(permutations, "permutation") + ").";
  }

  private static String baseline(DatasetSummary dataset) {
    return Double.isFinite(dataset.promptLengthAuroc().value())
        ? "Dashed: prompt length alone, " + Notation.auroc(dataset.promptLengthAuroc()) + "." + ceiling(dataset)
        : "There is no AUROC of prompt length alone here." + ceiling(dataset);
  }

  private static String ceiling(DatasetSummary dataset) {
    return dataset.ceiling().refused() == null
        ? " The true probability of success would reach " + Notation.auroc(dataset.ceiling().auroc()) + "."
        : "";
  }

  /// Shares kept at which the pruning axis is labelled: 0, 70, 90, 97, 99, 99.7 % … removed.
  private static ArrayNode ticks(double least) {
    ArrayNode ticks = JSON.arrayNode().add(1.0);
    for (double decade = 0.1; decade >= least * 0.999; decade /= 10) {
      ticks.add(3 * decade).add(decade);
    }
    return ticks;
  }

  private static ArrayNode powers(int most) {
    ArrayNode ticks = JSON.arrayNode().add(0);
    for (long power = 1; power <= most; power *= 10) {
      ticks.add(power);
      if (3 * power <= most) {
        ticks.add(3 * power);
      }
    }
    return ticks;
  }

  /// The rankings that have a column in a table of top neurons.
  static List<String> rankings(LayerProbes layer) {
    return layer.top().stream().map(neuron -> neuron.scores().keySet()).flatMap(Collection::stream).distinct().sorted()
        .toList();
  }

  /// A neuron's score by one ranking; NaN if that ranking has none for it.
  static double score(Map<String, Double> scores, String ranking) {
    return scores.getOrDefault(ranking, Double.NaN);
  }

  /// Agreement of the rankings at each dataset's chosen hook point; null if none was computed.
  static Figure agreement(List<Selection> selections) {
    List<Selection> drawn = selections.stream().filter(s -> !s.layer().agreement().isEmpty()).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (Selection s : drawn) {
      for (Agreement a : s.layer().agreement()) {
        rows.add(agreement(s, a.first(), a.second(), a));
        rows.add(agreement(s, a.second(), a.first(), a));
      }
    }
    List<String> datasets = drawn.stream().map(Selection::dataset).toList();
    Chart chart = MatrixChart.of("ranking-agreement", "Overlap of the best coordinates of two rankings", "iou",
        List.of("first", "second", "dataset", "iou", "spearman", "_iou", "_spearman", "_hook"), rows, "_iou",
        Channel.titles("first", "ranking", "second", "and", "_iou", "IoU of the best", "_spearman",
            "Spearman's ρ of all scores", "_hook", "at"),
        0, 1, new Chart.Choice("dataset", "data ", datasets, datasets.getFirst()), "", "");
    return new Figure("Agreement of the rankings", "Intersection over union of the best "
        + Notation.count(drawn.getFirst().layer().agreement().getFirst().k(), "coordinate")
        + " of two rankings, at each dataset's chosen hook point; Spearman's ρ of all scores in the tooltip and the data.",
        chart);
  }

  private static List<Object> agreement(Selection s, String first, String second, Agreement a) {
    return Chart.row(first, second, s.dataset(), a.iou(), a.spearman(), Notation.decimals(a.iou(), 2),
        Notation.decimals(a.spearman(), 2), s.hook().toString());
  }
}
