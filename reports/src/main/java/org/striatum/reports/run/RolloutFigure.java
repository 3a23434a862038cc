package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.reports.run.SampleRollout.TokenValue;
import org.striatum.reports.run.SampleRollout.ValueTrace;

/// A rollout on the page: its tokens shaded by value, and V(t) as a line under them.
///
/// @param name dataset and problem
/// @param reached how the rollout ended, in a word
/// @param tokens with their shades; empty without a trace
/// @param figure V(t) against t; null without a trace
record RolloutFigure(SampleRollout rollout, String name, String reached, List<Shaded> tokens, Figure figure) {
  /// Shades from the lowest value to the highest; the middle one is V = ½.
  static final int SHADES = 11;
  private static final int LABEL = 40;

  RolloutFigure {
    tokens = List.copyOf(tokens);
  }

  /// A token as it is shown.
  ///
  /// @param shade the style sheet's class of its value
  /// @param reading its value in words
  record Shaded(String text, String shade, String reading) {}

  static RolloutFigure of(SampleRollout rollout, int number) {
    String name = VisibleText.brief(rollout.dataset(), LABEL) + ", " + VisibleText.brief(rollout.problem(), LABEL);
    String reached = rollout.reward() > 0.5 ? "solved" : "failed";
    boolean traced = rollout.values() != null && !rollout.values().tokens().isEmpty();
    return traced
        ? new RolloutFigure(rollout, name, reached, shaded(rollout.values()), figure(rollout, number))
        : new RolloutFigure(rollout, name, reached, List.of(), null);
  }

  /// The class of a value: `v0` for V ≤ 0 up to `v10` for V ≥ 1, `unread` for none.
  static String shade(double value) {
    return Double.isNaN(value) ? "unread" : "v" + Math.round(Math.clamp(value, 0, 1) * (SHADES - 1));
  }

  private static List<Shaded> shaded(ValueTrace trace) {
    List<Shaded> shaded = new ArrayList<>();
    for (TokenValue token : trace.tokens()) {
      shaded.add(new Shaded(VisibleText.token(token.text()), shade(token.value()),
          "V(" + shaded.size() + ") = " + Notation.decimals(token.value(), 3)));
    }
    return shaded;
  }

  private static Figure figure(SampleRollout rollout, int number) {
    ValueTrace trace = rollout.values();
    List<List<Object>> rows = new ArrayList<>();
    double low = 0;
    double high = 1;
    for (int t = 0; t < trace.tokens().size(); t++) {
      TokenValue token = trace.tokens().get(t);
      rows.add(
          Chart.row(t, VisibleText.brief(token.text(), LABEL), token.value(), Notation.decimals(token.value(), 3)));
      if (Double.isFinite(token.value())) {
        low = Math.min(low, token.value());
        high = Math.max(high, token.value());
      }
    }
    SequencedMap<String, String> titles = new LinkedHashMap<>();
    titles.put("t", "t");
    titles.put("token", "token");
    titles.put("_value", "V(t)");
    Channel time = quantitative("x", "t").titled("t, tokens").axis("tickMinStep", IntNode.valueOf(1))
        .axis("format", "d").axis("grid", BooleanNode.FALSE)
        .domain(0, Math.max(1, trace.tokens().size() - 1));
    Channel value = quantitative("y", "value").titled("V(t)").domain(low, high);
    Chart chart = new Chart("value-trace-" + number, "V(t) along rollout " + number + ", which ended with reward "
        + Notation.decimals(rollout.reward(), 0), 90, List.of("t", "token", "value", "_value"), rows, null,
        List.of(Layer.of("line", time, value).with("interpolate", "step-after").with("strokeWidth", 1.5),
            Layer.of("point", time, value, tooltip(titles)).with("size", 16)));
    return new Figure("",
        "V(t) by the " + VisibleText.brief(trace.probe(), LABEL) + " probe at " + trace.hook()
            + ", one rollout, no interval.",
        chart);
  }
}
