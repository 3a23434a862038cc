package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.InterventionOptions;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.summary.InterventionSummary;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.studies.intervention.AblationSettings;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.value.ProbeStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Ablates neurons and compares with controls.
@Command(name = "ablate", description = "Ablate neuron sets against random and RMS-matched sets: results.", footer = {
    "",
    "Example: striatum ablate run --set value@1%%",
    "A neuron file has one neuron a line: blocks.3.hook_resid_post[17]"})
final class AblateCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder after `probe`.")
  private Path folder;

  @Mixin
  private InterventionOptions options;

  @Option(names = "--checkpoint", paramLabel = "CKPT", description = "Where the checkpoint lies now, if it was moved.")
  private Path checkpoint;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Rollouts that run together.")
  private String batchSize;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of control sets (default 1).")
  private long seed;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  AblateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (RunFolder opened = RunFolder.open(folder)) {
      ProbeStep probe = ProbeStep.finishedIn(opened);
      AblationSettings settings = options.settings(RunRankings.of(opened).dopamine() != null, seed);
      try (HookedModel model = modelOptions.open(checkpoint == null ? StudyRun.remembered(folder) : checkpoint)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
        run.requireModel(model);
        InterventionResults results = new AblationStep(settings, probe, run.sources()::find).run(run, model,
            BatchSize.of(batchSize, model), console.progress());
        if (json) {
          console.json(results);
        } else {
          new InterventionSummary(console).print(results);
        }
      }
    }
    return ExitCode.DONE;
  }
}
