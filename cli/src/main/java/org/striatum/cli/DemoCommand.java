package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Effort;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.StudyOptions;
import org.striatum.cli.summary.AnswersSummary;
import org.striatum.cli.summary.StudyScreen;
import org.striatum.cli.summary.StudyScreen.Surroundings;
import org.striatum.datasets.ProblemSets;
import org.striatum.probe.model.Sampling;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The complete study of the bundled checkpoint.
@Command(name = "demo", description = "Study the bundled checkpoint: value and dopamine neurons, minutes on a laptop.", footer = {
    "", "Example: striatum demo"})
final class DemoCommand implements Callable<Integer> {
  /// As the pipeline that made the checkpoint's reference figures drew them.
  private static final Sampling SAMPLING = new Sampling(1, 1, 0, 110, true);
  private static final String TASKS = "add,mul,mod,expr";
  private static final List<String> NEXT = List.of("striatum study YOUR-CHECKPOINT --data FILE (docs/tutorial.md)");

  private final Console console;
  private final StudyRegistry registry;

  @Option(names = {"-o",
      "--output"}, paramLabel = "RUN", defaultValue = "striatum-demo", description = "Run folder (default striatum-demo).")
  private Path output;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "400", description = "Problems of each task (default 400).")
  private int limit;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
  private long seed;

  @Option(names = "--verbose", description = "Also print the results of every step as they are found, and the reasons of every answer.")
  private boolean verbose;

  @Mixin
  private ModelOptions modelOptions;

  DemoCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  @Override
  public Integer call() throws IOException {
    long started = System.nanoTime();
    Path checkpoint = Path.of(System.getProperty("striatum.home", "."), "checkpoints", "tiny-reasoner-step2000");
    RolloutSettings rollouts = Given.checked(() -> Effort.QUICK.settings(RolloutStep.STUDY).withProblems(limit)
        .withSampling(SAMPLING).withSeed(seed));
    StudyPlan plan = StudyOptions.of(Effort.QUICK).plan(registry, rollouts, CaptureSettings.defaults(), seed);
    RolloutStep asked = new RolloutStep(ProblemSets.named(TASKS));
    Answers answers = new StudyRunner(console, verbose ? console : console.silent(), registry, modelOptions, "auto")
        .run(modelOptions.source(checkpoint), output, asked, plan, List.of());
    if (verbose) {
      new AnswersSummary(console).print(answers);
      console.print("");
    }
    new StudyScreen(console).print(answers,
        new Surroundings(StudyRunner.asked(asked, plan), limit, NEXT, output));
    console.note("demo: done in %.0f s".formatted((System.nanoTime() - started) / 1e9));
    return ExitCode.DONE;
  }
}
