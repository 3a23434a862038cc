package org.striatum.cli.summary;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.cli.process.OneLine;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.about.AboutResults.AboutNeuron;
import org.striatum.studies.about.AboutResults.OutputToken;
import org.striatum.studies.about.AboutResults.TokenInContext;

/// What the best neuron of each hook point is about, in a line; all of it is in the report and the results.
///
/// @param console where it goes
public record AboutSummary(Console console) {
  private static final int TOKENS = 3;

  public void print(AboutResults results) {
    if (!results.neurons().isEmpty()) {
      console.say("");
      console.say(
          "The best neuron of each hook point: where it is high and low, which output tokens it raises and lowers;"
              + " %d neurons are in the report".formatted(results.neurons().size()));
    }
    Set<String> places = new LinkedHashSet<>();
    Table table = new Table("", "", "");
    for (AboutNeuron neuron : results.neurons()) {
      if (places.add(neuron.dataset() + " " + neuron.neuron().hook())) {
        table.row(neuron.dataset(), neuron.neuron(), "high at %s; low at %s%s".formatted(
            seen(neuron.highest()), seen(neuron.lowest()), neuron.raised().isEmpty()
                ? ""
                : "; raises %s; lowers %s".formatted(written(neuron.raised()), written(neuron.lowered()))));
      }
    }
    console.print(table);
    results.notes().forEach(note -> console.say("note: " + note));
  }

  private static String seen(List<TokenInContext> tokens) {
    return tokens.stream().map(TokenInContext::token).distinct().limit(TOKENS).map(AboutSummary::quoted)
        .collect(Collectors.joining(" "));
  }

  private static String written(List<OutputToken> tokens) {
    return tokens.stream().map(OutputToken::token).limit(TOKENS).map(AboutSummary::quoted)
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String token) {
    return "‘" + OneLine.of(token) + "’";
  }
}
