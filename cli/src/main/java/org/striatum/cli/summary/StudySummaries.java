package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.cli.console.Table;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.MediationResults;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.about.AboutResults;
import org.striatum.studies.baselines.BaselineResults;
import org.striatum.studies.intervention.SurpriseResults;
import org.striatum.studies.capture.CaptureResults;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.run.FlatRecord;
import org.striatum.studies.splits.SplitsResults;

/// The results of any study as lines of text: by its own summary class if there is one, otherwise value by value.
///
/// @param console where they go
public record StudySummaries(Console console) {
  /// During a full study; its answers are printed at the end.
  public void print(Record results) {
    switch (results) {
      case RolloutResults _,CaptureResults _,Answers _ -> {
      } // told by what follows
      case ValueNeuronResults values -> new ValueSummary(console).print(values);
      case AboutResults about -> new AboutSummary(console).print(about);
      case DopamineResults dopamine -> new DopamineSummary(console).print(dopamine);
      case InterventionResults interventions -> new InterventionSummary(console).print(interventions);
      case ConfidenceResults confidence -> new UsesSummary(console).print(confidence);
      case SearchResults search -> new UsesSummary(console).print(search);
      case TransferResults transfer -> {
        console.say("");
        TransferSummary.of(transfer).statements().forEach(statement -> console.say(statement.sentence()));
      }
      case SplitsResults splits -> splits(splits);
      case MediationResults mediation -> new MediationSummary(console).print(mediation);
      case SurpriseResults surprises -> new SurpriseSummary(console).print(surprises);
      case BaselineResults baselines -> new BaselineSummary(console).print(baselines);
      default -> values(results);
    }
  }

  private void splits(SplitsResults splits) {
    if (splits.splits() > 0) {
      console.say("");
      console.say(splits.sentence() + ".");
      console.say("The same questions on %d other splits of the rollouts".formatted(splits.splits()));
      Table table = new Table("question", "task", "answers");
      splits.answers().forEach(one -> table.row(one.question(), one.of(), one.because()));
      console.print(table);
      splits.notes().forEach(note -> console.say("  note: " + note));
    }
  }

  /// Value by value.
  public void values(Record results) {
    Table table = new Table("", "");
    FlatRecord.of(results).entries().forEach(entry -> table.row(entry.place(), entry.value()));
    console.print(table);
  }
}
