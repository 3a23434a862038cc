package org.striatum.studies.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RecordDifference;
import org.striatum.studies.run.RewardGraders;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyRun;

/// Computes the figures of a run again, from the files in its folder: rewards from completions, and the results of every
/// study that needs no model. Studies that need one are named and not recomputed.
///
/// @param run only read
/// @param studies that are known
public record Recomputation(StudyRun run, List<Study<?, ?>> studies) {
  public Recomputation {
    studies = List.copyOf(studies);
  }

  /// The result for a file's figures.
  public enum Outcome implements Printed {
    SAME, DIFFERENT, LEFT;

    @Override
    public String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// One file.
  ///
  /// @param detail what was recomputed, or the first figure that differs
  public record Figures(String file, Outcome outcome, String detail) {
    /// Compares a file with what it should contain.
    ///
    /// @param name as it is shown
    /// @param result the record that was computed again
    public static Figures of(String name, Path file, FileFormat format, Object result) throws IOException {
      return RecordDifference.first(Files.readAllBytes(file), RecordJson.versioned(format, result), file.toString())
          .map(found -> new Figures(name, Outcome.DIFFERENT, "%s is %s, computed again %s".formatted(found.place(),
              found.there(), found.here())))
          .orElseGet(() -> new Figures(name, Outcome.SAME, "computed again, the same"));
    }
  }

  /// Every file whose figures can be checked.
  public List<Figures> all() throws IOException {
    List<Figures> all = new ArrayList<>();
    if (run.hasRollouts()) {
      all.add(rewards());
    }
    for (Manifest.Step step : run.folder().manifest().steps()) {
      Optional<Study<?, ?>> study = studies.stream()
          .filter(one -> run.folder().finished(one).contains(step.name())).findFirst();
      if (study.isPresent() && study.get().isVerifiable()) {
        all.add(found(study.get(), step));
      } else if (!step.name().equals(StudyRun.ROLLOUTS)) {
        step.outputs().keySet().stream().filter(file -> !file.endsWith(RunFolder.SETTINGS))
            .forEach(
                file -> all.add(new Figures(file, Outcome.LEFT, "not recomputed: " + reason(study))));
      }
    }
    return all;
  }

  private static String reason(Optional<Study<?, ?>> study) {
    return study.map(known -> known.needsModel()
        ? "'" + known.name() + "' runs the model"
        : "only '" + known.name() + "' itself can make it again").orElse("made by a study that is not known here");
  }

  /// The results of a study, found again with the settings that the run keeps.
  private <S extends Record, R extends Record> Figures found(Study<S, R> study, Manifest.Step step)
      throws IOException {
    String instance = RunFolder.instance(step.name());
    Path file = run.folder().resultsFile(step.name());
    String name = run.folder().folder().relativize(file).toString();
    if (!Files.isRegularFile(file)) {
      return new Figures(name, Outcome.DIFFERENT, "is missing");
    }
    S settings = run.folder().settings(study, instance);
    StepKey now = run.key(study, settings);
    if (!now.sha256().equals(step.key())) {
      List<String> later = now.after().stream().filter(other -> !step.after().contains(other)).toList();
      return new Figures(name, Outcome.LEFT, later.isEmpty()
          ? "not recomputed: its inputs are not in the run folder"
          : "out of date: made before " + String.join(", ", later));
    }
    return Figures.of(name, file, study.format(), study.find(run, settings).results());
  }

  private Figures rewards() throws IOException {
    List<Rollout> rollouts = run.rollouts();
    Function<String, Optional<Grader>> graders = run.knownGraders();
    int graded = 0;
    int line = 0;
    List<String> stale = RewardGraders.stale(run.folder());
    String versions = stale.isEmpty() ? "" : " (" + String.join("; ", stale) + ")";
    for (Rollout rollout : rollouts) {
      line++;
      Optional<Grader> grader = graders.apply(rollout.problem().dataset());
      if (grader.isEmpty()) {
        continue;
      }
      graded++;
      double reward = grader.get().grade(rollout.problem(), rollout.completion(), !rollout.finished()).reward();
      if (reward != rollout.reward()) {
        return new Figures("rollouts.jsonl", Outcome.DIFFERENT,
            "line %d has reward %s, graded again %s%s".formatted(line, rollout.reward(), reward, versions));
      }
    }
    return graded == 0
        ? new Figures("rollouts.jsonl", Outcome.LEFT, "not recomputed: imported with scores of its own")
        : new Figures("rollouts.jsonl", Outcome.SAME, "%d of %d completions graded again, the same rewards%s"
            .formatted(graded, rollouts.size(), versions));
  }
}
