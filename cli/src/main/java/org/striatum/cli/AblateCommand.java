package org.striatum.cli;

import java.io.IOException;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.InterventionOptions;
import org.striatum.cli.summary.InterventionSummary;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Ablates neurons and compares the effects with those of controls.
@Command(name = "ablate", description = "Ablate neuron sets and compare with random and RMS-matched sets: results.", footer = {
    "", "Example: striatum ablate run --set value@1%% --name mine",
    "A run can have several interventions, each with a name. A neuron file has one neuron per line: blocks.3.hook_resid_post[17]"})
final class AblateCommand extends ModelRunCommand<AblationSettings, InterventionResults> {
  @Mixin
  private InterventionOptions options;

  AblateCommand(Console console) {
    super(console, AblationStep.STUDY);
  }

  @Override
  AblationSettings settings(AblationSettings settings, RunFolder run) throws IOException {
    AblationSettings base = run.has(DopamineStep.STUDY)
        ? settings.withSets(AblationSettings.VALUE_AND_DOPAMINE)
        : settings;
    return Given.checked(() -> options.over(base));
  }

  @Override
  String instance(AblationSettings settings) {
    return options.name().orElseGet(() -> super.instance(settings));
  }

  @Override
  void print(Console out, InterventionResults results) {
    new InterventionSummary(out).print(results);
  }
}
