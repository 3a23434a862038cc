package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.outcome;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.striatum.probe.value.CoordinateReading;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// Distributions of coordinates before rollouts that succeed and before those that fail: one coordinate at a time, chosen
/// above the chart.
final class HistogramFigure {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final List<String> OUTCOMES = List.of("solved", "failed");

  private HistogramFigure() {}

  /// The chart; null without readings.
  ///
  /// @param label distinguishes the readings
  /// @param choice label of the selector
  static Figure of(String id, String title, List<CoordinateReading> found, Function<CoordinateReading, String> label,
      String choice) {
    List<CoordinateReading> drawn = found.stream()
        .filter(reading -> Double.isFinite(reading.low()) && Double.isFinite(reading.high())).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (CoordinateReading reading : drawn) {
      rows(rows, label.apply(reading), reading, OUTCOMES.getFirst(), reading.solved());
      rows(rows, label.apply(reading), reading, OUTCOMES.getLast(), reading.failed());
    }
    List<String> labels = drawn.stream().map(label).distinct().toList();
    Channel colour = outcome("color", "outcome", OUTCOMES).unlabelled();
    Channel from = quantitative("x", "from").titled("activation at s₀").axis("grid", JSON.booleanNode(false))
        .scaled("zero", JSON.booleanNode(false));
    Channel share = quantitative("y", "share").titled("% of rollouts with that outcome");
    Chart chart = new Chart(id, "Activation at the last prompt position of solved and of failed rollouts", 170,
        List.of("of", "outcome", "from", "to", "rollouts", "share", "_range", "_share", "_auroc", "_floor"), rows,
        labels.size() < 2 ? null : new Chart.Choice("of", choice, labels, labels.getFirst()),
        List.of(Layer.of("rect", from, end("x2", "to"), share, end("y2", "_floor"), colour,
            tooltip(Channel.titles("of", "", "outcome", "outcome", "_range", "activation", "rollouts", "rollouts",
                "_share", "share of that outcome", "_auroc", "AUROC alone, 95 %")))
            .with("opacity", 0.55)));
    CoordinateReading first = drawn.getFirst();
    return new Figure(title,
        "Test rollouts (" + Notation.count(first.rollouts()) + " of " + Notation.count(first.problems(), "problem")
            + (labels.size() < 2 ? "" : " in the first shown")
            + ") by the coordinate's activation at s₀, separately for each outcome. The outermost bars contain everything"
            + " beyond the 1st and 99th percentiles. "
            + (labels.size() < 2 ? "AUROC of the coordinate alone: " + Notation.auroc(first.auroc()) + "." : ""),
        chart);
  }

  private static void rows(List<List<Object>> rows, String label, CoordinateReading reading, String outcome,
      List<Integer> counts) {
    int total = counts.stream().mapToInt(count -> count).sum();
    double width = (reading.high() - reading.low()) / counts.size();
    for (int bin = 0; bin < counts.size(); bin++) {
      if (counts.get(bin) > 0) {
        double from = reading.low() + bin * width;
        double to = width > 0 ? from + width : from + Math.max(1e-3, 0.01 * Math.abs(from));
        double share = 100.0 * counts.get(bin) / total;
        rows.add(Chart.row(label, outcome, from, to, counts.get(bin), share,
            Notation.significant(from, 3) + " to " + Notation.significant(to, 3), Notation.percent(share / 100),
            Notation.auroc(reading.auroc()), 0));
      }
    }
  }
}
