package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.TracedToken;
import org.striatum.probe.stats.Decimals;
import org.striatum.probe.stats.Estimate;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.ForestChart;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;

/// What is left of responses to surprises where other neurons are set to zero.
///
/// @param results null without the study
record SurpriseFigures(SurpriseResults results) {
  private static final List<String> OUTCOMES = List.of("unexpected success", "unexpected failure");

  List<Figure> all() {
    return Stream.concat(first().stream(), others().stream()).toList();
  }

  /// The change of every response beside that under matched sets.
  List<Figure> first() {
    if (results == null || results.responses().isEmpty()) {
      return List.of();
    }
    List<SurpriseResponse> shown = results.responses().stream().limit(ForestFigure.LINES).toList();
    ForestChart chart = new ForestChart("surprise-changes",
        "Change of the response to surprises where value neurons are set to zero, and under every RMS-matched set",
        "change of the response (standard deviations)", 0.0, "control", x -> Decimals.signed(x, 2));
    return List.of(new Figure("Change of the response to surprises, beside its controls",
        "The response: mean z of the neurons at unexpected successes less that at unexpected failures, of test rollouts. Diamond and"
            + " bar: its change where the other set is zero, 95 % interval paired by problem; left of 0 is a loss. Grey dots: one"
            + " for each of up to "
            + Notation.count(shown.stream().mapToInt(one -> one.controls().size()).max().orElse(0), "RMS-matched set")
            + " in place of that set, equal changes stacked.",
        chart.of(shown.stream().map(SurpriseFigures::line).toList())));
  }

  private static ForestChart.Line line(SurpriseResponse one) {
    String change = SurpriseWords.deviations(one.change());
    return new ForestChart.Line(one.ablated().set() + " zeroed at " + one.ablated().hook(), false,
        ForestChart.words(one.dataset(), change + ", " + one.verdict().printed()),
        SurpriseWords.place(one) + ", " + one.dataset(), one.change(),
        change, one.verdict().printed(), one.controls(), "RMS-matched", Estimate.exact(Double.NaN), Double.NaN, "");
  }

  /// The traces, token by token.
  List<Figure> others() {
    List<SurpriseResponse> drawn = results == null
        ? List.of()
        : results.responses().stream().filter(one -> !one.traces().isEmpty()).toList();
    if (drawn.isEmpty()) {
      return List.of();
    }
    List<List<Object>> rows = new ArrayList<>();
    for (SurpriseResponse one : drawn) {
      for (TracedToken token : one.traces()) {
        rows.add(row(one, token, "as it is", token.base()));
        rows.add(row(one, token, "set to zero", token.ablated()));
      }
    }
    List<String> datasets = drawn.stream().map(SurpriseResponse::dataset).distinct().toList();
    Channel offset = Channel.quantitative("x", "offset").titled("tokens from the surprising step");
    Channel z = Channel.quantitative("y", "z").titled("mean z");
    Channel surprise = Channel.outcome("color", "surprise", OUTCOMES).unlabelled();
    Chart chart = new Chart("surprise-traces", "Mean activation around surprising steps, token by token", 240,
        List.of("dataset", "surprise", "model", "offset", "z", "rollouts", "_z"), rows,
        new Chart.Choice("dataset", "data ", datasets, datasets.getFirst()),
        List.of(
            Layer.of("line", offset, z, surprise, told()).where("datum.model === 'as it is'"),
            Layer.of("line", offset, z, surprise, told()).where("datum.model === 'set to zero'").dashed()));
    return List.of(new Figure("Around surprises, token by token",
        "Mean z of the neurons over the test rollouts that reach there; 0 is the first token of the surprising step. Solid: the model"
            + " as it is. Dashed: the other set is zero.",
        chart));
  }

  private static List<Object> row(SurpriseResponse one, TracedToken token, String model, double z) {
    return Chart.row(one.dataset(), OUTCOMES.get(token.surprise() == Surprise.SUCCESS ? 0 : 1), model, token.offset(),
        z, token.rollouts(), Decimals.signed(z, 2));
  }

  private static Channel told() {
    return Channel
        .tooltip(Channel.titles("surprise", "surprise", "model", "other set", "offset", "token", "_z", "mean z",
            "rollouts", "rollouts"));
  }
}
