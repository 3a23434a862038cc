package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.ModelOptions;
import org.striatum.hooks.HookedModel;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.rollouts.SavedStatesStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes the report of a run.
@Command(name = "report", description = "Make report.html from what the run has finished.", footer = {"",
    "Example: striatum report run"})
final class ReportCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Where the checkpoint lies now, if it was moved.")
  private Path checkpoint;

  @Mixin
  private ModelOptions modelOptions;

  ReportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      Manifest.Checkpoint reported = opened.manifest().inputs().checkpoint();
      if (reported == null) {
        throw new IllegalArgumentException(
            folder + " holds no checkpoint's run: the command that made it makes its report, too; run it again");
      }
      if (SavedStatesStep.isWithoutModel(reported)) {
        throw new IllegalArgumentException(folder
            + " holds states that another program recorded and no checkpoint to report on: its figures are in results/");
      }
      try (HookedModel model = modelOptions.open(checkpoint == null ? StudyRun.remembered(folder) : checkpoint)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
        run.requireModel(model);
        ReportStep.run(run, model);
        console.print("report: " + opened.report());
      }
    }
    return ExitCode.DONE;
  }
}
