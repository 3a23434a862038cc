package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.summary.StudySummaries;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A command that runs one study on a run folder.
///
/// @param <S> the study's settings
/// @param <R> its results
abstract class RunCommand<S extends Record, R extends Record> implements Callable<Integer> {
  private final Console console;
  private final Study<S, R> study;

  @Parameters(paramLabel = "RUN", description = "Run folder.")
  private Path folder;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random in this study (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  RunCommand(Console console, Study<S, R> study) {
    this.console = console;
    this.study = study;
  }

  /// The settings from the options.
  ///
  /// @param settings the study's defaults with the seed
  abstract S settings(S settings, RunFolder run) throws IOException;

  /// Prints results for a reader: value by value, where a study has no summary of its own.
  void print(Console out, R results) {
    new StudySummaries(out).print(results);
  }

  /// The run's model; none if the study needs none.
  RunModel model(RunFolder run) throws IOException {
    return RunModel.none();
  }

  /// What the study is going to take, a line each, told before it begins; none where it is finished, or says that itself.
  List<String> costs(StudyRun run, S settings) throws IOException {
    return List.of();
  }

  /// The study with its inputs.
  Study<S, R> study() throws IOException {
    return study;
  }

  /// The name of the results, for studies of which a run can have several.
  String instance(S settings) {
    return study.instance(settings);
  }

  Console console() {
    return console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      S settings = settings(study.about().seeding().with(study.about().defaults(), seed), opened);
      try (RunModel model = model(opened)) {
        StudyRun run = new StudyRun(opened, Version.environment(model.threads()), model, console::note,
            console.progress());
        costs(run, settings).forEach(console::note);
        R results = run.run(study(), instance(settings), settings);
        if (json) {
          console.json(study().format(), results);
        } else {
          print(console, results);
        }
        NextCommand.say(console, opened, study(), instance(settings));
      }
    }
    return ExitCode.DONE;
  }
}
