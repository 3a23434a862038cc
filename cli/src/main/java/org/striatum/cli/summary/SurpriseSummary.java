package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.stats.Decimals;
import org.striatum.studies.intervention.SurpriseAnswers;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.intervention.SurpriseWords;

/// What is left of responses to surprises, as lines of text.
///
/// @param console where they go
record SurpriseSummary(Console console) {
  void print(SurpriseResults results) {
    console.say("");
    console.say("Neurons at surprises of test rollouts, unexpected successes less unexpected failures (deviations)");
    results.responses().forEach(this::print);
    console.say("  " + SurpriseWords.sentence(results) + ".");
    results.notes().forEach(note -> console.say("  note: " + note));
  }

  private void print(SurpriseResponse one) {
    console.say("  %s: %s at %s, %d successes and %d failures: %s".formatted(one.dataset(), one.neurons().set(),
        one.neurons().hook(), one.successes(), one.failures(), SurpriseWords.deviations(one.base())));
    console.say("    %s at %s set to zero: %s, change %s; %s, %s: %s".formatted(one.ablated().set(),
        one.ablated().hook(), SurpriseWords.deviations(one.left()), SurpriseWords.deviations(one.change()),
        one.controls().isEmpty()
            ? "no matched sets"
            : "%d matched sets %s".formatted(one.controls().size(), Decimals.signed(one.controlMean(), 2)),
        one.pValue().equation("p"), one.verdict().printed()));
    String power = SurpriseAnswers.words(one);
    if (!power.isEmpty()) {
      console.say("    " + power);
    }
  }
}
