package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.probe.intervention.MediationResults.Judged;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.stats.Estimate;
import org.striatum.studies.intervention.MediationWords;

/// What coordinates carry between right and wrong runs, as lines of text.
///
/// @param console where they go
record MediationSummary(Console console) {
  void print(MediationResults results) {
    console.say("");
    console.say("Right and wrong runs of one problem, exchanged at the first token in which they differ (nats)");
    results.judged().forEach(this::print);
    console.say("  " + MediationWords.sentence(results) + ".");
    results.notes().forEach(note -> console.say("  note: " + note));
  }

  private void print(Judged judged) {
    Mediation one = judged.mediation();
    console.say("  %s, %s at %s, %s, %d problems: %s".formatted(one.dataset(), one.set(), one.hook(),
        one.transplant().printed(), one.problems(), judged.verdict().printed()));
    console.say("    all that the token changes %s, the whole state there %s, %d coordinates %s".formatted(
        MediationWords.nats(one.total()), MediationWords.nats(one.whole()), one.coordinates(),
        MediationWords.nats(one.effect())));
    console.say("    %s: set less controls %s, %s, %s; %s".formatted(
        one.controls() == 0
            ? "no matched sets"
            : "%d matched sets %s".formatted(one.controls(),
                MediationWords.nats(new Estimate(one.mean(), one.low(), one.high()))),
        MediationWords.nats(one.beyond()), one.pValue().equation("p"), judged.q().equation("q"),
        MediationWords.share(one)));
  }
}
