package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.ExitCode;
import org.striatum.cli.option.Given;
import org.striatum.cli.option.NamedFigures;
import org.striatum.cli.summary.PlanSummary;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.planning.PlannedFigure;
import org.striatum.studies.planning.Known;
import org.striatum.studies.planning.Pilot;
import org.striatum.studies.planning.PilotSettings;
import org.striatum.studies.planning.StudyPlanning;
import org.striatum.studies.planning.StudyPlanning.Asked;
import org.striatum.studies.registration.Plan;
import org.striatum.studies.registration.PlanFile;
import org.striatum.studies.registration.PlannedEffect;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/// Plans a study: power of every question and cost of the whole, from a pilot or from assumptions.
@Command(name = PlanCommand.NAME, description = "Plan a study before it is made: what each question needs for 80 %% power, what it costs; writes plan.json, which `study --plan` follows and registers.", footer = {
    "", "Example: striatum plan my-checkpoint --data gsm8k/test.parquet --limit 600 -k 4 --effect used=.05",
    "Example: striatum plan my-checkpoint --tasks add,mul --assume accuracy=.5,icc=.3"})
final class PlanCommand implements Callable<Integer> {
  static final String NAME = "plan";
  /// Of `study`, those that say nothing here.
  private static final List<String> LEFT_OUT = List.of("--with", "--beside", "--dry-run", "--plan");

  private final Console console;
  private final StudyRegistry registry;

  @Mixin
  private final StudyCommand study;

  @Option(names = "--assume", paramLabel = "NAME=X,…", description = "Figures of every data set, in place of a pilot: accuracy, icc, length, width, prompt, tokens, hooks, steps, reliability, churn, generic, rate, rows, row-bytes. With accuracy no model is run.")
  private List<String> assumed = List.of();

  @Option(names = "--effect", paramLabel = "NAME=X,…", description = "Effects to be found: predicts, sparse, aligned, more, used, dopamine, transfer, search.")
  private List<String> effects = List.of();

  @Option(names = "--pilot", paramLabel = "N", defaultValue = "50", description = "Problems of each set in the pilot (default 50).")
  private int pilot;

  @Option(names = "--trials", paramLabel = "N", defaultValue = "16", description = "Simulations of each size where no formula is known (default 16).")
  private int trials;

  PlanCommand(Console console, StudyRegistry registry) {
    this.console = console;
    this.registry = registry;
    this.study = new StudyCommand(console, registry);
  }

  /// Leaves out what only a study that runs can be told.
  static void fit(CommandLine line) {
    CommandSpec spec = line.getSubcommands().get(NAME).getCommandSpec();
    LEFT_OUT.forEach(name -> spec.remove(spec.findOption(name)));
    OptionSpec output = spec.findOption("--output");
    spec.remove(output);
    spec.addOption(OptionSpec.builder(output).paramLabel("FILE").description("The plan (default plan.json).").build());
    OptionSpec json = spec.findOption("--json");
    spec.remove(json);
    spec.addOption(OptionSpec.builder(json).description("Print the plan as JSON.").build());
  }

  @Override
  public Integer call() throws IOException {
    Map<PlannedEffect, Double> sizes = NamedFigures.parse("--effect", effects, PlannedEffect.class,
        PlannedEffect::checked);
    Map<PlannedFigure, Double> figures = NamedFigures.parse("--assume", assumed, PlannedFigure.class,
        PlannedFigure::checked);
    if (trials < 2 || trials > 10_000) {
      throw new UsageException("--trials must be in [2, 10000], found " + trials);
    }
    PilotSettings drawn = Given.checked(() -> PilotSettings.DEFAULTS.withProblems(pilot));
    StudyPlan told = study.plan();
    List<ProblemSet> sets = study.sets();
    sets.stream().map(ProblemSet::skipped).flatMap(Optional::stream).forEach(console::note);
    sets.stream().map(ProblemSet::chosen).flatMap(Optional::stream).forEach(console::note);
    Path file = study.output() == null ? Path.of(PlanFile.NAME) : study.output();
    if (Files.exists(file)) {
      throw new UsageException(file + " exists, and a plan is not replaced: remove it, or give another --output");
    }
    ModelSource source = study.source();
    StudyPlanning planning = StudyPlanning.of(registry, told, sizes, trials, console.progress());
    PlanFile plan = PlanFile.write(file, figures.containsKey(PlannedFigure.ACCURACY)
        ? assumed(planning, source, sets, figures)
        : piloted(planning, source, sets, figures, drawn, file));
    if (study.isJson()) {
      console.json(plan.plan());
    } else {
      new PlanSummary(console).print(plan.plan());
      console.say("plan: %s, checksum %s".formatted(file, plan.sha256().hex()));
    }
    return ExitCode.DONE;
  }

  private Plan assumed(StudyPlanning planning, ModelSource source,
      List<ProblemSet> sets, Map<PlannedFigure, Double> figures) throws IOException {
    try (HookedModel model = study.modelOptions().openUnexamined(source)) {
      Map<PlannedFigure, Double> read = Map.of(PlannedFigure.WIDTH, (double) model.facts().width(), PlannedFigure.HOOKS,
          (double) model.facts().layers());
      List<Known> known = sets.stream().map(set -> Known.assumed(set.name(), read, figures)).toList();
      return planning.plan(asked(source, model.checksums(), sets),
          new Pilot.Findings(known, Map.of(), Map.of(), List.of()));
    }
  }

  private Plan piloted(StudyPlanning planning, ModelSource source,
      List<ProblemSet> sets, Map<PlannedFigure, Double> figures, PilotSettings drawn, Path file) throws IOException {
    Path folder = file.resolveSibling(file.getFileName().toString().replaceFirst("\\.json$", "") + "-pilot");
    console.note("pilot: " + drawn.problems() + " problems of each set, in " + folder);
    try (RunFolder opened = RunFolder.create(folder);
        RunModel model = study.modelOptions().of(source, study.batchSize())) {
      StudyRun run = new StudyRun(opened, Version.environment(study.modelOptions().threads()), model, console::note,
          console.progress());
      Pilot.Findings found = new Pilot(run, drawn, planning.plan()).measure(sets, study.examples(sets));
      List<Known> known = new ArrayList<>();
      found.known().forEach(one -> known.add(StudyPlanning.completed(one, figures)));
      return planning.plan(asked(source, run.model().inputs().checkpoint().files(), sets),
          new Pilot.Findings(known, found.states(), found.values(), found.notes()));
    }
  }

  private Asked asked(ModelSource source, SortedMap<String, Sha256> files, List<ProblemSet> sets) {
    return new Asked(source.name(), files, study.asked(), sets);
  }
}
