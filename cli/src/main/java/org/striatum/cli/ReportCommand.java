package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.CheckpointOption;
import org.striatum.cli.option.ModelOptions;
import org.striatum.probe.run.UsageException;
import org.striatum.reports.figures.DrawnFigure;
import org.striatum.reports.figures.FigureFiles;
import org.striatum.reports.figures.FigureIndex;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.capture.SavedStatesStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Writes the report of a run.
@Command(name = "report", description = "Write report.html from the finished steps of a run, and its figures as files.", footer = {
    "", "Example: striatum report run --figures figures"})
final class ReportCommand implements Callable<Integer> {
  private final Console console;
  private final StudyRegistry registry;

  @Parameters(paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Option(names = "--figures", paramLabel = "DIR", description = "Also write every figure as SVG, PNG, PDF and CSV into this folder; takes "
      + "about a second a figure. For scan, mnist and nta folders too.")
  private Path figures;

  @Option(names = "--json", description = "Print JSON: the files that were written.")
  private boolean json;

  @Mixin
  private CheckpointOption checkpoint;

  @Mixin
  private ModelOptions modelOptions;

  /// What was written.
  ///
  /// @param report its file
  /// @param figures null if none were asked for
  record Written(String report, Drawn figures) {}

  /// Figures as files.
  ///
  /// @param index the page that shows them
  /// @param drawings with files relative to the folder
  record Drawn(String folder, String index, List<DrawnFigure> drawings) {}

  ReportCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      Manifest.Checkpoint reported = opened.manifest().inputs().checkpoint();
      if (reported == null && opened.manifest().steps().isEmpty()) {
        throw new UnfinishedStudyException(folder, StudyRun.ROLLOUTS);
      }
      if (reported == null && figures != null && Files.isRegularFile(opened.report())) {
        print(opened, drawn(opened));
        return ExitCode.DONE;
      }
      if (reported == null) {
        throw new UsageException(
            folder + " is not the run of a checkpoint: the command that made it also writes its report; run it again");
      }
      if (SavedStatesStep.isWithoutModel(reported)) {
        throw new UsageException(folder
            + " has hidden states from another program and no checkpoint, so there is no report: its figures are in results/");
      }
      try (RunModel model = modelOptions.of(checkpoint.of(opened, modelOptions), "auto")) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), model, console::note,
            console.progress());
        new ReportStep(registry).write(run);
      }
      if (!json) { // figures take a while
        console.say("report: " + opened.report());
      }
      print(opened, figures == null ? null : drawn(opened));
    }
    return ExitCode.DONE;
  }

  private Drawn drawn(RunFolder of) throws IOException {
    return new Drawn(figures.toString(), figures.resolve(FigureIndex.NAME).toString(),
        new FigureFiles(FigureFiles.WIDTH, console.progress()).write(of.report(), figures));
  }

  private void print(RunFolder of, Drawn drawn) {
    if (json) {
      console.json(new Written(of.report().toString(), drawn));
    } else if (drawn != null) {
      console.say("figures: %d, each as SVG, PNG, PDF and CSV; %s shows them".formatted(drawn.drawings().size(),
          drawn.index()));
    }
  }
}
