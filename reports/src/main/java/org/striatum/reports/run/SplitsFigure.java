package org.striatum.reports.run;

import static org.striatum.reports.page.Channel.end;
import static org.striatum.reports.page.Channel.ordinal;
import static org.striatum.reports.page.Channel.pixels;
import static org.striatum.reports.page.Channel.quantitative;
import static org.striatum.reports.page.Channel.tooltip;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.stats.Verdict;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.studies.answer.Question;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsResults.AnswerShares;

/// How many splits give which answer: a bar a question, task by task, in the four shades of the answers.
final class SplitsFigure {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int HEIGHT = 38;
  /// Places in a line, from −1 (top) to 1: words, and below them the bar.
  private static final double WORDS = -0.5;
  private static final double BAR = 0.45;
  /// Width of a letter as a share of the bar's on a phone.
  private static final double LETTER = 6.5 / 300;
  private static final int THICKNESS = 14;

  private SplitsFigure() {}

  /// None where nothing was asked on other splits.
  static List<Figure> of(SplitsResults results) {
    if (results == null || results.answers().isEmpty()) {
      return List.of();
    }
    List<String> tasks = results.answers().stream().map(AnswerShares::of).distinct().toList();
    List<String> questions = results.answers().stream().map(AnswerShares::question).distinct().sorted()
        .map(Question::label).toList();
    List<List<Object>> rows = new ArrayList<>();
    results.answers().forEach(one -> bar(rows, one));
    Channel line = ordinal("y", "question", questions).with("axis", JSON.nullNode())
        .scaled("paddingInner", JSON.numberNode(0.1)).scaled("paddingOuter", JSON.numberNode(0));
    Channel place = quantitative("yOffset", "_place").domain(-1, 1).scaled("reverse", BooleanNode.FALSE);
    Chart chart = new Chart("splits-answers", "How many splits give which answer, question by question",
        HEIGHT * questions.size() + 20, List.of("kind", "data", "question", "from", "to", "splits", "_place", "_splits",
            "_middle", "_label"),
        rows, new Chart.Choice("data", "data ", tasks, tasks.getFirst()), layers(line, place, results.splits()));
    return List.of(new Figure("How many splits give which answer",
        "Each bar: " + results.splits()
            + " random divisions of the same problems; hook point, probe, numbers of coordinates, rotations"
            + " and baselines are chosen and fitted anew on each. The answer of the run is the one that more than half of them give,"
            + " else undecided.",
        chart));
  }

  private static void bar(List<List<Object>> rows, AnswerShares one) {
    String question = one.question().label();
    rows.add(Chart.row("words", one.of(), question, null, null, null, WORDS, null, null,
        question + ": " + one.verdict().printed()));
    rows.add(Chart.row("outline", one.of(), question, 0, one.splits(), null, BAR, null, null, null));
    int from = 0;
    for (Verdict verdict : Verdict.values()) {
      int splits = one.of(verdict);
      if (splits > 0) {
        rows.add(Chart.row(verdict.printed(), one.of(), question, from, from + splits, splits, BAR,
            verdict.printed() + " " + splits + " of " + Notation.count(one.splits(), "split"), from + splits / 2.0,
            label(verdict, splits, one.splits())));
      }
      from += splits;
    }
  }

  /// The word and how many, or only how many where the word does not fit into the bar's part.
  private static String label(Verdict verdict, int splits, int of) {
    String whole = verdict.printed() + " " + splits;
    return (whole.length() + 1) * LETTER > (double) splits / of ? Integer.toString(splits) : whole;
  }

  private static List<Layer> layers(Channel line, Channel place, int splits) {
    List<Layer> layers = new ArrayList<>();
    layers.add(Layer.of("text", pixels("x", 0), line, place,
        new Channel("text", JSON.objectNode().put("field", "_label"))).where("datum.kind === 'words'")
        .with("style", "cell-figure").with("align", "left").with("baseline", "middle")
        .with("tooltip", JSON.nullNode()));
    Channel from = along("from", splits);
    layers.add(Layer.of("rule", from, end("x2", "to"), line, place).where("datum.kind === 'outline'")
        .with("style", "answer-outline").with("strokeWidth", THICKNESS + 2));
    Channel told = tooltip(Channel.titles("question", "question", "_splits", "answer"));
    for (Verdict verdict : Verdict.values()) {
      layers.add(Layer.of("rule", from, end("x2", "to"), line, place, told)
          .where("datum.kind === '" + verdict.printed() + "'").with("style", Tone.of(verdict))
          .with("strokeWidth", THICKNESS));
      layers.add(Layer.of("text", along("_middle", splits), line, place,
          new Channel("text", JSON.objectNode().put("field", "_label")))
          .where("datum.kind === '" + verdict.printed() + "'")
          .with("style", verdict == Verdict.YES ? "on-answer-yes" : "cell-figure").with("baseline", "middle")
          .with("tooltip", JSON.nullNode()));
    }
    return layers;
  }

  private static Channel along(String column, int splits) {
    return quantitative("x", column).titled("splits").domain(0, splits).axis("grid", BooleanNode.FALSE)
        .axis("tickMinStep", JSON.numberNode(1)).axis("tickCount", JSON.numberNode(Math.min(splits, 6)));
  }
}
