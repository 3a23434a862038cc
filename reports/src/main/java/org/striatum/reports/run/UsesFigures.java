package org.striatum.reports.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.striatum.probe.stats.RiskCoverage;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.ConfidenceResults.DatasetConfidence;
import org.striatum.probe.uses.ConfidenceResults.Signal;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.Layer;
import org.striatum.reports.page.Notation;

/// The charts of the two uses of value.
///
/// @param confidence null if it was not part of the run
/// @param search null if it was not part of the run
record UsesFigures(ConfidenceResults confidence, SearchResults search) {
  /// Every chart that has data.
  List<Figure> all() {
    return Stream.of(riskCoverage(), accuracy()).filter(Objects::nonNull).toList();
  }

  /// The chart that the section opens with; none without data.
  List<Figure> first() {
    return all().stream().skip(Math.max(0, all().size() - 1)).toList();
  }

  /// The charts behind it.
  List<Figure> others() {
    return all().subList(0, Math.max(0, all().size() - 1));
  }

  /// Accuracy of the first search minus an arm's, in words; a dash for itself.
  String ahead(DatasetSearch dataset, Arm arm) {
    return dataset.comparisons().stream().filter(
        one -> one.other().equals(arm.name()) && one.search().equals(dataset.arms().getFirst().name())).findFirst()
        .map(one -> Notation.effect(one.difference(), "accuracy")).orElse(Notation.ABSENT);
  }

  private Figure riskCoverage() {
    List<DatasetConfidence> drawn = confidence == null
        ? List.of()
        : confidence.datasets().stream().filter(dataset -> !dataset.signals().isEmpty()).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (DatasetConfidence dataset : drawn) {
      for (Signal signal : dataset.signals()) {
        for (RiskCoverage.Point point : signal.selective().points()) {
          rows.add(Chart.row(dataset.dataset(), signal.name(), point.coverage(), point.risk(),
              Notation.percent(point.coverage()), Notation.percent(point.risk())));
        }
      }
    }
    List<String> datasets = drawn.stream().map(DatasetConfidence::dataset).toList();
    List<String> signals = drawn.stream().flatMap(dataset -> dataset.signals().stream()).map(Signal::name).distinct()
        .toList();
    Chart chart = new Chart("confidence-risk", "Share of wrong answers among the most confident rollouts", 260,
        List.of("dataset", "signal", "coverage", "risk", "_coverage", "_risk"), rows,
        new Chart.Choice("dataset", "data ", datasets, datasets.getFirst()),
        List.of(Layer.of("line", Channel.quantitative("x", "coverage").titled("coverage").domain(0, 1),
            Channel.quantitative("y", "risk").titled("risk"), Channel.series("color", "signal", signals).unlabelled(),
            Channel.tooltip(Channel.titles("signal", "signal", "_coverage", "coverage", "_risk", "risk")))));
    return new Figure("Answering only when confident",
        "Share of wrong answers among the most confident test rollouts, against the share answered (coverage). For a useful signal the curve falls to"
            + " the left; the right end is the error rate.",
        chart);
  }

  private Figure accuracy() {
    List<DatasetSearch> drawn = search == null
        ? List.of()
        : search.datasets().stream().filter(dataset -> !dataset.arms().isEmpty()).toList();
    if (drawn.isEmpty()) {
      return null;
    }
    List<List<Object>> rows = new ArrayList<>();
    for (DatasetSearch dataset : drawn) {
      for (Arm arm : dataset.arms()) {
        rows.add(Chart.row(dataset.dataset(), arm.name(), 100 * arm.accuracy().value(), 100 * arm.accuracy().low(),
            100 * arm.accuracy().high(), Notation.percent(arm.accuracy().value()),
            Notation.decimals(arm.usedTokens(), 0)));
      }
    }
    List<String> datasets = drawn.stream().map(DatasetSearch::dataset).toList();
    List<String> arms = drawn.stream().flatMap(dataset -> dataset.arms().stream()).map(Arm::name).distinct().toList();
    Channel arm = Channel.ordinal("y", "arm", arms).unlabelled();
    Channel low = Channel.quantitative("x", "low").titled("accuracy, %").domain(0, 100);
    Channel accuracy = Channel.quantitative("x", "accuracy").titled("accuracy, %").domain(0, 100);
    Chart chart = new Chart("search-accuracy", "Accuracy of each way of answering", 190,
        List.of("dataset", "arm", "accuracy", "low", "high", "_accuracy", "_tokens"), rows,
        new Chart.Choice("dataset", "data ", datasets, datasets.getFirst()),
        List.of(
            Layer.of("rule", low, Channel.end("x2", "high"), arm).where("isValid(datum.low) && isValid(datum.high)"),
            Layer.of("point", accuracy, arm,
                Channel
                    .tooltip(Channel.titles("arm", "arm", "_accuracy", "accuracy", "_tokens", "tokens per problem")))));
    return new Figure("Ways of answering",
        "Accuracy on test problems with 95 % intervals bootstrapped by problem (" + drawn.getFirst().problems()
            + " problems, " + search.candidates() + " candidates).",
        chart);
  }
}
