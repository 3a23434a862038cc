package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineResults.CurvePoint;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Prediction;
import org.striatum.probe.dopamine.DopamineResults.ProbeCurve;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.DopamineResults.TracePoint;
import org.striatum.probe.dopamine.Planting;
import org.striatum.probe.dopamine.Scaling;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// Charts of the dopamine study at one dataset's chosen hook point.
///
/// @param dataset the row of steps
/// @param layer the hook point whose causal probe predicts δ best on validation problems; null if none was studied
/// @param pruning ρ as coordinates are removed; null without a hook point
/// @param scatter the probe's prediction against δ; null if no step was stored
/// @param traces one chart per kind of surprise that occurred
record DopamineFigures(DatasetSteps dataset, LayerDopamine layer, Figure pruning, Figure scatter,
    List<Figure> traces) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// One per dataset.
  static List<DopamineFigures> all(DopamineResults results) {
    List<DopamineFigures> all = new ArrayList<>();
    for (DatasetSteps dataset : results.datasets()) {
      LayerDopamine layer = results.chosen(dataset.dataset()).orElse(null);
      int number = all.size() + 1;
      all.add(layer == null
          ? new DopamineFigures(dataset, null, null, null, List.of())
          : new DopamineFigures(dataset, layer, pruning(layer, number), scatter(layer, number),
              traces(layer, number)));
    }
    return all;
  }

  /// The dataset, and its hook point if there is one.
  String title() {
    return dataset.dataset() + (layer == null ? "" : ", " + layer.hook());
  }

  List<Figure> figures() {
    return Stream.concat(Stream.of(pruning, scatter).filter(Objects::nonNull), traces.stream()).toList();
  }

  /// The tested coordinates, significant ones first.
  List<TestedNeuron> tested() {
    return significantFirst(layer).toList();
  }

  static Stream<TestedNeuron> significantFirst(LayerDopamine layer) {
    return Stream.concat(layer.tested().stream().filter(TestedNeuron::significant),
        layer.tested().stream().filter(neuron -> !neuron.significant()));
  }

  /// A correlation and its 95 % interval.
  static String rho(Estimate estimate) {
    return estimate.printed(2);
  }

  /// What was planted, as the head of a column.
  static String heading(Share share) {
    return share.planting() == Planting.SURPRISE
        ? "r = " + Notation.significant(share.strength(), 3)
        : share.planting().printed();
  }

  static String mark(boolean passed) {
    return passed ? "✓" : "✗";
  }

  private static String named(Scaling scaling) {
    return scaling == Scaling.CAUSAL ? "causal scores" : "whole-response scores (leak the future)";
  }

  private static Figure pruning(LayerDopamine layer, int number) {
    List<String> names = layer.curves().stream().map(curve -> named(curve.scaling())).toList();
    List<List<Object>> rows = new ArrayList<>();
    double least = 1;
    for (ProbeCurve curve : layer.curves()) {
      for (CurvePoint point : curve.points()) {
        least = Math.min(least, 1 - point.ratio());
        rows.add(Chart.row(named(curve.scaling()), 1 - point.ratio(), point.kept(), point.rho().value(),
            point.rho().low(), point.rho().high(), point.randomLow(), point.randomHigh(), rho(point.rho()),
            Notation.percent(point.ratio())));
      }
    }
    ArrayNode ticks = JSON.arrayNode().add(1.0);
    for (double decade = 0.1; decade >= least * 0.999; decade /= 10) {
      ticks.add(3 * decade).add(decade);
    }
    Channel kept = quantitative("x", "share_kept").titled("coordinates removed (log scale of those left)")
        .scaled("type", "log").scaled("reverse", BooleanNode.TRUE).domain(Math.min(least, 0.5), 1).axis("values", ticks)
        .axis("labelExpr", "format(100 * (1 - datum.value), '.4~r') + ' %'").axis("grid", BooleanNode.FALSE);
    Channel colour = series("color", "scores", names).unlabelled();
    Channel shape = series("shape", "scores", names).unlabelled();
    Channel shown = tooltip(Channel.titles("scores", "scores", "_ratio", "removed", "kept", "coordinates left", "_rho",
        "ρ, 95 %"));
    Chart chart = new Chart("dopamine-pruning-" + number,
        "Spearman correlation of the TD-error probe with δ against the share of coordinates removed", 260,
        List.of("scores", "share_kept", "kept", "rho", "low", "high", "random_low", "random_high", "_rho", "_ratio"),
        rows, null,
        List.of(
            Layer.of("area", kept, rhoAxis("random_low"), end("y2", "random_high"), series("detail", "scores", names))
                .where("isValid(datum.random_low) && isValid(datum.random_high)").with("style", "null-band")
                .with("fillOpacity", 0.13),
            Layer.of("area", kept, rhoAxis("low"), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.14),
            Layer.of("line", kept, rhoAxis("rho"), colour),
            Layer.of("point", kept, rhoAxis("rho"), colour, shape, shown)));
    return new Figure("ρ against pruning",
        "Spearman's ρ of the probe with δ on " + Notation.count(layer.kept(), "kept test step") + ", lowest-ranked"
            + " coordinates removed first; shaded: 95 % bootstrap band by problem. Grey: 2.5–97.5 percentiles with"
            + " random coordinates kept. With δ exchanged among rollouts of the same length ("
            + Notation.count(layer.shuffled().retrainings(), "refit") + "), the unpruned causal probe reaches "
            + Notation.span(layer.shuffled().low(), layer.shuffled().high(), 2) + "; "
            + Notation.pEquals(layer.shuffled().pValue()) + ".",
        chart);
  }

  private static Channel rhoAxis(String field) {
    return quantitative("y", field).titled("Spearman’s ρ");
  }

  private static Figure scatter(LayerDopamine layer, int number) {
    if (layer.scatter().isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (Prediction point : layer.scatter()) {
      rows.add(Chart.row(point.delta(), point.predicted(),
          Notation.decimals(point.delta(), 2), Notation.decimals(point.predicted(), 2)));
    }
    Channel delta = quantitative("x", "delta").titled("δ").domain(-1.05, 1.05);
    Chart chart = new Chart("dopamine-scatter-" + number, "Prediction of the causal TD-error probe against δ", 240,
        List.of("delta", "predicted", "_delta", "_predicted"), rows, null,
        List.of(Layer.of("point", delta, quantitative("y", "predicted").titled("probe’s δ̂"),
            tooltip(Channel.titles("_delta", "δ", "_predicted", "δ̂"))).with("size", 24).with("opacity", 0.6)));
    return new Figure("Prediction and surprise",
        "One point per kept test step (" + Notation.count(layer.scatter().size()) + " of "
            + Notation.count(layer.kept()) + "), causal probe, no coordinate removed.",
        chart);
  }

  private static List<Figure> traces(LayerDopamine layer, int number) {
    List<Figure> figures = new ArrayList<>();
    for (Surprise surprise : Surprise.values()) {
      List<Trace> traces = layer.traces().stream().filter(trace -> trace.surprise() == surprise).toList();
      if (!traces.isEmpty()) {
        figures.add(trace(layer, surprise, traces, number));
      }
    }
    return figures;
  }

  private static Figure trace(LayerDopamine layer, Surprise surprise, List<Trace> traces, int number) {
    List<String> names = traces.stream().map(trace -> "coordinate " + trace.coordinate()).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (Trace trace : traces) {
      for (TracePoint point : trace.points()) {
        rows.add(Chart.row("coordinate " + trace.coordinate(), point.offset(), point.rollouts(), point.mean().value(),
            point.mean().low(), point.mean().high(), point.controlLow(), point.controlHigh(), rho(point.mean())));
      }
    }
    Channel offset = quantitative("x", "offset").titled("tokens from the start of the surprising step")
        .axis("grid", BooleanNode.FALSE);
    Channel colour = series("color", "neuron", names).unlabelled();
    boolean success = surprise == Surprise.SUCCESS;
    String kind = success ? "success" : "failure";
    Chart chart = new Chart("dopamine-trace-" + kind + "-" + number, "Mean activation around an unexpected " + kind,
        220, List.of("neuron", "offset", "rollouts", "mean", "low", "high", "control_low", "control_high", "_mean"),
        rows,
        null,
        List.of(
            Layer.of("area", offset, activation("control_low"), end("y2", "control_high"))
                .where("datum.neuron === '" + names.getFirst()
                    + "' && isValid(datum.control_low) && isValid(datum.control_high)")
                .with("style", "null-band"),
            Layer.of("area", offset, activation("low"), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.12),
            Layer.of("line", offset, activation("mean"), colour),
            Layer
                .of("point", offset, activation("mean"), colour, tooltip(Channel.titles("neuron", "", "offset", "token",
                    "rollouts", "rollouts", "_mean", "mean, 95 %")))
                .with("size", 16)));
    Trace first = traces.getFirst();
    return new Figure("An unexpected " + kind,
        "Mean activation, in standard deviations of training tokens, in " + Notation.count(first.rollouts(), "rollout")
            + " of " + Notation.count(first.problems(), "test problem") + " that "
            + (success ? "succeeded although V̂ was low" : "failed although V̂ was high")
            + ", aligned at the largest surprise; shaded: 95 % bootstrap band by problem; grey: 2.5–97.5 percentiles"
            + " of coordinates not tested. "
            + (layer.significant().isEmpty()
                ? "No coordinate is significant: these are the best tested."
                : "The best significant coordinates."),
        chart);
  }

  private static Channel activation(String field) {
    return quantitative("y", field).titled("activation (sd)");
  }
}
