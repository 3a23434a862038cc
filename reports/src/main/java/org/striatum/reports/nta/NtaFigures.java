package org.striatum.reports.nta;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.series;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedSet;
import java.util.stream.Stream;
import org.striatum.peft.nta.run.ExactSolution;
import org.striatum.peft.nta.result.NtaResults;
import org.striatum.peft.nta.result.NtaResults.ArmResults;
import org.striatum.peft.nta.result.NtaResults.Band;
import org.striatum.peft.nta.result.NtaResults.Grid;
import org.striatum.peft.nta.run.NtaRun;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// The charts of one experiment with gated linear networks; each is null if there is nothing to draw.
///
/// @param number distinguishes them from those of other experiments
record NtaFigures(NtaResults results, int number) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String FOUND = "run";
  private static final String FORMULA = "exact";
  /// Points of a curve that are drawn.
  private static final int POINTS = 300;
  /// Gates of one arm that are drawn.
  private static final int GATES = 24;

  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(curves(), blocks(), gates(), grids(), exact()).filter(Objects::nonNull).toList();
  }

  /// Medians over seeds, over time.
  private Figure curves() {
    List<List<Object>> rows = new ArrayList<>();
    SequencedSet<String> names = new LinkedHashSet<>();
    SequencedSet<String> arms = new LinkedHashSet<>();
    for (ArmResults arm : results.arms()) {
      for (Map.Entry<String, Band> curve : arm.curves().entrySet()) {
        names.add(curve.getKey());
        arms.add(arm.name());
        Band band = curve.getValue();
        int every = every(band.median().length);
        for (int t = 0; t < band.median().length; t += every) {
          rows.add(Chart.row(curve.getKey(), arm.name(), value(arm.time()[t]), value(band.median()[t]),
              value(band.low()[t]), value(band.high()[t])));
        }
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    List<String> shown = first(names, NtaRun.LOSS);
    Channel time = quantitative("x", "time").titled("time").axis("grid", BooleanNode.FALSE);
    Channel colour = series("color", "arm", List.copyOf(arms)).unlabelled();
    Chart chart = new Chart(id("curves"), "Each figure over time, over seeds", 280,
        List.of("figure", "arm", "time", "median", "low", "high"), rows,
        new Chart.Choice("figure", "show ", shown, shown.getFirst()),
        List.of(
            Layer.of("area", time, quantitative("y", "low").unlabelled(), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.2),
            Layer.of("line", time, quantitative("y", "median").unlabelled(), colour,
                tooltip(Channel.titles("arm", "arm", "time", "time", "median", "median", "low", "low", "high", "high")))
                .with("strokeWidth", 1.5)));
    return new Figure("Over time", "Median over seeds with its 95 % bootstrap interval at each point.", chart);
  }

  /// Medians over seeds, block by block.
  private Figure blocks() {
    List<List<Object>> rows = new ArrayList<>();
    SequencedSet<String> names = new LinkedHashSet<>();
    SequencedSet<String> arms = new LinkedHashSet<>();
    for (ArmResults arm : results.arms()) {
      for (Map.Entry<String, List<Estimate>> figure : arm.byBlock().entrySet()) {
        if (figure.getValue().size() > 1 && figure.getValue().stream().anyMatch(m -> Double.isFinite(m.value()))) {
          names.add(figure.getKey());
          arms.add(arm.name());
          for (int b = 0; b < figure.getValue().size(); b++) {
            Estimate median = figure.getValue().get(b);
            rows.add(Chart.row(figure.getKey(), arm.name(), b + 1, median.value(), median.low(), median.high(),
                found(median)));
          }
        }
      }
    }
    if (rows.isEmpty()) {
      return null;
    }
    List<String> shown = first(names, NtaRun.TIME_TO_CRITERION);
    Channel block = quantitative("x", "block").titled("block").axis("grid", BooleanNode.FALSE)
        .axis("tickMinStep", JSON.numberNode(1));
    Channel colour = series("color", "arm", List.copyOf(arms)).unlabelled();
    Chart chart = new Chart(id("blocks"), "Each figure, block by block, over seeds", 260,
        List.of("figure", "arm", "block", "median", "low", "high", "_median"), rows,
        new Chart.Choice("figure", "show ", shown, shown.getFirst()),
        List.of(
            Layer.of("area", block, quantitative("y", "low").unlabelled(), end("y2", "high"), colour)
                .where("isValid(datum.low) && isValid(datum.high)").with("opacity", 0.2),
            Layer.of("line", block, quantitative("y", "median").unlabelled(), colour).with("strokeWidth", 1.5),
            Layer.of("point", block, quantitative("y", "median").unlabelled(), colour,
                tooltip(Channel.titles("arm", "arm", "block", "block", "_median", "median, 95 %"))).with("size", 26)));
    return new Figure("Block by block", "Median over seeds with its 95 % bootstrap interval.", chart);
  }

  /// Single gates of the first seed.
  private Figure gates() {
    List<List<Object>> rows = new ArrayList<>();
    SequencedSet<String> arms = new LinkedHashSet<>();
    SequencedSet<String> gates = new LinkedHashSet<>();
    for (ArmResults arm : results.arms()) {
      arm.example().entrySet().stream()
          .filter(curve -> curve.getKey().matches(NtaRun.GATE + "\\d.*")).limit(GATES).forEach(curve -> {
            arms.add(arm.name());
            gates.add(curve.getKey());
            int every = every(curve.getValue().length);
            for (int t = 0; t < curve.getValue().length; t += every) {
              rows.add(Chart.row(arm.name(), curve.getKey(), value(arm.time()[t]), value(curve.getValue()[t])));
            }
          });
    }
    if (rows.isEmpty()) {
      return null;
    }
    List<String> shown = List.copyOf(arms);
    Channel time = quantitative("x", "time").titled("time").axis("grid", BooleanNode.FALSE);
    Chart chart = new Chart(id("gates"), "The gates of the first seed over time", 220,
        List.of("arm", "gate", "time", "value"), rows, new Chart.Choice("arm", "arm ", shown, shown.getFirst()),
        List.of(Layer.of("line", time, quantitative("y", "value").titled("gate c"),
            series("color", "gate", List.copyOf(gates)).unlabelled(),
            tooltip(Channel.titles("gate", "gate", "time", "time", "value", "value"))).with("strokeWidth", 1.5)));
    return new Figure("Gates of the first seed",
        "One line per gate. Which gate serves which task differs between seeds.",
        chart);
  }

  /// Figures over two settings.
  private Figure grids() {
    if (results.grids().isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> figures = results.grids().stream().map(Grid::figure).distinct().toList();
    List<String> xs = labels(results.grids().stream().map(Grid::xs).toList());
    List<String> ys = labels(results.grids().stream().map(Grid::ys).toList());
    for (Grid grid : results.grids()) {
      double[] all = grid.cells().stream().flatMap(List::stream).mapToDouble(Estimate::value).filter(Double::isFinite)
          .toArray();
      double low = Arrays.stream(all).min().orElse(0);
      double range = Arrays.stream(all).max().orElse(1) - low;
      for (int y = 0; y < grid.ys().length; y++) {
        for (int x = 0; x < grid.xs().length; x++) {
          Estimate cell = grid.cells().get(y).get(x);
          rows.add(Chart.row(grid.figure(), Notation.plain(grid.xs()[x]), Notation.plain(grid.ys()[y]), cell.value(),
              range > 0 ? (cell.value() - low) / range : 0.5, Notation.significant(cell.value(), 3), found(cell)));
        }
      }
    }
    Grid first = results.grids().getFirst();
    Channel x = ordinal("x", "x", xs).titled(first.x());
    Channel y = ordinal("y", "y", ys).titled(first.y());
    Chart chart = new Chart(id("grid"), "Phase diagram over two settings", 34 * ys.size() + 30,
        List.of("figure", "x", "y", "median", "_share", "_median", "_found"), rows,
        new Chart.Choice("figure", "show ", figures, figures.getFirst()),
        List.of(
            Layer.of("rect", x, y,
                quantitative("fillOpacity", "_share").domain(0, 1)
                    .scaled("range", JSON.arrayNode().add(0.03).add(0.45)).with("legend", JSON.nullNode()),
                tooltip(Channel.titles("x", first.x(), "y", first.y(), "_found", "median, 95 %"))),
            Layer.of("text", x, y, new Channel("text", JSON.objectNode().put("field", "_median")))
                .with("style", "cell-figure").with("tooltip", JSON.nullNode())));
    return new Figure("Phase diagram", "Median over seeds in each cell, shaded from the lowest to the highest.", chart);
  }

  /// w̄ against c̄, run and formula.
  private Figure exact() {
    if (results.exact().isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    List<String> constants = new ArrayList<>();
    for (ExactSolution run : results.exact()) {
      String constant = "τ_c = " + Notation.plain(run.tauC());
      constants.add(constant);
      for (int t = 0; t < run.separation().length; t++) {
        rows.add(Chart.row(constant, FOUND, t, value(run.separation()[t]), value(run.specialisation()[t])));
        rows.add(Chart.row(constant, FORMULA, t, value(run.separation()[t]), value(run.exact()[t])));
      }
    }
    Channel separation = quantitative("x", "separation").titled("gate separation c̄").axis("grid", BooleanNode.FALSE);
    Channel specialisation = quantitative("y", "specialisation").titled("specialisation w̄").scaled("zero",
        BooleanNode.FALSE);
    Channel colour = series("color", "tau_c", constants).unlabelled();
    Channel along = quantitative("order", "step");
    Chart chart = new Chart(id("exact"), "Specialisation against gate separation, run and exact solution", 280,
        List.of("tau_c", "source", "step", "separation", "specialisation"), rows, null,
        List.of(
            Layer.of("line", separation, specialisation, colour, along)
                .where("datum.source === '" + FOUND + "'").with("strokeWidth", 1.5),
            Layer.of("line", separation, specialisation, along, new Channel("detail", JSON.objectNode()
                .put("field", "tau_c"))).where("datum.source === '" + FORMULA + "'").with("style", "baseline")
                .with("strokeDash", JSON.arrayNode().add(3).add(4)).with("tooltip", JSON.nullNode())));
    return new Figure("Exact solution",
        "The run starts at c̄ = w̄ = 1, on the right, and is switched once. Dashed: w̄ = √(1 − ½ (τ_c/τ_w)(1 − c̄²)).",
        chart);
  }

  /// A figure with its interval: `0.0712 [0.0701, 0.0740]`.
  static String found(Estimate estimate) {
    String value = Notation.significant(estimate.value(), 3);
    return Double.isFinite(estimate.low()) && Double.isFinite(estimate.high()) && estimate.low() != estimate.high()
        ? value + " [" + Notation.significant(estimate.low(), 3) + " to " + Notation.significant(estimate.high(), 3)
            + "]"
        : value;
  }

  private String id(String what) {
    return "nta-" + what + "-" + number;
  }

  private static int every(int points) {
    return Math.max(1, Math.ceilDiv(points, POINTS));
  }

  /// The digits of the float, not those of the double: the page stays small.
  private static Double value(float value) {
    return Double.valueOf(Float.toString(value));
  }

  /// The names, one of them first if it is there.
  private static List<String> first(SequencedSet<String> names, String name) {
    List<String> ordered = new ArrayList<>(names);
    if (ordered.remove(name)) {
      ordered.addFirst(name);
    }
    return ordered;
  }

  private static List<String> labels(List<double[]> values) {
    return values.stream().flatMapToDouble(Arrays::stream).distinct().sorted().mapToObj(Notation::plain).toList();
  }
}
