package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.reports.run.SampleRollout.StepValue;
import org.striatum.reports.run.SampleRollout.TokenValue;
import org.striatum.reports.run.SampleRollout.ValueTrace;

/// A rollout on the page: its tokens shaded by value, and V(t) and δ(t) under them.
///
/// @param name dataset and problem
/// @param reached how the rollout ended, in one word
/// @param tokens with their shades; empty without a trace
/// @param left number of tokens not shown because there are too many
/// @param value V(t) against t; null without a trace
/// @param delta δ(t) against t; null without a trace
record RolloutFigure(SampleRollout rollout, String name, String reached, List<Shaded> tokens, int left, Figure value,
    Figure delta) {
  /// Shades from the lowest value to the highest; the middle one is V = ½.
  static final int SHADES = 11;
  /// The most tokens shown, so that a page stays small.
  static final int SHOWN = 1000;
  private static final int LABEL = 40;
  private static final List<String> COLUMNS = List.of("kind", "t", "to", "token", "value", "delta", "draws", "part",
      "_value", "_delta");
  private static final String TOKEN = "token";
  private static final String STEP = "step";
  private static final String THOUGHT = "thought";

  RolloutFigure {
    tokens = List.copyOf(tokens);
  }

  /// Whether any of its tokens stands in the model's thinking.
  public boolean thinks() {
    return rollout.values() != null && rollout.values().tokens().stream().anyMatch(TokenValue::thought);
  }

  /// A token as it is shown.
  ///
  /// @param shade the style sheet's classes of its value and of thinking
  /// @param reading its value and surprise in words
  record Shaded(String text, String shade, String reading) {}

  static RolloutFigure of(SampleRollout rollout, int number) {
    String name = VisibleText.brief(rollout.dataset(), LABEL) + ", " + VisibleText.brief(rollout.problem(), LABEL);
    String reached = rollout.reward() > 0.5 ? "solved" : "failed";
    ValueTrace trace = rollout.values();
    if (trace == null || trace.tokens().isEmpty()) {
      return new RolloutFigure(rollout, name, reached, List.of(), 0, null, null);
    }
    List<List<Object>> rows = rows(trace, rollout.reward());
    return new RolloutFigure(rollout, name, reached, shaded(trace), Math.max(0, trace.tokens().size() - SHOWN),
        value(trace, rows, number), delta(trace, rows, number));
  }

  /// The class of a value: `v0` for V ≤ 0 up to `v10` for V ≥ 1, `unread` for none.
  static String shade(double value) {
    return Double.isNaN(value) ? "unread" : "v" + Math.round(Math.clamp(value, 0, 1) * (SHADES - 1));
  }

  private static List<Shaded> shaded(ValueTrace trace) {
    List<Shaded> shaded = new ArrayList<>();
    for (TokenValue token : trace.tokens().subList(0, Math.min(SHOWN, trace.tokens().size()))) {
      int t = shaded.size() + 1;
      shaded.add(new Shaded(VisibleText.token(token.text()), shade(token.value()) + (token.thought() ? " thought" : ""),
          "t = " + t + (token.thought() ? ", thought" : "") + ": V = "
              + Notation.decimals(token.value(), 3) + ", δ = " + Notation.effect(token.delta(), "V") + step(trace, t)));
    }
    return shaded;
  }

  /// V̂ and δ of the step that contains a token, from the continuations.
  private static String step(ValueTrace trace, int t) {
    return trace.steps().stream().filter(step -> step.first() <= t && t <= step.last()).findFirst()
        .map(step -> "; its step: V̂ before " + Notation.decimals(step.before(), 2) + ", δ "
            + Notation.decimals(step.delta(), 2))
        .orElse("");
  }

  /// One row per state, the end of the prompt first and the outcome last, and one row per step.
  private static List<List<Object>> rows(ValueTrace trace, double reward) {
    List<List<Object>> rows = new ArrayList<>();
    rows.add(row(TOKEN, 0, 0, "end of the prompt", trace.start(), Double.NaN, null, null));
    int shown = Math.min(SHOWN, trace.tokens().size());
    for (int t = 1; t <= shown; t++) {
      TokenValue token = trace.tokens().get(t - 1);
      rows.add(row(TOKEN, t, t, VisibleText.brief(token.text(), LABEL), token.value(), token.delta(), null,
          token.thought() ? THOUGHT : "answer"));
    }
    if (shown == trace.tokens().size()) {
      rows.add(row(TOKEN, shown + 1, shown + 1, "the outcome", reward, trace.end(), null, null));
    }
    for (StepValue step : trace.steps()) {
      if (step.last() <= shown) {
        rows.add(row(STEP, step.first() - 1, step.last(), "step " + step.first() + "–" + step.last(), step.before(),
            step.delta(), step.draws(), null));
      }
    }
    int thought = (int) trace.tokens().stream().filter(TokenValue::thought).count();
    if (thought > 0 && thought <= shown) {
      rows.add(row(THOUGHT, thought, thought, "end of the thought", Double.NaN, Double.NaN, null, THOUGHT));
    }
    return rows;
  }

  private static List<Object> row(String kind, int from, int to, String token, double value, double delta,
      Integer draws, String part) {
    return Chart.row(kind, from, to, token, value, delta, draws, part, Notation.decimals(value, 3),
        Notation.decimals(delta, 3));
  }

  private static Figure value(ValueTrace trace, List<List<Object>> rows, int number) {
    Channel value = quantitative("y", "value").titled("V(t)").domain(low(rows, 4, 0), high(rows, 4, 1));
    List<Layer> layers = new ArrayList<>(List.of(
        Layer.of("line", time(rows), value).where(is(TOKEN) + " && datum.token !== 'the outcome'")
            .with("interpolate", "step-after").with("strokeWidth", 1.5),
        Layer.of("point", time(rows), value,
            tooltip(Channel.titles("t", "t", "token", "token", "part", "part", "_value", "V(t)", "_delta", "δ(t)")))
            .where(is(TOKEN)).with("size", 16)));
    if (!trace.steps().isEmpty()) {
      layers.add(Layer
          .of("point", time(rows), value,
              tooltip(Channel.titles("token", "before", "_value", "V̂", "draws", "continuations")))
          .where(is(STEP)).with("style", "finding").with("shape", "diamond").with("size", 60));
    }
    endOfThought(rows).ifPresent(layers::add);
    return new Figure("", "V(t) by the " + VisibleText.brief(trace.probe(), LABEL) + " probe at " + trace.hook()
        + ", fitted to " + Notation.count(trace.fitted(), "training rollout")
        + "; one rollout, no interval; t = 0 is the end of the prompt, the last point the reward."
        + (endOfThought(rows).isPresent() ? " Left of the dashed line: the model's thinking, which is not graded." : "")
        + (trace.steps().isEmpty()
            ? ""
            : " Diamonds: V̂, the share of " + trace.steps().getFirst().draws()
                + " continuations from there that were solved."),
        new Chart("value-trace-" + number, "V(t) along rollout " + number, 100, COLUMNS, rows, null, layers));
  }

  private static Figure delta(ValueTrace trace, List<List<Object>> rows, int number) {
    double reach = Math.max(0.1, Math.max(-low(rows, 5, 0), high(rows, 5, 0)));
    Channel delta = quantitative("y", "delta").titled("δ(t)").domain(-reach, reach);
    List<Layer> layers = new ArrayList<>(List.of(
        Layer.of("bar", time(rows), delta,
            tooltip(Channel.titles("t", "t", "token", "token", "part", "part", "_delta", "δ(t)", "_value", "V(t)")))
            .where(is(TOKEN) + " && isValid(datum.delta)").with("width", rows.size() > 150 ? 2 : 4)));
    if (!trace.steps().isEmpty()) {
      layers.add(Layer
          .of("rule", time(rows), end("x2", "to"), delta,
              tooltip(Channel.titles("token", "", "_delta", "δ of the step", "draws", "continuations")))
          .where(is(STEP) + " && isValid(datum.delta)").with("style", "finding").with("strokeWidth", 3)
          .with("opacity", 0.8));
    }
    endOfThought(rows).ifPresent(layers::add);
    return new Figure("",
        "δ(t) = γV(t) − V(t − 1), and the reward minus V at the end: the change that each token makes in the"
            + " probe's value."
            + (trace.steps().isEmpty() ? "" : " Lines: δ of each step from the continuations."),
        new Chart("delta-trace-" + number, "δ(t) along rollout " + number, 90, COLUMNS, rows, null, layers));
  }

  private static Optional<Layer> endOfThought(List<List<Object>> rows) {
    return rows.stream().noneMatch(row -> row.getFirst().equals(THOUGHT))
        ? Optional.empty()
        : Optional.of(Layer.of("rule", time(rows), tooltip(Channel.titles("token", ""))).where(is(THOUGHT)).dashed());
  }

  private static String is(String kind) {
    return "datum.kind === '" + kind + "'";
  }

  private static Channel time(List<List<Object>> rows) {
    int last = rows.stream().mapToInt(row -> (Integer) row.get(2)).max().orElse(1);
    return quantitative("x", "t").titled("t, tokens").axis("tickMinStep", IntNode.valueOf(1)).axis("format", "d")
        .axis("grid", BooleanNode.FALSE).domain(-0.5, last + 0.5);
  }

  private static double low(List<List<Object>> rows, int column, double start) {
    return rows.stream().map(row -> (Double) row.get(column)).filter(Double::isFinite).reduce(start, Math::min);
  }

  private static double high(List<List<Object>> rows, int column, double start) {
    return rows.stream().map(row -> (Double) row.get(column)).filter(Double::isFinite).reduce(start, Math::max);
  }
}
