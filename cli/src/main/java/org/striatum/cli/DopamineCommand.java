package org.striatum.cli;

import java.io.IOException;
import java.util.List;
import org.striatum.cli.console.Console;
import org.striatum.cli.option.DopamineOptions;
import org.striatum.cli.option.Given;
import org.striatum.cli.summary.DopamineSummary;
import org.striatum.cli.summary.FitCosts;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.studies.dopamine.ContinuationStep;
import org.striatum.studies.dopamine.DopamineCost;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.dopamine.DopamineStepSettings;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Looks for dopamine neurons.
@Command(name = "dopamine", description = "Sample continuations from every step, fit TD-error probes, run the signature test: results.", footer = {
    "", "Example: striatum dopamine run -k 16 --rollouts 400"})
final class DopamineCommand extends ModelRunCommand<DopamineStepSettings, DopamineResults> {
  @Mixin
  private DopamineOptions options;

  DopamineCommand(Console console) {
    super(console, DopamineStep.STUDY);
  }

  @Override
  DopamineStepSettings settings(DopamineStepSettings settings, RunFolder run) throws IOException {
    return Given.checked(() -> options.over(settings));
  }

  @Override
  List<String> costs(StudyRun run, DopamineStepSettings settings) throws IOException {
    boolean draws = run.isDue(ContinuationStep.STUDY, settings.continuations());
    return draws || run.isDue(DopamineStep.STUDY, settings)
        ? FitCosts.lines(DopamineCost.of(run, settings), settings)
        : List.of();
  }

  @Override
  void print(Console out, DopamineResults results) {
    new DopamineSummary(out).print(results);
  }
}
