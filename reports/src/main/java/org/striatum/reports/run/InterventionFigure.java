package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.intervention.OutcomeKind;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;

/// An intervention's effect with its full control distributions: one dot per control set, equal effects stacked.
final class InterventionFigure {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int BINS = 60;
  private static final int LOWEST_STACK = 14;
  /// The most dots of one kind of control, so that the page stays small for any number of controls.
  private static final int DOTS = 200;
  private static final double GOLDEN_RATIO = 0.618033988749895;

  private InterventionFigure() {}

  static Figure of(Intervention intervention, int number) {
    double scale = Notation.scale(intervention.outcome());
    double low = effects(intervention).stream().mapToDouble(e -> e).min().orElse(0) * scale;
    double high = effects(intervention).stream().mapToDouble(e -> e).max().orElse(0) * scale;
    double margin = high > low ? 0.04 * (high - low) : 1;
    String set = VisibleText.brief(intervention.set(), 24);
    String matched = "RMS-matched, " + intervention.matched().effects().size();
    String random = "random, " + intervention.random().effects().size();
    List<List<Object>> rows = new ArrayList<>();
    rows.add(Chart.row("set", set, scale * intervention.effect().value(), scale * intervention.effect().low(),
        scale * intervention.effect().high(), 0.0, Notation.effect(intervention.effect(), intervention.outcome())));
    rows.add(Chart.row("zero", null, 0.0, null, null, null, null));
    stack(rows, matched, shown(intervention.matched().effects()), scale, low, high, intervention.outcome());
    stack(rows, random, shown(intervention.random().effects()), scale, low, high, intervention.outcome());

    String unit = Notation.unit(intervention.outcome());
    Channel effect = quantitative("x", "effect")
        .titled(
            "change in " + intervention.outcome().printed() + (unit.isEmpty() ? "" : " (" + unit + ")"))
        .axis("grid", BooleanNode.FALSE).axis("tickCount", JSON.numberNode(6)).domain(low - margin, high + margin);
    Channel arm = ordinal("y", "arm", List.of(set, matched, random)).unlabelled()
        .axis("labelLimit", JSON.numberNode(150)).axis("grid", BooleanNode.FALSE)
        .scaled("domain", JSON.arrayNode().add(set).add(matched).add(random));
    Channel place = quantitative("yOffset", "_place").domain(-1.15, 1.15);
    Channel shown = tooltip(titles());
    Chart chart = new Chart("intervention-" + number, "Effect of ablating " + set + " and of every control set",
        190, List.of("kind", "arm", "effect", "low", "high", "_place", "_effect"), rows, null,
        List.of(Layer.of("rule", effect).where("datum.kind === 'zero'").with("style", "baseline"),
            Layer.of("rule", effect).where("datum.kind === 'set'").with("style", "finding")
                .with("strokeDash", JSON.arrayNode().add(3).add(3)).with("opacity", 0.7),
            Layer.of("point", effect, arm, place, shown).where("datum.kind === 'control'").with("style", "control")
                .with("size", 20).with("opacity", 0.7),
            Layer.of("rule", quantitative("x", "low").titled(""), end("x2", "high"), arm)
                .where("datum.kind === 'set' && isValid(datum.low) && isValid(datum.high)").with("style", "finding")
                .with("strokeWidth", 2.5),
            Layer.of("point", effect, arm, shown).where("datum.kind === 'set'").with("style", "finding")
                .with("shape", "diamond")
                .with("size", 120)));
    return new Figure(intervention.set() + " at " + intervention.where(), caption(intervention), chart);
  }

  private static String caption(Intervention i) {
    int most = Math.max(i.matched().effects().size(), i.random().effects().size());
    String controls = "Grey: " + (most > DOTS
        ? DOTS + " dots per kind, evenly spaced by rank,"
        : "one dot per control set") + " of equally many coordinates, "
        + Notation.count(i.matched().effects().size(), "RMS-matched set") + " and "
        + Notation.count(i.random().effects().size(), "random set") + ", equal effects stacked."
        + (i.matched().isStopped()
            ? " Measuring of controls stopped when it was plain that the set does no more than they do."
            : "")
        + (Double.isFinite(i.decision().critical())
            ? " To be specific, after correction for its family, an effect must be below "
                + Notation.effect(i.decision().critical(), i.outcome()) + "; "
                + Notation.count(i.matched().ties()) + " of them tie with the set and count against it."
            : "");
    return Conclusion.deed(i) + " " + i.set() + " at " + i.positions() + " positions, " + i.dataset() + ": effect on "
        + i.outcome() + " with its 95 % interval (paired bootstrap by problem; " + Notation.count(i.items(), "item")
        + " of " + Notation.count(i.problems(), "problem") + "). " + controls;
  }

  /// All effects, or equally many as there are dots, evenly spaced by rank and including the extremes.
  private static List<Double> shown(List<Double> effects) {
    List<Double> sorted = effects.stream().sorted().toList();
    return sorted.size() <= DOTS
        ? sorted
        : IntStream.range(0, DOTS).mapToObj(i -> sorted.get((int) ((long) i * (sorted.size() - 1) / (DOTS - 1))))
            .toList();
  }

  /// Stacks the dots of nearly equal effects around the arm's middle, in an order that creates no visible slope. A
  /// tall stack is compressed into the arm's band.
  private static void stack(List<List<Object>> rows, String arm, List<Double> effects, double scale, double low,
      double high, OutcomeKind outcome) {
    double bin = high > low ? (high - low) / BINS : 1;
    SequencedMap<Long, List<Double>> stacks = new LinkedHashMap<>();
    effects.stream().filter(Double::isFinite).sorted().forEach(
        e -> stacks.computeIfAbsent(Math.round((scale * e - low) / bin), _ -> new ArrayList<>()).add(e));
    int tallest = Math.max(LOWEST_STACK, stacks.values().stream().mapToInt(List::size).max().orElse(1));
    for (List<Double> stacked : stacks.values()) {
      int[] floors = scattered(stacked.size());
      for (int i = 0; i < floors.length; i++) {
        double place = (2.0 * floors[i] - (floors.length - 1)) / tallest;
        double e = stacked.get(i);
        rows.add(Chart.row("control", arm, scale * e, null, null, place, Notation.effect(e, outcome)));
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

  private static List<Double> effects(Intervention i) {
    List<Double> all = new ArrayList<>(i.random().effects());
    all.addAll(i.matched().effects());
    all.addAll(List.of(i.effect().value(), i.effect().low(), i.effect().high(), 0.0));
    return all.stream().filter(Double::isFinite).toList();
  }

  private static SequencedMap<String, String> titles() {
    SequencedMap<String, String> titles = new LinkedHashMap<>();
    titles.put("arm", "set");
    titles.put("_effect", "effect");
    return titles;
  }
}
