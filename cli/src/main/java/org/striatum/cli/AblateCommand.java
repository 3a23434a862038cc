package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.striatum.cli.step.AblationStep;
import org.striatum.cli.step.NeuronSet;
import org.striatum.cli.step.ProbeStep;
import org.striatum.cli.step.StudyRun;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Ablates neurons and compares with controls.
@Command(name = "ablate", description = "Zero a neuron set against random and RMS-matched sets: results.", footer = {"",
    "Example: striatum ablate run --set value@1%%",
    "A neuron file has one neuron a line: blocks.3.hook_resid_post[17]"})
final class AblateCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "RUN", description = "Run folder after `probe`.")
  private Path folder;

  @Option(names = "--set", paramLabel = "NAME", description = "value@1%% or value@top20 (default value@1%%).")
  private String set;

  @Option(names = "--neurons", paramLabel = "FILE", description = "Neurons to ablate instead, one a line.")
  private Path neurons;

  @Option(names = "--kind", paramLabel = "zero", defaultValue = "zero", description = "What is done to them (default zero).")
  private String kind;

  @Option(names = "--positions", paramLabel = "WHERE", defaultValue = "all", description = "all (default), generated, prompt or all-but-first.")
  private String positions;

  @Option(names = "--controls", paramLabel = "N", defaultValue = "99", description = "Random and RMS-matched sets, of each kind (default 99).")
  private int controls;

  @Option(names = "--attempts", paramLabel = "N", defaultValue = "200", description = "Test problems completed and graded in every arm, at most (default 200).")
  private int attempts;

  @Option(names = "--solutions", paramLabel = "N", defaultValue = "100", description = "Test problems of each dataset whose solutions are scored in every arm, at most (default 100).")
  private int solutions;

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
    if (set != null && neurons != null) {
      throw new IllegalArgumentException("give --set or --neurons, not both");
    }
    if (!kind.equals("zero")) {
      throw new IllegalArgumentException("--kind must be zero, found " + kind);
    }
    NeuronSet chosen = neurons != null
        ? NeuronSet.Listed.read(neurons)
        : NeuronSet.named(set == null ? "value@1%" : set);
    PositionMask where = PositionMask.parse(positions);
    try (RunFolder opened = RunFolder.open(folder);
        HookedModel model = modelOptions.open(checkpoint == null ? StudyRun.remembered(folder) : checkpoint)) {
      StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
      run.requireModel(model);
      InterventionResults results = new AblationStep(chosen, ProbeStep.finishedIn(opened), controls, where, attempts,
          solutions, seed)
          .run(run, model, ProbeStep.results(opened), ProblemSets::grader, BatchSize.of(batchSize, model),
              console.progress());
      if (json) {
        console.json(results);
      } else {
        new StudySummary(console).print(results);
      }
    }
    return ExitCode.DONE;
  }
}
