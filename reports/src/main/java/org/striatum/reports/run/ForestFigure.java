package org.striatum.reports.run;

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
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.intervention.AblationKind;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;

/// Every intervention on one outcome in one chart: a line each with its effect, its interval and the effects of all its control
/// sets, one dot per RMS-matched set.
final class ForestFigure {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  /// The most lines of a chart, so that a report of hundreds of interventions stays readable; the table has all of them.
  static final int LINES = 24;
  /// The most dots of one line.
  private static final int DOTS = 200;
  private static final int HEIGHT = 68;
  private static final int BINS = 60;
  private static final int LOWEST_STACK = 14;
  private static final double GOLDEN_RATIO = 0.618033988749895;
  /// The number of letters that fit into the chart's width on a phone.
  private static final int LETTERS = 50;
  private static final int DATASET = 20;
  /// Places in a line, from −1 (top) to 1: two lines of words above, the marks below.
  private static final double NAME = -0.85;
  private static final double WORDS = -0.42;
  private static final double MARKS = 0.4;
  private static final double SPREAD = 0.4;

  private ForestFigure() {}

  /// One chart per outcome that was measured, that of the first intervention in front.
  static List<Figure> all(List<Intervention> interventions) {
    return interventions.stream().map(Intervention::outcome).distinct()
        .map(outcome -> of(outcome,
            interventions.stream().filter(one -> one.outcome() == outcome).limit(LINES).toList()))
        .toList();
  }

  private static Figure of(OutcomeKind outcome, List<Intervention> shown) {
    double scale = Notation.scale(outcome);
    double[] drawn = shown.stream().flatMapToDouble(ForestFigure::drawn).filter(Double::isFinite).map(x -> scale * x)
        .toArray();
    double low = DoubleStream.of(drawn).min().orElse(0);
    double high = DoubleStream.of(drawn).max().orElse(0);
    double margin = high > low ? 0.04 * (high - low) : 1;
    List<String> lines = IntStream.rangeClosed(1, shown.size()).mapToObj(Integer::toString).toList();
    List<List<Object>> rows = new ArrayList<>();
    for (int i = 0; i < shown.size(); i++) {
      rows(rows, lines.get(i), shown.get(i), low, high);
    }
    String unit = Notation.unit(outcome);
    Channel effect = quantitative("x", "effect").titled("change in " + outcome.printed() + " (" + unit + ")")
        .axis("grid", BooleanNode.FALSE).axis("tickCount", JSON.numberNode(6)).domain(low - margin, high + margin);
    Channel line = ordinal("y", "line", lines).with("axis", JSON.nullNode())
        .scaled("paddingInner", JSON.numberNode(0.05)).scaled("paddingOuter", JSON.numberNode(0));
    Channel place = quantitative("yOffset", "_place").domain(-1, 1).scaled("reverse", BooleanNode.FALSE);
    Channel text = new Channel("text", JSON.objectNode().put("field", "set"));
    Channel told = tooltip(Channel.titles("set", "set", "_effect", "effect, 95 %"));
    Chart chart = new Chart("interventions-" + outcome.printed(),
        "Effect on " + outcome.printed() + " of every intervention, and of every one of its control sets",
        HEIGHT * shown.size() + 20,
        List.of("kind", "line", "set", "effect", "low", "high", "verdict", "_place", "_effect"), rows, null,
        List.of(
            Layer.of("tick", effect, line, place).where("datum.kind === 'zero'").with("style", "baseline")
                .with("thickness", 1).with("size", 44).with("orient", "vertical").with("tooltip", JSON.nullNode()),
            words(line, place, text, "name").with("style", "cell-figure"),
            words(line, place, text, "primary").with("style", "cell-figure").with("fontWeight", 700),
            words(line, place, text, "words").with("style", "baseline-name"),
            Layer.of("point", effect, line, place, told).where("datum.kind === 'control'").with("style", "control")
                .with("size", 16).with("opacity", 0.55),
            Layer.of("tick", effect, line, place, told).where("datum.kind === 'critical'").with("style", "control")
                .with("thickness", 2).with("size", 22).with("orient", "vertical"),
            Layer.of("rule", quantitative("x", "low").titled(""), end("x2", "high"), line, place)
                .where("datum.kind === 'effect' && isValid(datum.low) && isValid(datum.high)").with("style", "finding")
                .with("strokeWidth", 2.5),
            Layer.of("point", effect, line, place, told).where("datum.kind === 'effect'").with("style", "finding")
                .with("shape", "diamond").with("size", 110)));
    return new Figure("Effect on " + outcome.printed() + " of every set, beside its controls", caption(shown), chart);
  }

  private static Layer words(Channel line, Channel place, Channel text, String kind) {
    return Layer.of("text", pixels("x", 0), line, place, text).where("datum.kind === '" + kind + "'")
        .with("align", "left").with("baseline", "middle").with("tooltip", JSON.nullNode());
  }

  private static void rows(List<List<Object>> rows, String line, Intervention one, double low, double high) {
    double scale = Notation.scale(one.outcome());
    String effect = Notation.effect(one.effect(), one.outcome());
    String words = VisibleText.brief(one.dataset(), DATASET) + ": " + effect + ", " + one.verdict().printed();
    rows.add(Chart.row(one.primary() ? "primary" : "name", line, VisibleText.brief(set(one), LETTERS), null, null, null,
        null, NAME, null));
    rows.add(Chart.row("words", line, words, null, null, null, null, WORDS, null));
    rows.add(Chart.row("zero", line, "no effect", 0.0, null, null, null, MARKS, null));
    stack(rows, line, one, low, high);
    if (Double.isFinite(one.decision().critical())) {
      rows.add(Chart.row("critical", line, "specific below", scale * one.decision().critical(), null, null, null, MARKS,
          Notation.effect(one.decision().critical(), one.outcome())));
    }
    rows.add(Chart.row("effect", line, name(one), scale * one.effect().value(), scale * one.effect().low(),
        scale * one.effect().high(), one.verdict().printed(), MARKS, effect));
  }

  /// What was changed, how if not by zeroing, and on which data: `value@1% at blocks.1.hook_resid_post, mul`.
  static String name(Intervention one) {
    return set(one) + ", " + one.dataset();
  }

  private static String set(Intervention one) {
    return one.set() + (one.kind() == AblationKind.ZERO ? "" : " (" + one.treatment() + ")") + " at " + one.where();
  }

  private static String caption(List<Intervention> shown) {
    int matched = shown.stream().mapToInt(one -> one.matched().effects().size()).max().orElse(0);
    int random = shown.stream().mapToInt(one -> one.random().effects().size()).max().orElse(0);
    boolean stopped = shown.stream().anyMatch(one -> one.matched().isStopped());
    return "Diamond and bar: effect with its 95 % interval, paired bootstrap by problem; left of 0 is damage. Grey dots: "
        + (matched > DOTS
            ? DOTS + " of up to " + matched + ", evenly spaced by rank,"
            : "one for each of up to "
                + Notation.count(matched, "RMS-matched set"))
        + " of equally many coordinates, equal effects stacked; up to " + Notation.count(random, "random set")
        + " are in the table. Grey tick: the effect below which the set would do more damage than its controls, after"
        + " correction for its family. In bold: fixed before the run."
        + (stopped
            ? " Where it was plain that a set does no more than its controls, measuring of controls was stopped."
            : "");
  }

  /// All effects, or equally many as there are dots, evenly spaced by rank and including the extremes.
  private static List<Double> shown(List<Double> effects) {
    List<Double> sorted = effects.stream().filter(Double::isFinite).sorted().toList();
    return sorted.size() <= DOTS
        ? sorted
        : IntStream.range(0, DOTS).mapToObj(i -> sorted.get((int) ((long) i * (sorted.size() - 1) / (DOTS - 1))))
            .toList();
  }

  /// Stacks the dots of nearly equal effects around the line's middle, in an order that creates no visible slope. A tall
  /// stack is compressed into the line.
  private static void stack(List<List<Object>> rows, String line, Intervention one, double low, double high) {
    double scale = Notation.scale(one.outcome());
    double bin = high > low ? (high - low) / BINS : 1;
    SequencedMap<Long, List<Double>> stacks = new LinkedHashMap<>();
    shown(one.matched().effects())
        .forEach(e -> stacks.computeIfAbsent(Math.round((scale * e - low) / bin), _ -> new ArrayList<>()).add(e));
    int tallest = Math.max(LOWEST_STACK, stacks.values().stream().mapToInt(List::size).max().orElse(1));
    for (List<Double> stacked : stacks.values()) {
      int[] floors = scattered(stacked.size());
      for (int i = 0; i < floors.length; i++) {
        double place = MARKS + SPREAD * (2.0 * floors[i] - (floors.length - 1)) / tallest;
        double e = stacked.get(i);
        rows.add(Chart.row("control", line, "RMS-matched", scale * e, null, null, null, place,
            Notation.effect(e, one.outcome())));
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

  private static DoubleStream drawn(Intervention one) {
    return DoubleStream.concat(
        DoubleStream.of(0, one.effect().value(), one.effect().low(), one.effect().high(), one.decision().critical()),
        Stream.of(one.matched().effects()).flatMap(List::stream).mapToDouble(e -> e));
  }
}
