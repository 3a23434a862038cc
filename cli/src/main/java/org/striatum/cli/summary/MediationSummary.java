package org.striatum.cli.summary;

import java.util.Locale;
import org.striatum.cli.console.Console;
import org.striatum.probe.intervention.MediationResults.Mediation;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.stats.PValue;
import org.striatum.studies.answer.AnswerFigures;

/// What coordinates carry between right and wrong runs, as lines of text.
///
/// @param console where they go
record MediationSummary(Console console) {
  void print(MediationResults results) {
    console.say("");
    console.say("Right and wrong runs of one problem, exchanged at the first token in which they differ (nats)");
    results.mediations().forEach(this::print);
    results.notes().forEach(note -> console.say("  note: " + note));
  }

  private void print(Mediation one) {
    console.say("  %s, %s at %s, %s, %d problems".formatted(one.dataset(), one.set(), one.hook(),
        one.transplant().printed(), one.problems()));
    console.say("    all that the token changes %s, the whole state there %s, %d coordinates %s".formatted(
        AnswerFigures.signed(one.total()), AnswerFigures.signed(one.whole()), one.coordinates(),
        AnswerFigures.signed(one.effect())));
    console.say("    %s: set less controls %s, %s, %s of the whole state".formatted(
        one.controls() == 0
            ? "no matched sets"
            : String.format(Locale.ROOT, "%d matched sets %+.3f (%+.3f to %+.3f)", one.controls(), one.mean(),
                one.low(),
                one.high()),
        AnswerFigures.signed(one.beyond()),
        PValue.counted(one.p(), one.controls()).equation("p"),
        Double.isNaN(one.share()) ? "–" : String.format(Locale.ROOT, "%.0f %%", 100 * one.share())));
  }
}
