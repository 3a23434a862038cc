package org.striatum.reports.run;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.activity.NeuronActivity.Spread;
import org.striatum.reports.page.Notation;
import org.striatum.reports.page.VisibleText;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.about.AboutResults.AboutNeuron;
import org.striatum.studies.about.AboutResults.OutputToken;
import org.striatum.studies.about.AboutResults.TokenInContext;

/// What a neuron is about on one dataset, as it is shown. Texts come from a model and are shown, never interpreted.
///
/// @param spread of its activations, in words
/// @param rows tokens where it is highest, then those where it is lowest
/// @param raised output tokens that it raises, in words; empty where that was not computed
/// @param lowered output tokens that it lowers, likewise
record NeuronTokens(String dataset, String spread, List<Row> rows, String raised, String lowered) {
  private static final int NAME = 300;
  private static final String HIGHEST = "highest";
  private static final int PEAKS = 3;

  /// A token in its context.
  ///
  /// @param kind highest or lowest
  /// @param place problem, sample and position
  record Row(String kind, String activation, String before, String token, String after, String place) {}

  /// Those of a neuron, one per dataset on which it was described.
  ///
  /// @param results null for a run that has none
  static List<NeuronTokens> of(NeuronId neuron, AboutResults results) {
    return Stream.ofNullable(results).flatMap(told -> told.neurons().stream())
        .filter(one -> one.neuron().equals(neuron)).map(NeuronTokens::of).toList();
  }

  /// The tokens where it is highest, in a few words.
  String peaks() {
    return "highest at " + rows.stream().filter(row -> row.kind.equals(HIGHEST)).map(Row::token).distinct().limit(PEAKS)
        .map(token -> "“" + token + "”").collect(Collectors.joining(", "));
  }

  private static NeuronTokens of(AboutNeuron about) {
    return new NeuronTokens(VisibleText.brief(about.dataset(), NAME), words(about.spread()),
        Stream.concat(about.highest().stream().map(token -> row(HIGHEST, token)),
            about.lowest().stream().map(token -> row("lowest", token))).toList(),
        words(about.raised()), words(about.lowered()));
  }

  private static String words(Spread spread) {
    return "Over %s: mean %s, σ %s; above %s at %s of them, below %s at %s".formatted(
        Notation.count(spread.tokens(), "token"), Notation.significant(spread.mean(), 3),
        Notation.significant(spread.deviation(), 3), Notation.significant(spread.above(), 3),
        Notation.percent(spread.density()), Notation.significant(spread.below(), 3),
        Notation.percent(spread.lowDensity()));
  }

  private static Row row(String kind, TokenInContext token) {
    return new Row(kind, Notation.significant(token.activation(), 3), VisibleText.brief(token.before(), NAME),
        token.token().isEmpty() ? "∅" : VisibleText.brief(token.token(), NAME), VisibleText.brief(token.after(), NAME),
        VisibleText.brief(token.problem(), NAME) + ", sample " + (token.sample() + 1) + ", "
            + (token.generated() ? "generated" : "prompt") + " token " + (token.position() + 1));
  }

  private static String words(List<OutputToken> tokens) {
    return String.join(" · ", tokens.stream()
        .map(token -> "“" + VisibleText.brief(token.token(), NAME).replace(' ', '␣') + "” "
            + Notation.effect(token.change(), ""))
        .toList());
  }

  /// Why nothing is shown of a neuron.
  static String absent(AboutResults results) {
    return Optional.ofNullable(results).map(told -> "It is not among the best of its hook point that were described")
        .orElse("What single neurons are about was not computed in this run (striatum about)");
  }
}
