package org.striatum.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.cli.console.Console;
import org.striatum.cli.console.Counted;
import org.striatum.cli.console.StepProgress;
import org.striatum.cli.engine.Engine;
import org.striatum.cli.option.ModelOptions;
import org.striatum.cli.summary.StudyCost;
import org.striatum.cli.summary.StudySummaries;
import org.striatum.cli.summary.TimeAhead;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.reports.run.ReportStep;
import org.striatum.studies.StudyPlan;
import org.striatum.studies.StudyRegistry;
import org.striatum.studies.WholeStudy;
import org.striatum.studies.WholeStudy.Companion;
import org.striatum.studies.AnswersStep;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.answer.StudyConclusion;
import org.striatum.studies.capture.CaptureSettings;
import org.striatum.studies.capture.CaptureStep;
import org.striatum.studies.planning.StudyTime;
import org.striatum.studies.capture.CaptureStep.Stored;
import org.striatum.studies.rollouts.RolloutSettings;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.Version;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.ShareEngine;
import org.striatum.studies.shares.Workplace;

/// Runs a full study.
///
/// @param results prints the results of each study as they are found; one that is silent prints none
/// @param steps shows how far it has come
/// @param ahead the time that is left
/// @param workplace where the work is done
/// @param leftOut takes the names of studies that are left out, each with the reason
record StudyRunner(Console results, StepProgress steps, TimeAhead ahead, StudyRegistry registry,
    ModelOptions modelOptions, String batchSize, Workplace workplace, Map<String, String> leftOut)
    implements
      WholeStudy.Runs,
      WholeStudy.Watcher {
  /// Runs everything that is not finished, and writes the report.
  ///
  /// @param asked the problems
  /// @param output the run folder
  /// @return every question, answered
  Answers run(ModelSource checkpoint, Path output, RolloutStep asked, StudyPlan plan, List<Companion> companions)
      throws IOException {
    StudyCost cost = StudyCost.of(plan, asked.sets());
    try (RunFolder folder = RunFolder.create(output)) { // refused, if it is, before anything is said
      Engine.endAllLeft(output, steps::note);
      lines(cost, folder, checkpoint, asked, plan).forEach(steps::note);
    }
    if (!companions.isEmpty()) {
      steps.note("at most all of that again for " + Counted.of(companions.size(), "other checkpoint"));
    }
    results.say(StudyConclusion.question(checkpoint.name()) + " " + asked(asked, plan));
    Answers answers = new WholeStudy(registry.with(asked), plan, this, this).run(checkpoint, output,
        companions);
    try (RunFolder folder = RunFolder.open(output); RunModel model = model(checkpoint)) {
      new ReportStep(registry).write(run(folder, model));
    }
    return answers;
  }

  /// Computes a share of the study's work for the process that runs it.
  void compute(ModelSource checkpoint, Path output, RolloutStep asked, StudyPlan plan, List<Companion> companions,
      OwnShare share) throws IOException {
    new WholeStudy(registry.with(asked), plan, this, this).compute(checkpoint, output, companions, share);
  }

  /// What the study takes, if no hidden states are stored yet also of the disk, and how long what is not finished will take.
  private List<String> lines(StudyCost cost, RunFolder folder, ModelSource checkpoint, RolloutStep asked,
      StudyPlan plan) throws IOException {
    if (folder.has(AnswersStep.STUDY)) {
      return cost.lines();
    }
    try (RunModel model = model(checkpoint)) {
      CaptureSettings captured = plan.settings(CaptureStep.STUDY);
      Stored stored = CaptureStep.stored(model.open(), captured,
          asked.longest(model.open(), plan.settings(RolloutStep.STUDY), captured.at()));
      List<String> lines = new ArrayList<>(folder.has(CaptureStep.STUDY) ? cost.lines() : cost.lines(stored));
      lines.add(ahead.expect(cost.time(model.open(), asked, stored).without(finished(folder)),
          workplace.engine().map(ShareEngine::shares).orElse(1)));
      return lines;
    }
  }

  /// How long the study takes here and now, whatever is finished of it.
  StudyTime time(ModelSource checkpoint, RolloutStep asked, StudyPlan plan) throws IOException {
    try (RunModel model = model(checkpoint)) {
      return StudyCost.of(plan, asked.sets()).time(model.open(), asked,
          CaptureStep.stored(model.open(), plan.settings(CaptureStep.STUDY), 0));
    }
  }

  private static Set<String> finished(RunFolder folder) throws IOException {
    return folder.manifest().steps().stream().map(step -> step.name().split("/", 2)[0]).collect(Collectors.toSet());
  }

  /// What is asked: `1500 problems each of mul,add, seed 1.`, and where sets differ: `problems: 60 of mine, 400 of add, seed 1.`
  static String asked(RolloutStep asked, StudyPlan plan) {
    SequencedMap<String, Integer> drawn = drawn(asked, plan);
    int first = drawn.firstEntry().getValue();
    String sets = drawn.values().stream().allMatch(count -> count == first)
        ? "%d problems each of %s".formatted(first, String.join(",", drawn.keySet()))
        : drawn.entrySet().stream().map(one -> one.getValue() + " of " + one.getKey())
            .collect(Collectors.joining(", ", "problems: ", ""));
    return "%s, seed %d.".formatted(sets, plan.settings(RolloutStep.STUDY).seed());
  }

  /// Set → how many problems it gives: a file may have fewer than are asked for.
  static SequencedMap<String, Integer> drawn(RolloutStep asked, StudyPlan plan) {
    RolloutSettings rollouts = plan.settings(RolloutStep.STUDY);
    SequencedMap<String, Integer> drawn = new LinkedHashMap<>();
    asked.sets().forEach(set -> drawn.put(set.name(), set.draw(rollouts.problems(), rollouts.seed()).size()));
    return drawn;
  }

  @Override
  public RunModel model(ModelSource checkpoint) throws IOException {
    return modelOptions.of(checkpoint, batchSize);
  }

  @Override
  public StudyRun run(RunFolder folder, RunModel model) {
    return new StudyRun(folder, Version.environment(model.threads()), model, steps::note, steps).with(workplace);
  }

  @Override
  public void begins(Study<?, ?> study, int number, int of) {
    steps.begin(number, of, study.name());
    ahead.begin();
  }

  @Override
  public void found(Study<?, ?> study, Record found, Path file) {
    steps.end(file + ahead.end(study.name()));
    new StudySummaries(results).print(found);
  }

  @Override
  public void leftOut(Study<?, ?> study, String why) {
    leftOut.putIfAbsent(study.name(), why); // of the first checkpoint, which comes before the others
    steps.end(study.name() + " is left out: " + why + ahead.end(study.name()));
  }

  @Override
  public void companion(ModelSource checkpoint) {
    steps.note("also: " + checkpoint);
  }
}
