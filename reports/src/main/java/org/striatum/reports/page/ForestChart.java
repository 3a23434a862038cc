package org.striatum.reports.page;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.pixels;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.DoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.striatum.probe.stats.Estimate;

/// Effects one below the other: of each its name, its figure in words, a diamond with its interval, and what it is compared with.
///
/// @param id of the chart
/// @param description for screen readers
/// @param axis what the figures are, with their unit
/// @param known the figure that stands for no effect, drawn as a line; null for none
/// @param others the mark's style of what an effect is compared with: `control`, or `finding` where these are parts of it
/// @param words how a figure is written
public record ForestChart(String id, String description, String axis, Double known, String others,
    DoubleFunction<String> words) {
  /// The most dots of one line.
  public static final int DOTS = 200;
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int HEIGHT = 68;
  private static final int BINS = 60;
  private static final int LOWEST_STACK = 14;
  private static final double GOLDEN_RATIO = 0.618033988749895;
  /// The number of letters that fit into the chart's width on a phone.
  private static final int LETTERS = 50;
  private static final int LEAST = 8;
  /// Places in a line, from −1 (top) to 1: two lines of words above, the marks below.
  private static final double NAME = -0.85;
  private static final double WORDS = -0.42;
  private static final double MARKS = 0.4;
  private static final double SPREAD = 0.4;

  /// One effect.
  ///
  /// @param name above it
  /// @param strong whether the name is bold
  /// @param words below the name
  /// @param told its name where the pointer rests on it
  /// @param effect in the axis' unit
  /// @param figure the effect as it is written
  /// @param verdict its word; empty without one
  /// @param others figures that it is compared with, one dot each
  /// @param compared what these are
  /// @param band mean, low and high of figures that it is compared with; NaN without them
  /// @param mark a figure that it is compared with, drawn as a tick; NaN for none
  /// @param marked what this figure is
  public record Line(String name, boolean strong, String words, String told, Estimate effect, String figure,
      String verdict, List<Double> others, String compared, Estimate band, double mark, String marked) {
    public Line {
      others = List.copyOf(others);
    }

    private DoubleStream drawn() {
      return DoubleStream.concat(DoubleStream.of(effect.value(), effect.low(), effect.high(), band.value(), band.low(),
          band.high(), mark), others.stream().mapToDouble(x -> x)).filter(Double::isFinite);
    }
  }

  /// The line of words below a name: whose figure it is, the figure and what it comes to. A long name is cut, so that nothing of what
  /// follows leaves a phone.
  public static String words(String of, String figure) {
    return VisibleText.brief(of, Math.max(LEAST, LETTERS - figure.length())) + ": " + figure;
  }

  /// The chart.
  ///
  /// @param shown top to bottom
  public Chart of(List<Line> shown) {
    double[] drawn = DoubleStream
        .concat(shown.stream().flatMapToDouble(Line::drawn), known == null ? DoubleStream.of() : DoubleStream.of(known))
        .toArray();
    double low = DoubleStream.of(drawn).min().orElse(0);
    double high = DoubleStream.of(drawn).max().orElse(0);
    double margin = high > low ? 0.04 * (high - low) : 1;
    List<String> lines = IntStream.rangeClosed(1, shown.size()).mapToObj(Integer::toString).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      rows(rows, lines.get(i), shown.get(i), low, high);
    }
    Channel effect = quantitative("x", "effect").titled(axis).axis("grid", BooleanNode.FALSE)
        .axis("tickCount", JSON.numberNode(6)).domain(low - margin, high + margin);
    Channel line = ordinal("y", "line", lines).with("axis", JSON.nullNode())
        .scaled("paddingInner", JSON.numberNode(0.05)).scaled("paddingOuter", JSON.numberNode(0));
    Channel place = quantitative("yOffset", "_place").domain(-1, 1).scaled("reverse", BooleanNode.FALSE);
    return new Chart(id, description, HEIGHT * shown.size() + 20,
        List.of("kind", "line", "set", "effect", "low", "high", "verdict", "_place", "_effect"), rows, null,
        layers(effect, line, place));
  }

  private List<Layer> layers(Channel effect, Channel line, Channel place) {
    Channel text = new Channel("text", JSON.objectNode().put("field", "set"));
    Channel told = tooltip(Channel.titles("set", "set", "_effect", "effect, 95 %"));
    return List.of(
        Layer.of("tick", effect, line, place).where("datum.kind === 'zero'").with("style", "baseline")
            .with("thickness", 1).with("size", 44).with("orient", "vertical").with("tooltip", JSON.nullNode()),
        words(line, place, text, "name").with("style", "cell-figure"),
        words(line, place, text, "primary").with("style", "cell-figure").with("fontWeight", 700),
        words(line, place, text, "words").with("style", "baseline-name"),
        Layer.of("rule", quantitative("x", "low").titled(""), end("x2", "high"), line, place)
            .where("datum.kind === 'band' && isValid(datum.low) && isValid(datum.high)").with("style", "control")
            .with("strokeWidth", 9).with("opacity", 0.3),
        Layer.of("tick", effect, line, place, told).where("datum.kind === 'band'").with("style", "control")
            .with("thickness", 2).with("size", 14).with("orient", "vertical"),
        Layer.of("point", effect, line, place, told).where("datum.kind === 'control'").with("style", others)
            .with("size", 16).with("opacity", 0.55),
        Layer.of("tick", effect, line, place, told).where("datum.kind === 'critical'").with("style", "control")
            .with("thickness", 2).with("size", 22).with("orient", "vertical"),
        Layer.of("rule", quantitative("x", "low").titled(""), end("x2", "high"), line, place)
            .where("datum.kind === 'effect' && isValid(datum.low) && isValid(datum.high)").with("style", "finding")
            .with("strokeWidth", 2.5),
        Layer.of("point", effect, line, place, told).where("datum.kind === 'effect'").with("style", "finding")
            .with("shape", "diamond").with("size", 110));
  }

  private static Layer words(Channel line, Channel place, Channel text, String kind) {
    return Layer.of("text", pixels("x", 0), line, place, text).where("datum.kind === '" + kind + "'")
        .with("align", "left").with("baseline", "middle").with("tooltip", JSON.nullNode());
  }

  private void rows(List<List<Object>> rows, String line, Line one, double low, double high) {
    rows.add(Chart.row(one.strong() ? "primary" : "name", line, VisibleText.brief(one.name(), LETTERS), null, null,
        null, null, NAME, null));
    rows.add(Chart.row("words", line, one.words(), null, null, null, null, WORDS, null));
    if (known != null) {
      rows.add(Chart.row("zero", line, "no effect", known, null, null, null, MARKS, null));
    }
    if (Double.isFinite(one.band().value())) {
      rows.add(Chart.row("band", line, one.compared(), one.band().value(), one.band().low(), one.band().high(), null,
          MARKS, words.apply(one.band().value())));
    }
    stack(rows, line, one, low, high);
    if (Double.isFinite(one.mark())) {
      rows.add(Chart.row("critical", line, one.marked(), one.mark(), null, null, null, MARKS,
          words.apply(one.mark())));
    }
    rows.add(Chart.row("effect", line, one.told(), one.effect().value(), one.effect().low(), one.effect().high(),
        one.verdict(), MARKS, one.figure()));
  }

  /// All figures, or equally many as there are dots, evenly spaced by rank and including the extremes.
  private static List<Double> shown(List<Double> figures) {
    List<Double> sorted = figures.stream().filter(Double::isFinite).sorted().toList();
    return sorted.size() <= DOTS
        ? sorted
        : IntStream.range(0, DOTS).mapToObj(i -> sorted.get((int) ((long) i * (sorted.size() - 1) / (DOTS - 1))))
            .toList();
  }

  /// Stacks the dots of nearly equal figures around the line's middle, in an order that creates no visible slope. A tall stack is
  /// compressed into the line.
  private void stack(List<List<Object>> rows, String line, Line one, double low, double high) {
    double bin = high > low ? (high - low) / BINS : 1;
    SequencedMap<Long, List<Double>> stacks = new LinkedHashMap<>();
    shown(one.others())
        .forEach(x -> stacks.computeIfAbsent(Math.round((x - low) / bin), _ -> new ArrayList<>()).add(x));
    int tallest = Math.max(LOWEST_STACK, stacks.values().stream().mapToInt(List::size).max().orElse(1));
    for (List<Double> stacked : stacks.values()) {
      int[] floors = scattered(stacked.size());
      for (int i = 0; i < floors.length; i++) {
        double place = MARKS + SPREAD * (2.0 * floors[i] - (floors.length - 1)) / tallest;
        rows.add(Chart.row("control", line, one.compared(), stacked.get(i), null, null, null, place,
            words.apply(stacked.get(i))));
      }
    }
  }

  /// The numbers 0 … n − 1, neighbours far apart: ranks of the multiples of the golden ratio, modulo one.
  private static int[] scattered(int n) {
    List<Integer> order = IntStream.range(0, n).boxed()
        .sorted(Comparator.comparingDouble(i -> (i * GOLDEN_RATIO) % 1)).toList();
    int[] ranks = new int[n];
    for (int rank = 0; rank < n; rank++) {
      ranks[order.get(rank)] = rank;
    }
    return ranks;
  }
}
