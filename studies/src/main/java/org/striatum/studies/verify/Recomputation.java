package org.striatum.studies.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.striatum.datasets.ProblemSources;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;
import org.striatum.probe.transfer.TransferSettings;
import org.striatum.studies.answer.AnswersStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RecordDifference;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.value.ProbeStep;

/// Computes the figures of a run again, from what lies in its folder: rewards from completions, probes from hidden states,
/// dopamine neurons from continuations, answers from results. What takes the model is named and left.
///
/// @param run only read
public record Recomputation(StudyRun run) {
  private static final Set<String> COMPUTED = Set.of(RolloutStep.NAME, ProbeStep.NAME, DopamineStep.NAME,
      ConfidenceStep.NAME, CompareStep.NAME, AnswersStep.NAME);

  /// What came of a file's figures.
  public enum Verdict {
    SAME, DIFFERENT, LEFT
  }

  /// One file.
  ///
  /// @param detail what was done, or the first figure that differs
  public record Figures(String file, Verdict verdict, String detail) {
    /// A file beside what it should hold.
    ///
    /// @param name as it is shown
    /// @param result the record that was computed again
    public static Figures of(String name, Path file, Object result) throws IOException {
      return RecordDifference.first(Files.readAllBytes(file), result, file.toString())
          .map(found -> new Figures(name, Verdict.DIFFERENT, "%s is %s, computed again %s".formatted(found.place(),
              found.there(), found.here())))
          .orElseGet(() -> new Figures(name, Verdict.SAME, "computed again, the same"));
    }
  }

  @FunctionalInterface
  private interface Computation {
    Object result() throws IOException;
  }

  /// Every file whose figures can be told.
  public List<Figures> all(Progress progress) throws IOException {
    List<Figures> all = new ArrayList<>();
    if (run.hasRollouts()) {
      all.add(rewards());
    }
    if (ProbeStep.isFinishedIn(run.folder())) {
      ProbeStep probe = ProbeStep.finishedIn(run.folder());
      all.add(figures(ProbeStep.NAME, probe.key(run), () -> probe.study(run, progress)));
      if (isFinished(DopamineStep.NAME)) {
        all.add(dopamine(probe, progress));
      }
      if (isFinished(ConfidenceStep.NAME)) {
        ConfidenceStep step = new ConfidenceStep(probe, run.graders(), probe.seed());
        all.add(figures(ConfidenceStep.NAME, step.key(run),
            () -> step.study(run, ProbeStep.results(run.folder()), progress)));
      }
      if (isFinished(CompareStep.NAME)) {
        CompareStep step = new CompareStep(TransferSettings.DEFAULTS, probe.seed());
        all.add(figures(CompareStep.NAME, step.key(run, List.of()),
            () -> step.study(run, List.of(), progress)));
      }
    }
    if (isFinished(AnswersStep.NAME)) {
      var beside = AnswersStep.beside(run.folder());
      all.add(figures(AnswersStep.NAME, AnswersStep.key(run, beside), () -> AnswersStep.answers(run, beside)));
    }
    run.folder().manifest().steps().stream().filter(step -> !COMPUTED.contains(step.name()))
        .flatMap(step -> step.outputs().keySet().stream())
        .forEach(file -> all.add(new Figures(file, Verdict.LEFT, "only the command that made it can make it again")));
    return all;
  }

  private boolean isFinished(String step) {
    return run.folder().manifest().step(step).isPresent();
  }

  private Figures dopamine(ProbeStep probe, Progress progress) throws IOException {
    Optional<DopamineStep.Settings> settings = DopamineStep.settingsIn(run.folder());
    return settings.isEmpty()
        ? new Figures(file(DopamineStep.NAME), Verdict.LEFT, "an earlier version kept no settings of it")
        : figures(DopamineStep.NAME, settings.get().key(run),
            () -> DopamineStep.study(run, settings.get(), probe, progress));
  }

  /// A step's results, if the step was done with these settings.
  private Figures figures(String step, StepKey key, Computation computation) throws IOException {
    Manifest.Step finished = run.folder().manifest().step(step).orElseThrow();
    Path file = run.folder().results(step);
    if (!Files.isRegularFile(file)) {
      return new Figures(file(step), Verdict.DIFFERENT, "is missing");
    }
    if (!key.sha256().equals(finished.key())) {
      return new Figures(file(step), Verdict.LEFT, "made with settings that the run does not keep");
    }
    return Figures.of(file(step), file, computation.result());
  }

  private static String file(String step) {
    return "results/" + step + ".json";
  }

  private Figures rewards() throws IOException {
    List<Rollout> rollouts = run.rollouts();
    ProblemSources sources = run.sources();
    int graded = 0;
    int line = 0;
    for (Rollout rollout : rollouts) {
      line++;
      Optional<Grader> grader = sources.find(rollout.problem().dataset());
      if (grader.isEmpty()) {
        continue;
      }
      graded++;
      double reward = grader.get().reward(rollout.problem(), rollout.completion());
      if (reward != rollout.reward()) {
        return new Figures("rollouts.jsonl", Verdict.DIFFERENT,
            "line %d has reward %s, graded again %s".formatted(line, rollout.reward(), reward));
      }
    }
    return graded == 0
        ? new Figures("rollouts.jsonl", Verdict.LEFT, "graded elsewhere")
        : new Figures("rollouts.jsonl", Verdict.SAME, "%d of %d completions graded again, the same rewards".formatted(
            graded, rollouts.size()));
  }
}
