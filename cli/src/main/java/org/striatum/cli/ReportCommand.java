package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.ModelOptions;
import org.striatum.probe.run.UsageException;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes the report of a run.
@Command(name = "report", description = "Make report.html from what the run has finished.", footer = {"",
    "Example: striatum report run"})
final class ReportCommand implements Callable<Integer> {
  private final Console console;
  private final StudyRegistry registry;

  @Parameters(paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Where the checkpoint lies now, if it was moved.")
  private Path checkpoint;

  @Mixin
  private ModelOptions modelOptions;

  ReportCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      Manifest.Checkpoint reported = opened.manifest().inputs().checkpoint();
      if (reported == null) {
        throw new UsageException(
            folder + " holds no checkpoint's run: the command that made it makes its report, too; run it again");
      }
      if (SavedStatesStep.isWithoutModel(reported)) {
        throw new UsageException(folder
            + " holds states that another program recorded and no checkpoint to report on: its figures are in results/");
      }
      try (RunModel model = modelOptions.of(checkpoint == null ? StudyRun.remembered(folder) : checkpoint, "auto")) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), model, console::note,
            console.progress());
        new ReportStep(registry).write(run);
        console.print("report: " + opened.report());
      }
    }
    return ExitCode.DONE;
  }
}
