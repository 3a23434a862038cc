package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Version;
import org.striatum.cli.option.BatchSize;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.option.StudyOptions;
import org.striatum.cli.summary.DopamineSummary;
import org.striatum.cli.summary.InterventionSummary;
import org.striatum.cli.summary.UsesSummary;
import org.striatum.cli.summary.ValueSummary;
import org.striatum.datasets.ProblemSet;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.answer.AnswersStep.Answers;
import org.striatum.studies.answer.AnswersStep;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.neurons.RunRankings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.value.ProbeStep;

/// A whole study: every step on one checkpoint, then as much of it as is asked for on others, each in a run folder of its
/// own below the first; what transfers between them; every question answered; the report.
///
/// @param options how thorough each step is
/// @param sets problem sets, `problems` drawn from each, `samples` rollouts of each problem
/// @param hooks which hook points are captured, as a pattern
/// @param batchSize a number or `auto`
record Study(Console console, ModelOptions modelOptions, StudyOptions options, List<ProblemSet> sets, int problems,
    int samples, Sampling sampling, String hooks, String batchSize, long seed) {
  private static final String BELOW = "with";

  /// Another checkpoint beside the one that is studied.
  ///
  /// @param whole whether it is studied whole, or only probed, for what transfers to it
  record Companion(Path checkpoint, boolean whole) {}

  /// Runs everything that is not finished.
  ///
  /// @param output the run folder
  /// @return every question, answered
  Answers run(Path checkpoint, Path output, List<Companion> companions) throws IOException {
    for (Companion companion : companions) { // refused before hours of work, not after
      if (!Files.exists(companion.checkpoint())) {
        throw new IllegalArgumentException("no checkpoint at " + companion.checkpoint());
      }
    }
    options.check(seed);
    List<RunFolder> others = new ArrayList<>();
    try (RunFolder folder = RunFolder.create(output)) {
      console
          .print("Does %s know when it will be right, and does it use that? %d problems each of %s, seed %d.".formatted(
              checkpoint.toAbsolutePath().normalize().getFileName(), problems,
              sets.stream().map(ProblemSet::name).collect(Collectors.joining(",")), seed));
      StudyRun run = study(folder, checkpoint, true);
      for (Companion companion : companions) {
        RunFolder other = RunFolder.create(below(output, companion, companions));
        others.add(other);
        console.note("beside it: " + companion.checkpoint());
        study(other, companion.checkpoint(), companion.whole());
      }
      TransferResults transfer = new CompareStep(TransferSettings.DEFAULTS, seed).run(run,
          others.stream().map(this::run).toList(), true, console.progress());
      console.print("");
      TransferSummary.of(transfer).statements().forEach(statement -> console.print(statement.sentence()));
      Answers answers = AnswersStep.run(run, others);
      try (HookedModel model = modelOptions.open(checkpoint)) {
        ReportStep.run(run, model);
      }
      return answers;
    } finally {
      for (RunFolder other : others) {
        other.close();
      }
    }
  }

  private StudyRun run(RunFolder folder) {
    return new StudyRun(folder, Version.environment(modelOptions.threads()), console::note);
  }

  /// Folders are named as their checkpoints are; of two with one name the later is numbered.
  private static Path below(Path output, Companion companion, List<Companion> all) {
    String name = name(companion);
    long before = all.subList(0, all.indexOf(companion)).stream().filter(other -> name(other).equals(name)).count();
    return output.resolve(BELOW).resolve(before == 0 ? name : name + "-" + (before + 1));
  }

  private static String name(Companion companion) {
    return companion.checkpoint().toAbsolutePath().normalize().getFileName().toString();
  }

  private StudyRun study(RunFolder folder, Path checkpoint, boolean whole) throws IOException {
    StudyRun run = run(folder);
    try (HookedModel model = modelOptions.open(checkpoint)) {
      int batch = BatchSize.of(batchSize, model);
      new RolloutStep(sets, problems, samples, sampling, seed, batch).run(run, model, console.progress());
      run.remember(checkpoint);
      new CaptureStep(model.hookPoints(hooks), DType.F32).run(run, model, run.rollouts(), console.progress());
      ProbeStep probe = options.probe(seed);
      new ValueSummary(console).print(probe.run(run, console.progress()));
      if (whole) {
        new DopamineSummary(console)
            .print(
                options.dopamine().step(probe, seed, batch).run(run, model, run.graders(), console.progress()));
        new InterventionSummary(console).print(
            new AblationStep(options.ablation().settings(RunRankings.of(folder).dopamine() != null, seed), probe,
                run.sources()::find)
                .run(run, model, batch, console.progress()));
        new UsesSummary(console).print(new ConfidenceStep(probe, run.graders(), seed).run(run,
            ProbeStep.results(folder), console.progress()));
        new UsesSummary(console).print(options.search().step(probe, run.graders(), seed, batch).run(run, model,
            ProbeStep.results(folder), console.progress()));
      }
    }
    return run;
  }
}
