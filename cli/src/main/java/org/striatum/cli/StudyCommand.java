package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.engine.Expected;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.engine.UnitShares;
import org.striatum.cli.option.EngineOptions;
import org.striatum.cli.option.Given;
import org.striatum.cli.scan.MeasuredUnit;
import org.striatum.cli.scan.ScanPlan;
import org.striatum.cli.option.Mistyped;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.ProblemOptions;
import org.striatum.cli.option.PromptOptions;
import org.striatum.cli.option.StoreOptions;
import org.striatum.cli.option.StudyOptions;
import org.striatum.cli.summary.AnswersSummary;
import org.striatum.cli.summary.PaperSummary;
import org.striatum.cli.summary.PromptSummary;
import org.striatum.cli.summary.StudyCost;
import org.striatum.cli.summary.StudyScreen;
import org.striatum.cli.summary.StudyScreen.Surroundings;
import org.striatum.cli.summary.TimeAhead;
import org.striatum.datasets.ProblemSet;
import org.striatum.datasets.ProblemSource;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.MoreProblems;
import org.striatum.studies.Prospect;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.Unasked;
import org.striatum.studies.WholeStudy.Companion;
import org.striatum.studies.AnswersStep;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.registration.Plan.AskedProblems;
import org.striatum.studies.registration.PlanFile;
import org.striatum.studies.registration.Registration;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.rollouts.WorkedExamples;
import org.striatum.studies.rollouts.PromptSettings;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Manifest.Environment;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.Workplace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// A full study of one checkpoint, and of others compared with it.
@Command(name = "study", description = "Run every step on a checkpoint, compare others with it, and answer every question: a complete run folder with its report.", footer = {
    "", "Example: striatum study my-checkpoint --tasks add,mul --with my-checkpoint-rft --beside other-model",
    "Finished steps are kept: run it again to continue."})
final class StudyCommand implements Callable<Integer> {
  /// The tasks if none are given.
  private static final String TASKS = "add,mul,mod,expr";

  private static final Set<String> BESIDE_A_PLAN = Set.of("--plan", "--data", "--with", "--beside", "--output",
      "--batch-size", "--json", "--verbose", "--memory", "--threads", "--hang-limit", "--adapter", "--base", "--debug",
      "--engine", "--workers", "--sbatch", "--master", "--spark-conf", Expected.OPTION);

  private final Console console;
  private final StudyRegistry registry;

  @Spec
  private CommandSpec command;

  @Parameters(paramLabel = "CKPT", description = "Checkpoint folder or ONNX file.")
  private Path checkpoint;

  @Mixin
  private ProblemOptions problems;

  @Mixin
  private PromptOptions prompts;

  @Option(names = "--limit", paramLabel = "N", description = "Problems of each set; of a longer file those that the seed draws (default 600, quick 400).")
  private Integer limit;

  @Option(names = "-k", paramLabel = "K", description = "Rollouts of each problem (default 2, quick 1).")
  private Integer samples;

  @Option(names = "--with", arity = "1..*", paramLabel = "CKPT", description = "Checkpoints that neurons may transfer to, such as others of one training run: probed, not ablated.")
  private List<Path> with = List.of();

  @Option(names = "--beside", arity = "1..*", paramLabel = "CKPT", description = "Also run the full study on these checkpoints.")
  private List<Path> beside = List.of();

  @Mixin
  private StoreOptions store;

  @Option(names = "--temperature", paramLabel = "T", defaultValue = "1", description = "0 is greedy (default 1).")
  private double temperature;

  @Option(names = "--top-p", paramLabel = "P", defaultValue = "0.95", description = "Nucleus mass (default 0.95).")
  private double topP;

  @Option(names = "--top-k", paramLabel = "N", defaultValue = "0", description = "Number of most likely tokens to sample from; 0 for all (default).")
  private int topK;

  @Option(names = "--max-new-tokens", paramLabel = "N", defaultValue = "256", description = "Longest completion (default 256).")
  private int maxNewTokens;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of everything random (default 1).")
  private long seed;

  @Option(names = "--batch-size", paramLabel = "N|auto", defaultValue = "auto", description = "Sequences per batch; changes no result (with --memory low, log-probabilities by rounding; default auto).")
  private String batchSize;

  @Option(names = {"-o", "--output"}, paramLabel = "RUN", description = "Run folder (default striatum-<checkpoint>).")
  private Path output;

  @Option(names = "--plan", paramLabel = "FILE", description = "Do what a plan of `striatum plan` says, and register it before the first result.")
  private Path plan;

  @Option(names = "--dry-run", description = "Show what would be sent, count what it takes, and stop.")
  private boolean dryRun;

  @Option(names = MeasuredUnit.OPTION, hidden = true, paramLabel = "FILE", description = "Measure how long the study will take, write that as JSON, and stop: what a scan asks of its first checkpoint.")
  private Path estimate;

  @Option(names = "--json", description = "Print only the answers, as JSON.")
  private boolean json;

  @Option(names = "--verbose", description = "Also print the results of every step as they are found, and the reasons of every answer.")
  private boolean verbose;

  @Mixin
  private StudyOptions options;

  @Mixin
  private ModelOptions modelOptions;

  @Mixin
  private EngineOptions engine;

  @Option(names = Expected.OPTION, hidden = true, paramLabel = "DIR", description = "Compute the unit of work in this folder, for the process that sent it.")
  private Path unit;

  StudyCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  /// The problem sets. Files are read.
  ///
  /// @throws IllegalArgumentException if there is no such problem set
  List<ProblemSet> sets() throws IOException {
    return problems.sets(TASKS, prompts.isChat());
  }

  /// The checkpoint.
  ModelSource source() throws IOException {
    return source(checkpoint);
  }

  /// The options of models.
  ModelOptions modelOptions() {
    return modelOptions;
  }

  /// Sequences per batch.
  String batchSize() {
    return batchSize;
  }

  /// Where results go; null where nothing was said.
  Path output() {
    return output;
  }

  /// Whether JSON is printed.
  boolean isJson() {
    return json;
  }

  /// The problems, as a plan keeps them.
  AskedProblems asked() {
    return problems.asked(TASKS, prompts.shotsFile());
  }

  /// The settings of every study. Refuses what a study would refuse.
  StudyPlan plan() throws IOException {
    return options.plan(registry, rolloutSettings(), store.settings(), seed);
  }

  private RolloutSettings rolloutSettings() throws IOException {
    PromptSettings asking = prompts.settings();
    return Given.checked(() -> new RolloutSettings(limit(), samples(),
        new Sampling(temperature, topP, topK, maxNewTokens, true), asking, seed));
  }

  /// The worked examples.
  ///
  /// @param sets as returned by [#sets]
  WorkedExamples examples(List<ProblemSet> sets) throws IOException {
    return prompts.examples(sets, problems);
  }

  /// Shows the first prompt of each set as it would be sent, and what may be other than was meant.
  ///
  /// @param sets as returned by [#sets]
  void preview(List<ProblemSet> sets) throws IOException {
    RolloutStep step = new RolloutStep(sets, Optional.empty(), examples(sets));
    try (RunModel model = modelOptions.of(source(checkpoint), batchSize)) {
      HookedModel hooked = model.open();
      step.remarks(hooked, rolloutSettings()).forEach(console::note);
      new PromptSummary(console).print(step.preview(hooked, rolloutSettings()));
    }
  }

  /// The most rollouts of each problem set.
  int rollouts() {
    return Math.multiplyExact(limit(), samples());
  }

  /// What cannot change after a study has begun.
  ///
  /// @param sets as returned by [#sets]
  ScanPlan.Settings settings(List<ProblemSet> sets) throws IOException {
    return new ScanPlan.Settings(
        sets.stream().map(set -> new ScanPlan.Asked(set.name(), set.origin().map(ProblemSource::sha256).orElse(null)))
            .toList(),
        rolloutSettings(), store.settings().hooks().getFirst(), store.settings());
  }

  /// Threads that the model runs on; 0 for all.
  int threads() {
    return modelOptions.threads();
  }

  /// Where a checkpoint of this study lies, and the adapter over it.
  ModelSource source(Path path) throws IOException {
    return modelOptions.source(path);
  }

  /// The most tokens of a completion.
  int longest() {
    return maxNewTokens;
  }

  private int limit() {
    return limit == null ? options.effort().settings(RolloutStep.STUDY).problems() : limit;
  }

  private int samples() {
    return samples == null ? options.effort().settings(RolloutStep.STUDY).samples() : samples;
  }

  @Override
  public Integer call() throws IOException {
    Mistyped.refuse(command, with);
    Mistyped.refuse(command, beside);
    List<Companion> companions = new ArrayList<>();
    for (Path other : with) {
      companions.add(new Companion(modelOptions.companion(other), false));
    }
    for (Path other : beside) {
      companions.add(new Companion(modelOptions.companion(other), true));
    }
    ModelSource source = source(checkpoint);
    Path folder = output == null
        ? Path.of("striatum-" + source.name())
        : output;
    if (plan != null) {
      return planned(source, folder, companions);
    }
    if (problems.isEmpty()) {
      problems.refuseLayout("--tasks");
      throw new UsageException("say what to ask: --tasks NAME,… (`striatum tasks` lists them) or --data FILE with"
          + " problems of your own");
    }
    List<ProblemSet> sets = sets();
    sets.stream().map(ProblemSet::skipped).flatMap(Optional::stream).forEach(console::note);
    sets.stream().map(ProblemSet::chosen).flatMap(Optional::stream).forEach(console::note);
    if (dryRun) {
      StudyCost.counted(plan(), sets).lines().forEach(console::note);
      preview(sets);
      return ExitCode.DONE;
    }
    RolloutStep asked = new RolloutStep(sets, Optional.empty(), examples(sets));
    if (estimate != null) {
      Files.write(estimate, RecordJson.pretty(runner(console.silent()).time(source, asked, plan())));
      return ExitCode.DONE;
    }
    return study(source, folder, asked, plan(), companions);
  }

  /// What a plan says.
  private int planned(ModelSource source, Path folder, List<Companion> companions) throws IOException {
    refuseToldTwice();
    PlanFile file = PlanFile.read(plan);
    PlannedStudy told = PlannedStudy.of(file.plan(), registry, plan, problems.files());
    Registration.place(plan, folder);
    return study(source, folder, told.asked(), told.plan(), companions);
  }

  /// A plan says everything but where things lie and how the model is held.
  private void refuseToldTwice() {
    command.options().stream().filter(option -> command.commandLine().getParseResult().hasMatchedOption(option))
        .map(OptionSpec::longestName).filter(name -> !BESIDE_A_PLAN.contains(name)).findFirst().ifPresent(name -> {
          throw new UsageException(name + " has no effect with --plan, which says it: leave it out, or plan again");
        });
  }

  private StudyRunner runner(Console results) {
    return runner(results, Workplace.HERE);
  }

  private StudyRunner runner(Console results, Workplace workplace) {
    return new StudyRunner(results, console.steps(), new TimeAhead(), registry, modelOptions, batchSize, workplace,
        new HashMap<>());
  }

  private int study(ModelSource source, Path folder, RolloutStep asked, StudyPlan told, List<Companion> companions)
      throws IOException {
    if (unit == null && engine.isThisProcess()) {
      return study(source, folder, asked, told, companions, Workplace.HERE);
    }
    engine.threads().ifPresent(modelOptions::shareProcessors);
    Environment environment = Version.environment(modelOptions.threads());
    if (unit != null) {
      return work(source, folder, asked, told, companions, environment);
    }
    List<String> words = command.root().commandLine().getParseResult().originalArgs();
    try (UnitRunner units = engine.open(new UnitProcess(Striatum.class.getName(), _ -> {}), modelOptions.threads(),
        console)) {
      return study(source, folder, asked, told, companions, Workplace.of(
          new UnitShares(units, words, environment, console.progress(), console::note)));
    }
  }

  /// A worker: refuses what it cannot do as the sender would, then does its share, or the whole study.
  private int work(ModelSource source, Path folder, RolloutStep asked, StudyPlan told, List<Companion> companions,
      Environment environment) throws IOException {
    Expected expected = Expected.in(unit);
    expected.require(new Expected(environment,
        expected.files().isEmpty() ? expected.files() : ScanPlan.checksums(source)));
    if (!OwnShare.isIn(unit)) {
      return study(source, folder, asked, told, companions, Workplace.HERE);
    }
    runner(console.silent()).compute(source, folder, asked, told, companions, OwnShare.in(unit));
    return ExitCode.DONE;
  }

  private int study(ModelSource source, Path folder, RolloutStep asked, StudyPlan told, List<Companion> companions,
      Workplace workplace) throws IOException {
    Console results = verbose && !json ? console : console.silent();
    StudyRunner runner = runner(results, workplace);
    Answers answers = runner.run(source, folder, asked, told, companions);
    if (json) {
      console.json(AnswersStep.STUDY.format(), answers);
      return ExitCode.DONE;
    }
    if (verbose) {
      new AnswersSummary(console).print(answers);
      console.say("");
    }
    Optional<Paper> written = options.paper();
    if (written.isPresent()) {
      besideThePaper(written.get(), folder, answers);
    }
    AnswerMatrix matrix = AnswerMatrix.of(answers.checkpoint());
    new StudyScreen(console).print(answers, new Surroundings(StudyRunner.asked(asked, told),
        MoreProblems.of(matrix, told, StudyRunner.drawn(asked, told), prospects(folder, told)), plan != null,
        Unasked.of(matrix, runner.leftOut()), folder));
    return ExitCode.DONE;
  }

  private static List<Prospect> prospects(Path folder, StudyPlan told) throws IOException {
    try (RunFolder run = RunFolder.open(folder)) {
      return Prospect.of(StudyRun.rollouts(run), told);
    }
  }

  private void besideThePaper(Paper paper, Path folder, Answers answers) throws IOException {
    try (RunFolder run = RunFolder.open(folder)) {
      new PaperSummary(console).print(paper, StudyResults.of(run), answers.checkpoint());
    }
  }
}
