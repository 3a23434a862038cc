package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.ImportOptions;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.ProblemOptions;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.RolloutFile;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.llm.LearnedGate;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.rollout.Rollout;
import org.striatum.studies.rollouts.ImportStep;
import org.striatum.studies.rollouts.RolloutStep.AppliedGate;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Generates and grades completions.
@Command(name = "rollouts", description = "Generate and grade completions of problem sets, or take graded ones: rollouts.jsonl.", footer = {
    "", "Example: striatum rollouts my-checkpoint --tasks add,mul --limit 200 -k 4 --output run",
    "Example: striatum rollouts my-checkpoint --data gsm8k/test.parquet --limit 500 --output run"})
final class RolloutsCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
  private Path checkpoint;

  @Mixin
  private ProblemOptions problems;

  @Mixin
  private ImportOptions completions;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "200", description = "Problems of each set; of a file the first (default 200).")
  private int limit;

  @Option(names = "-k", paramLabel = "K", defaultValue = "1", description = "Rollouts of each problem (default 1).")
  private int samples;

  @Option(names = "--temperature", paramLabel = "T", defaultValue = "1", description = "0 is greedy (default 1).")
  private double temperature;

  @Option(names = "--top-p", paramLabel = "P", defaultValue = "0.95", description = "Nucleus mass (default 0.95).")
  private double topP;

  @Option(names = "--top-k", paramLabel = "N", defaultValue = "0", description = "Likeliest tokens kept; 0 for all (default).")
  private int topK;

  @Option(names = "--max-new-tokens", paramLabel = "N", defaultValue = "256", description = "Longest completion (default 256).")
  private int maxNewTokens;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of problems and sampling (default 1).")
  private long seed;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Rollouts that run together; changes no result (default auto).")
  private String batchSize;

  @Option(names = "--gate", paramLabel = "FILE", description = "A gate that `striatum gate` learned for this checkpoint (.safetensors): the model writes under it. Later steps of the run refuse to take it for the plain model.")
  private Path gate;

  @Option(names = {"-o", "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-<checkpoint>).")
  private Path output;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Mixin
  private ModelOptions modelOptions;

  RolloutsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Sampling sampling = new Sampling(temperature, topP, topK, maxNewTokens, true);
    Optional<ForeignRollouts> made = completions.read(problems);
    List<ProblemSet> sets = made.isPresent() ? List.of() : problems.sets(limit, null);
    made.flatMap(ForeignRollouts::skipped).ifPresent(console::note);
    sets.stream().map(ProblemSet::skipped).flatMap(Optional::stream).forEach(console::note);
    if (made.isPresent() && gate != null) {
      throw new IllegalArgumentException("--gate says nothing beside --import: leave it out");
    }
    try (HookedModel model = modelOptions.open(checkpoint)) {
      model.tokenizer(); // refused, if it is, before a folder is made
      Path folder = output == null ? Path.of("striatum-" + model.facts().name()) : output;
      Optional<AppliedGate> applied = gate == null
          ? Optional.empty()
          : Optional.of(new AppliedGate(gate, LearnedGate.load(gate, model).gates()));
      RolloutStep step = new RolloutStep(sets, limit, samples, sampling, seed, BatchSize.of(batchSize, model), applied);
      try (RunFolder opened = RunFolder.create(folder)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), console::note);
        if (made.isPresent()) {
          new ImportStep(made.get(), sampling, seed).run(run, model);
        } else {
          step.run(run, model, console.progress());
        }
        run.remember(checkpoint);
        print(folder, RolloutFile.read(opened.rollouts()));
      }
    }
    return ExitCode.DONE;
  }

  private record Accuracy(int rollouts, double accuracy, double finished) {
    static Accuracy of(List<Rollout> rollouts) {
      return new Accuracy(rollouts.size(), rollouts.stream().mapToDouble(Rollout::reward).average().orElseThrow(),
          rollouts.stream().mapToDouble(rollout -> rollout.finished() ? 1 : 0).average().orElseThrow());
    }
  }

  private void print(Path folder, List<Rollout> rollouts) {
    Map<String, Accuracy> accuracies = rollouts.stream().collect(Collectors.groupingBy(
        rollout -> rollout.problem().dataset(), LinkedHashMap::new,
        Collectors.collectingAndThen(Collectors.toList(), Accuracy::of)));
    if (json) {
      console.json(accuracies);
    } else {
      accuracies
          .forEach((task, a) -> console.print("%-8s %6d rollouts  accuracy %.3f  ended themselves %.3f".formatted(task,
              a.rollouts(), a.accuracy(), a.finished())));
      console.print("rollouts in %s".formatted(folder.resolve("rollouts.jsonl")));
    }
  }
}
