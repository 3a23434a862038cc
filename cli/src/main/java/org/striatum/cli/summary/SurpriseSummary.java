package org.striatum.cli.summary;

import java.util.Locale;
import org.striatum.cli.console.Console;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.studies.answer.AnswerFigures;
import org.striatum.studies.intervention.SurpriseResults;

/// What is left of responses to surprises, as lines of text.
///
/// @param console where they go
record SurpriseSummary(Console console) {
  void print(SurpriseResults results) {
    console.say("");
    console.say("Neurons at surprises of test rollouts, unexpected successes less unexpected failures (deviations)");
    results.responses().forEach(this::print);
    results.notes().forEach(note -> console.say("  note: " + note));
  }

  private void print(SurpriseResponse one) {
    console.say("  %s: %s at %s, %d successes and %d failures: %s".formatted(one.dataset(), one.neurons().set(),
        one.neurons().hook(), one.successes(), one.failures(), AnswerFigures.signed(one.base())));
    console.say("    %s at %s set to zero: %s, change %s; %s, %s: %s".formatted(one.ablated().set(),
        one.ablated().hook(), AnswerFigures.signed(one.left()), AnswerFigures.signed(one.change()),
        one.controls().isEmpty()
            ? "no matched sets"
            : String.format(Locale.ROOT, "%d matched sets %+.3f", one.controls().size(),
                one.controls().stream().mapToDouble(Double::doubleValue).average().orElseThrow()),
        one.pValue().equation("p"), one.verdict().printed()));
  }
}
