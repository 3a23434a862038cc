package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.step.AblationStep;
import org.striatum.cli.step.CaptureStep;
import org.striatum.cli.step.NeuronSet;
import org.striatum.cli.step.ProbeStep;
import org.striatum.cli.step.ReportStep;
import org.striatum.cli.step.RolloutStep;
import org.striatum.cli.step.StudyRun;
import org.striatum.datasets.ProblemSets;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.RunFolder;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.value.ValueNeuronResults;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The main job, end to end, on the bundled checkpoint.
@Command(name = "demo", description = "Find and test value neurons in the bundled checkpoint: minutes on a laptop.", footer = {
    "", "Example: striatum demo"})
final class DemoCommand implements Callable<Integer> {
  /// As the pipeline that made the checkpoint's reference figures drew them.
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 110, true);
  private static final String TASKS = "add,mul,mod,expr";
  private static final int CONTROLS = 99;
  // Fewer problems and passes than a study would take: the demo ends in minutes on two cores.
  private static final int ATTEMPTS = 100;
  private static final int SOLUTIONS = 32;
  private static final int EPOCHS = 6;
  private static final int PERMUTATIONS = 29;
  private static final int RANDOM_SETS = 10;

  private final Console console;

  @Option(names = {"-o",
      "--output"}, paramLabel = "RUN", defaultValue = "striatum-demo", description = "Run folder (default striatum-demo).")
  private Path output;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "400", description = "Problems of each task (default 400).")
  private int limit;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything (default 1).")
  private long seed;

  @Mixin
  private ModelOptions modelOptions;

  DemoCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    long started = System.nanoTime();
    Path checkpoint = Path.of(System.getProperty("striatum.home", "."), "checkpoints", "tiny-reasoner-step2000");
    StudySummary summary = new StudySummary(console);
    try (HookedModel model = modelOptions.open(checkpoint); RunFolder folder = RunFolder.create(output)) {
      StudyRun run = new StudyRun(folder, Version.environment(modelOptions.threads()), console::note);
      int batchSize = BatchSize.of("auto", model);
      console.print("Does %s know when it will be right, and does it use that? %d problems each of %s, seed %d."
          .formatted(model.facts().name(), limit, TASKS, seed));
      new RolloutStep(ProblemSets.named(TASKS), limit, 1, SAMPLING, seed, batchSize).run(run, model,
          console.progress());
      run.remember(checkpoint);
      List<Rollout> rollouts = run.rollouts();
      new CaptureStep(model.hookPoints("blocks.*.hook_resid_post"), DType.F32).run(run, model, rollouts,
          console.progress());
      ProbeStep probe = ProbeOptions.with(EPOCHS, PERMUTATIONS, RANDOM_SETS).step(seed);
      ValueNeuronResults values = probe.run(run, console.progress());
      summary.print(values);
      summary.print(
          new AblationStep(NeuronSet.named("value@1%"), probe, CONTROLS, PositionMask.ALL, ATTEMPTS, SOLUTIONS, seed)
              .run(
                  run, model, values,
                  ProblemSets::grader, batchSize, console.progress()));
      ReportStep.run(run, model);
      console.print("report: " + folder.report());
    }
    console.note("demo: done in %.0f s".formatted((System.nanoTime() - started) / 1e9));
    return ExitCode.DONE;
  }
}
