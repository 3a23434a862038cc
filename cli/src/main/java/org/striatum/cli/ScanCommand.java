package org.striatum.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Counted;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.console.Table;
import org.striatum.cli.engine.Expected;
import org.striatum.cli.engine.UnitProcess;
import org.striatum.cli.engine.UnitRunner;
import org.striatum.cli.option.EngineOptions;
import org.striatum.cli.scan.CheckpointList;
import org.striatum.cli.scan.CostEstimate;
import org.striatum.cli.scan.MeasuredUnit;
import org.striatum.cli.scan.Scan;
import org.striatum.cli.scan.ScanFile;
import org.striatum.cli.scan.ScanPlan;
import org.striatum.cli.scan.ScanResults;
import org.striatum.cli.scan.ScanUnit;
import org.striatum.cli.option.DecimalCommas;
import org.striatum.cli.summary.TimeAhead;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;
import org.striatum.reports.database.DatabaseStep;
import org.striatum.reports.scan.ScanReport;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesStep;
import org.striatum.studies.series.SeriesSummary;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Studies many checkpoints, each in its own process. It takes every option of `study` that concerns one checkpoint.
@Command(name = "scan", description = "Study many checkpoints, each in its own process; a failure is recorded, and the scan continues.", footer = {
    "", "Example: striatum scan 'series/step*' --tasks add,mul --effort quick -o scan",
    "Checkpoints are given as paths, folders of checkpoints or globs in quotes. The options after --json are those of",
    "`striatum study`. Finished steps are kept: run it again to continue, and to try failed checkpoints again."})
final class ScanCommand implements Callable<Integer> {
  static final String NAME = "scan";
  private static final String REPORT = "report.html";
  /// Options of `study` that a scan defines itself, or that concern other checkpoints.
  private static final Set<String> NOT_PASSED = Set.of("--dry-run", "--output", "--json", "--with", "--beside",
      "--plan", MeasuredUnit.OPTION, Expected.OPTION, "--engine", "--workers", "--sbatch", "--master", "--spark-conf");

  private static final String MEMORY = "--memory";
  private static final String THREADS = "--threads";

  private final Console console;
  private final StudyRegistry registry;

  @Spec
  private CommandSpec spec;

  @Parameters(paramLabel = "CKPT", arity = "0..*", description = "Checkpoints, folders of checkpoints, globs in quotes.")
  private List<String> checkpoints = List.of();

  @Option(names = "--config", paramLabel = "FILE", description = "YAML with a list of checkpoints, and options by their long names; options given here have priority.")
  private Path config;

  @Option(names = "--dry-run", description = "Print the plan and what each checkpoint would be sent, and stop; with --json every unit with its command line.")
  private boolean dryRun;

  @Option(names = {"-o",
      "--output"}, paramLabel = "SCAN", defaultValue = "striatum-scan", description = "Scan folder (default striatum-scan).")
  private Path output;

  @Mixin
  private EngineOptions engine;

  @Option(names = "--json", description = "Print only the outcome of each checkpoint, as JSON.")
  private boolean json;

  ScanCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
  }

  /// Gives `scan` the options of `study`.
  static void passOptions(CommandLine line, Console console, StudyRegistry registry) {
    CommandSpec scan = line.getSubcommands().get(NAME).getCommandSpec();
    CommandSpec study = study(console, registry).getCommandSpec();
    study.options().stream().filter(option -> isPassed(study, option))
        .forEach(option -> scan.addOption(OptionSpec.builder(option).build()));
  }

  private static CommandLine study(Console console, StudyRegistry registry) {
    return new CommandLine(new StudyCommand(console, registry), new CommandFactory(console, registry))
        .setCaseInsensitiveEnumValuesAllowed(true);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<String> named = new ArrayList<>(checkpoints);
    List<String> options = new ArrayList<>();
    CommandSpec study = study(console, registry).getCommandSpec();
    if (config != null) {
      ScanFile file = ScanFile.read(config);
      named.addAll(checkpoints.isEmpty() ? file.checkpoints() : List.of());
      for (Map.Entry<String, List<String>> option : file.options().entrySet()) {
        options.addAll(option(study, option.getKey(), option.getValue()));
      }
    }
    if (named.isEmpty()) {
      throw new UsageException("a scan needs checkpoints: give paths, folders, globs, or --config");
    }
    for (OptionSpec option : spec.options()) {
      if (isPassed(study, option)) {
        given(option).forEach(value -> options.addAll(words(option, value)));
      }
    }
    if (!options.contains(THREADS)) {
      engine.threads().ifPresent(own -> {
        options.addAll(List.of(THREADS, String.valueOf(own.count())));
        console.note(own.note());
      });
    }
    // Refused before anything is measured; a plan is shown where nothing could run, too.
    try (UnitRunner runner = dryRun
        ? null
        : engine.open(new UnitProcess(Striatum.class.getName(), console::note), threads(options), console)) {
      return scan(runner, named, options);
    }
  }

  /// Threads of each study; 0 where nothing is said, or what will be refused.
  private static int threads(List<String> options) {
    int at = options.indexOf(THREADS);
    return at >= 0 && options.get(at + 1).matches("\\d{1,4}") ? Integer.parseInt(options.get(at + 1)) : 0;
  }

  /// @param runner null if only the plan is asked for
  private int scan(UnitRunner runner, List<String> named, List<String> options)
      throws IOException, InterruptedException {
    List<Path> found = CheckpointList.find(named);
    StudyCommand parsed = parsed(found.getFirst(), options);
    List<ProblemSet> sets = parsed.sets();
    sets.stream().map(ProblemSet::skipped).flatMap(Optional::stream).forEach(console::note);
    sets.stream().map(ProblemSet::chosen).flatMap(Optional::stream).forEach(console::note);
    SequencedMap<Path, ModelSource> sources = new LinkedHashMap<>();
    for (Path checkpoint : found) {
      sources.put(checkpoint, parsed.source(checkpoint));
    }
    shareBase(sources, options);
    ScanPlan plan = ScanPlan.of(sources, options, parsed.settings(sets), output);
    if (!json) { // a machine asks for the plan, and learns the time from the units
      print(plan, CostEstimate.of(plan, sources, sets.size() * parsed.rollouts(), parsed.longest(), output,
          new UnitProcess(Striatum.class.getName(), _ -> {})));
    }
    if (dryRun) {
      if (json) {
        console.json(plan);
      } else {
        preview(found, options);
      }
      return ExitCode.DONE;
    }
    ScanResults results = new Scan(output, plan, runner, Version.environment(parsed.threads()), console::note)
        .run(console.progress(), (scan, studied) -> conclude(
            new StudyRun(scan, Version.environment(parsed.threads()), RunModel.none(), console::note,
                console.progress()),
            plan, studied));
    if (json) {
      console.json(results);
    } else {
      console.say("report: " + output.resolve(REPORT));
      console.say("%d of %s studied".formatted(results.finished().size(),
          Counted.of(results.outcomes().size(), "checkpoint")));
      results.failed().forEach(one -> console.say("failed: " + one.name() + ": " + one.failure().message()));
    }
    return results.failed().isEmpty() ? ExitCode.DONE : ExitCode.PARTIAL;
  }

  /// Adapters over one base are run over its mapped file: each in a copy of the weights of its own would hold it many times.
  private void shareBase(SequencedMap<Path, ModelSource> sources, List<String> options) {
    List<Path> bases = sources.values().stream().filter(source -> source.adapter().isPresent())
        .map(source -> source.base().toAbsolutePath().normalize()).toList();
    if (!options.contains(MEMORY) && bases.stream().distinct().count() < bases.size()) {
      options.addAll(List.of(MEMORY, "low"));
      console.note("adapters share their base: its weights stay in the mapped file (low memory), unless --memory says"
          + " otherwise");
    }
  }

  /// The results over all runs: the comparison, the database, the index.
  private void conclude(StudyRun scan, ScanPlan plan, ScanResults results) throws IOException {
    SeriesStep step = SeriesStep.of(results.runs(output), registry.studies());
    SeriesResults series = scan.run(step, step.about().defaults());
    DatabaseStep database = new DatabaseStep(step, series);
    scan.run(database, database.about().defaults());
    Console said = json ? console.silent() : console;
    said.say("");
    SeriesSummary.of(series).sentences().forEach(said::say);
    ScanReport.write(new ScanReport.Content("Scan of " + plan.units().size() + " checkpoints", series,
        results.failed().stream().map(one -> new ScanReport.Failure(one.name(), one.failure().kind().word(),
            one.failure().message())).toList(),
        plan.repeated().stream().map(one -> new ScanReport.Repeated(one.checkpoint(), one.unit())).toList(),
        new String(RecordJson.pretty(plan), StandardCharsets.UTF_8)), output.resolve(REPORT));
  }

  private static boolean isPassed(CommandSpec study, OptionSpec option) {
    return study.findOption(option.longestName()) != null && !NOT_PASSED.contains(option.longestName());
  }

  /// The text of an option on the command line; empty if it was not given.
  private List<String> given(OptionSpec option) {
    if (option.parameterConsumer() != null) { // it takes its words itself, and no parse result knows of it
      String words = option.getValue();
      return words.isEmpty() ? List.of() : List.of(words);
    }
    return spec.commandLine().getParseResult().hasMatchedOption(option) ? option.originalStringValues() : List.of();
  }

  private List<String> option(CommandSpec study, String name, List<String> values) {
    OptionSpec option = spec.findOption("--" + name);
    if (option == null || !isPassed(study, option)) {
      throw new UsageException(
          config + ": an option of `striatum study` by its long name is expected, found '" + name + "'"
              + NearestNames.meant(name, spec.options().stream().filter(one -> isPassed(study, one))
                  .map(one -> one.longestName().replaceFirst("^-+", "")).toList()));
    }
    return !given(option).isEmpty()
        ? List.of()
        : values.stream().flatMap(value -> words(option, value).stream()).toList();
  }

  /// A flag is one word or none.
  private static List<String> words(OptionSpec option, String value) {
    if (option.arity().max() > 0) {
      return List.of(option.longestName(), value);
    }
    return Boolean.parseBoolean(value) ? List.of(option.longestName()) : List.of();
  }

  /// Refusals happen before the first study.
  private StudyCommand parsed(Path checkpoint, List<String> options) throws IOException {
    List<String> words = new ArrayList<>(List.of(checkpoint.toString()));
    words.addAll(options);
    CommandLine line = study(console, registry);
    DecimalCommas.refuse(line.parseArgs(words.toArray(String[]::new)));
    StudyCommand study = line.getCommand();
    study.plan();
    return study;
  }

  /// What each checkpoint would be sent. One that cannot be asked so is named, and the others are shown.
  private void preview(List<Path> found, List<String> options) throws IOException {
    for (Path checkpoint : found) {
      console.say("");
      console.say(checkpoint + ":");
      StudyCommand study = parsed(checkpoint, options);
      try {
        study.preview(study.sets());
      } catch (UsageException | CheckpointException refused) {
        console.note(checkpoint + ": " + refused.getMessage());
      }
    }
  }

  private void print(ScanPlan plan, CostEstimate estimate) {
    Table table = new Table("checkpoint", "weights", "run folder");
    for (ScanUnit unit : plan.units()) {
      table.row(unit.name(), "%.1f MB".formatted(unit.bytes() / 1e6), output.resolve(unit.name()));
    }
    console.print(table);
    plan.repeated().forEach(same -> console.say(
        "%s has the same files as %s: studied once".formatted(same.checkpoint(), same.unit())));
    console.say("time: " + (estimate.first().isPresent()
        ? "about %s: the study of %s at the speed measured now, the others by weights and by layers × width beside it"
            .formatted(TimeAhead.words((double) estimate.time().toSeconds()), estimate.first().get())
        : "known once the first checkpoint is studied"));
    if (!engine.isThisProcess()) {
      console.say("that is the time of one process%s, and the memory is of each".formatted(estimate.first().isEmpty()
          ? ""
          : "; %d at a time take at least %s".formatted(engine.workers(),
              TimeAhead.words(estimate.over(engine.workers())))));
    }
    console.say("memory: about %.1f GB at a time".formatted(estimate.memory() / 1e9));
    console.say("disk: %s, %.1f GB free".formatted(
        estimate.disk() < 0 ? "unknown" : "at most %.1f GB of hidden states".formatted(estimate.disk() / 1e9),
        estimate.free() / 1e9));
  }
}
