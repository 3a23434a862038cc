package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.ImportOptions;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.ProblemOptions;
import org.striatum.cli.option.PromptOptions;
import org.striatum.cli.summary.PromptSummary;
import org.striatum.cli.summary.RolloutSummary;
import org.striatum.datasets.ForeignRollouts;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.peft.llm.LearnedGate;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.rollouts.WorkedExamples;
import org.striatum.studies.rollouts.ImportSettings;
import org.striatum.studies.rollouts.ImportStep;
import org.striatum.studies.rollouts.PromptSettings;
import org.striatum.studies.rollouts.RolloutResults;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.rollouts.RolloutStep.AppliedGate;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Generates and grades completions.
@Command(name = "rollouts", description = "Generate and grade completions of problem sets, or import completions: rollouts.jsonl.", footer = {
    "", "Example: striatum rollouts my-checkpoint --tasks add,mul --limit 200 -k 4 --output run",
    "Example: striatum rollouts my-checkpoint --data gsm8k/test.parquet --limit 500 --output run"})
final class RolloutsCommand implements Callable<Integer> {
  /// Options that say how completions are made.
  private static final List<String> GENERATING = List.of("--dry-run", "--gate", "--limit", "-k", "--raw", "--system",
      "--shots", "--shots-file", "--shots-seed");
  /// Options that say how messages are written.
  private static final List<String> WRITING = List.of("--chat", "--chat-template", "--template-arg");

  private final Console console;

  @Spec
  private CommandSpec command;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
  private Path checkpoint;

  @Mixin
  private ProblemOptions problems;

  @Mixin
  private PromptOptions prompts;

  @Mixin
  private ImportOptions completions;

  @Option(names = "--dry-run", description = "Show what would be sent, and stop.")
  private boolean dryRun;

  @Option(names = "--limit", paramLabel = "N", defaultValue = "200", description = "Problems of each set; of a longer file those that the seed draws (default 200).")
  private int limit;

  @Option(names = "-k", paramLabel = "K", defaultValue = "1", description = "Rollouts of each problem (default 1).")
  private int samples;

  @Option(names = "--temperature", paramLabel = "T", defaultValue = "1", description = "0 is greedy (default 1).")
  private double temperature;

  @Option(names = "--top-p", paramLabel = "P", defaultValue = "0.95", description = "Nucleus mass (default 0.95).")
  private double topP;

  @Option(names = "--top-k", paramLabel = "N", defaultValue = "0", description = "Number of most likely tokens to sample from; 0 for all (default).")
  private int topK;

  @Option(names = "--max-new-tokens", paramLabel = "N", defaultValue = "256", description = "Longest completion (default 256).")
  private int maxNewTokens;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of problems and sampling (default 1).")
  private long seed;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Rollouts per batch; changes no result (with --memory low, log-probabilities by rounding; default auto).")
  private String batchSize;

  @Option(names = "--gate", paramLabel = "FILE", description = "A gate that `striatum gate` learned for this checkpoint (.safetensors), applied during generation. Later steps of the run refuse to use the model without it.")
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
    if (dryRun && json) {
      throw new UsageException("--dry-run prints texts to read and no JSON: leave one of --dry-run and --json out");
    }
    if (output != null && RunFolder.isRun(output)) {
      RunFolder.read(output).close(); // a run that cannot be read is refused before any option is
    }
    Sampling sampling = Given.checked(() -> new Sampling(temperature, topP, topK, maxNewTokens, true));
    refuseIgnored();
    Optional<ForeignRollouts> made = completions.read(problems);
    made.filter(read -> !read.hasMessages()).ifPresent(_ -> refuse(WRITING, "an import without messages"));
    List<ProblemSet> sets = made.isPresent() ? List.of() : problems.sets(null, prompts.isChat());
    made.flatMap(ForeignRollouts::skipped).ifPresent(console::note);
    made.flatMap(ForeignRollouts::left).ifPresent(console::note);
    sets.stream().map(ProblemSet::skipped).flatMap(Optional::stream).forEach(console::note);
    sets.stream().map(ProblemSet::chosen).flatMap(Optional::stream).forEach(console::note);
    PromptSettings asking = prompts.settings();
    RolloutSettings settings = Given.checked(() -> new RolloutSettings(limit, samples, sampling, asking, seed));
    WorkedExamples examples = prompts.examples(sets, problems);
    try (RunModel model = modelOptions.of(modelOptions.source(checkpoint), batchSize)) {
      HookedModel hooked = model.open();
      hooked.tokenizer(); // refused, if it is, before a folder is made
      Optional<AppliedGate> applied = gate == null
          ? Optional.empty()
          : Optional.of(new AppliedGate(gate, LearnedGate.load(gate, hooked).gates()));
      if (dryRun) {
        RolloutStep step = new RolloutStep(sets, applied, examples);
        step.remarks(hooked, settings).forEach(console::note);
        new PromptSummary(console).print(step.preview(hooked, settings));
        return ExitCode.DONE;
      }
      Path folder = output == null ? Path.of("striatum-" + hooked.facts().name()) : output;
      try (RunFolder opened = RunFolder.create(folder)) {
        StudyRun run = new StudyRun(opened, Version.environment(modelOptions.threads()), model, console::note,
            console.progress());
        RolloutResults results = made.isPresent()
            ? run.run(new ImportStep(made.get(), asking), new ImportSettings(sampling, seed))
            : run.run(new RolloutStep(sets, applied, examples), settings);
        run.remember(modelOptions.source(checkpoint));
        print(folder, results);
        NextCommand.say(console, opened, RolloutStep.STUDY, "");
      }
    }
    return ExitCode.DONE;
  }

  /// What was made elsewhere was asked elsewhere.
  private void refuseIgnored() {
    if (command.commandLine().getParseResult().hasMatchedOption("--import")) {
      refuse(GENERATING, "--import");
    }
  }

  private void refuse(List<String> options, String with) {
    options.stream().filter(command.commandLine().getParseResult()::hasMatchedOption)
        .forEach(option -> ProblemOptions.refuse(with, option, option));
  }

  private void print(Path folder, RolloutResults results) {
    if (json) {
      console.json(RolloutStep.STUDY.format(), results);
      return;
    }
    new RolloutSummary(console).print(results);
    console.say("rollouts in %s".formatted(folder.resolve("rollouts.jsonl")));
  }
}
