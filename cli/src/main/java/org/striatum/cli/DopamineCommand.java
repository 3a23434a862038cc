package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.DopamineOptions;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.summary.DopamineSummary;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Looks for dopamine neurons.
@Command(name = "dopamine", description = "Go on from every step, fit TD-error probes, put coordinates to the signature test: results.", footer = {
    "", "Example: striatum dopamine run -k 16 --rollouts 400"})
final class DopamineCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder after `probe`.")
  private Path folder;

  @Mixin
  private DopamineOptions options;

  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Where the checkpoint lies now, if it was moved.")
  private Path checkpoint;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Continuations that run together.")
  private String batchSize;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of continuations and study (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  DopamineCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      ProbeStep probe = ProbeStep.finishedIn(opened);
      options.step(probe, seed, 1); // a wrong option costs no opening of the checkpoint
      try (HookedModel model = modelOptions.open(checkpoint == null ? StudyRun.remembered(folder) : checkpoint)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
        run.requireModel(model);
        DopamineResults results = options.step(probe, seed, BatchSize.of(batchSize, model)).run(run, model,
            run.graders(), console.progress());
        if (json) {
          console.json(results);
        } else {
          new DopamineSummary(console).print(results);
        }
      }
    }
    return ExitCode.DONE;
  }
}
