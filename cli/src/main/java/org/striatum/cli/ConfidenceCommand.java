package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.summary.UsesSummary;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Compares value as a confidence with other signals.
@Command(name = "confidence", description = "Compare V as a confidence with log-probability, self-consistency and prompt length.", footer = {
    "", "Example: striatum confidence run"})
final class ConfidenceCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder after `probe`.")
  private Path folder;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of intervals (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  ConfidenceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      StudyRun run = new StudyRun(opened, Version.environment(0), console::note);
      ConfidenceResults results = new ConfidenceStep(ProbeStep.finishedIn(opened), run.graders(), seed).run(run,
          ProbeStep.results(opened), console.progress());
      if (json) {
        console.json(results);
      } else {
        new UsesSummary(console).print(results);
      }
    }
    return ExitCode.DONE;
  }
}
