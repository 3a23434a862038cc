package org.striatum.cli;

import org.striatum.cli.console.Console;
import org.striatum.cli.summary.UsesSummary;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.uses.ConfidenceSettings;
import org.striatum.studies.uses.ConfidenceStep;
import picocli.CommandLine.Command;

/// Compares value as a confidence with other signals.
@Command(name = "confidence", description = "Compare V as a confidence with log-probability, self-consistency and prompt length.", footer = {
    "", "Example: striatum confidence run"})
final class ConfidenceCommand extends RunCommand<ConfidenceSettings, ConfidenceResults> {
  ConfidenceCommand(Console console) {
    super(console, ConfidenceStep.STUDY);
  }

  @Override
  ConfidenceSettings settings(ConfidenceSettings settings, RunFolder run) {
    return settings;
  }

  @Override
  void print(Console out, ConfidenceResults results) {
    new UsesSummary(out).print(results);
  }
}
