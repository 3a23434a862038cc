package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.SearchOptions;
import org.striatum.cli.summary.UsesSummary;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.uses.SearchResults;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Searches by steps with value as the judge.
@Command(name = "search", description = "Answer test problems step by step, keeping the step of highest value, beside random choice, majority and best of K.", footer = {
    "", "Example: striatum search run -k 8 --problems 100"})
final class SearchCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder after `probe`.")
  private Path folder;

  @Mixin
  private SearchOptions options;

  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Where the checkpoint lies now, if it was moved.")
  private Path checkpoint;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Candidates that run together.")
  private String batchSize;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of candidates and intervals (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  SearchCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      ProbeStep probe = ProbeStep.finishedIn(opened);
      StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
      options.step(probe, run.graders(), seed, 1); // a wrong option costs no opening of the checkpoint
      try (HookedModel model = modelOptions.open(checkpoint == null ? StudyRun.remembered(folder) : checkpoint)) {
        run.requireModel(model);
        SearchResults results = options.step(probe, run.graders(), seed, BatchSize.of(batchSize, model)).run(run, model,
            ProbeStep.results(opened), console.progress());
        if (json) {
          console.json(results);
        } else {
          new UsesSummary(console).print(results);
        }
      }
    }
    return ExitCode.DONE;
  }
}
