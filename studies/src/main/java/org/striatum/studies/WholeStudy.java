package org.striatum.studies;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.Study.Scope;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;

/// Every study of a registry on one checkpoint, then the requested studies on others, each in its own run folder below the
/// first; transfer between them; the answer to every question; the report.
///
/// @param registry of studies; those that need problem sets have them
/// @param plan settings of each
/// @param runs creates the runs that studies write to
/// @param watcher receives the results of each study
public record WholeStudy(StudyRegistry registry, StudyPlan plan, Runs runs, Watcher watcher) {
  private static final String BELOW = "with";

  /// Another checkpoint that is studied with the first.
  ///
  /// @param full whether it gets the full study; otherwise it is only probed, to test transfer to it
  public record Companion(ModelSource checkpoint, boolean full) {}

  /// Creates runs.
  public interface Runs {
    /// The model of a checkpoint, opened when it is needed.
    RunModel model(ModelSource checkpoint) throws IOException;

    /// A run over an open folder.
    StudyRun run(RunFolder folder, RunModel model);
  }

  /// Receives events of a full study while it runs.
  public interface Watcher {
    /// A study is finished, now or before.
    void found(Study<?, ?> study, Record results);

    /// The study of a companion begins.
    void companion(ModelSource checkpoint);
  }

  /// Runs everything that is not finished.
  ///
  /// @param output the run folder
  /// @return every question, answered
  public Answers run(ModelSource checkpoint, Path output, List<Companion> companions) throws IOException {
    for (Companion companion : companions) { // refused before hours of work, not after
      if (!Files.exists(companion.checkpoint().base())) {
        throw new UsageException("no checkpoint at " + companion.checkpoint());
      }
    }
    List<RunFolder> others = new ArrayList<>();
    try (RunFolder folder = RunFolder.create(output); RunModel model = runs.model(checkpoint)) {
      StudyRun run = runs.run(folder, model);
      studies(run, checkpoint, true);
      model.release(); // others need the memory
      for (Companion companion : companions) {
        watcher.companion(companion.checkpoint());
        RunFolder other = RunFolder.create(below(output, companion, companions));
        others.add(other);
        try (RunModel opened = runs.model(companion.checkpoint())) {
          studies(runs.run(other, opened), companion.checkpoint(), companion.full());
        }
      }
      return compared(run, others);
    } finally {
      for (RunFolder other : others) {
        other.close();
      }
    }
  }

  private void studies(StudyRun run, ModelSource checkpoint, boolean full) throws IOException {
    for (Study<?, ?> study : full ? whole() : registry.of(Scope.EVERY_CHECKPOINT)) {
      foundWithItsOwn(run, study);
      if (study.name().equals(StudyRun.ROLLOUTS)) { // not before: they settle whose run this is
        run.remember(checkpoint);
      }
    }
  }

  /// What a full study runs: its own studies and those that were asked for, in the registry's order.
  private List<Study<?, ?>> whole() {
    List<Study<?, ?>> own = registry.of(Scope.EVERY_CHECKPOINT, Scope.FULL_STUDY);
    return registry.studies().stream()
        .filter(study -> own.contains(study) || plan.requested().contains(study.name())).toList();
  }

  /// A study, and before it those that it reads and that are no part of a full study by themselves.
  private <S extends Record> void foundWithItsOwn(StudyRun run, Study<S, ?> study) throws IOException {
    for (Study<?, ?> read : study.reads(run, plan.settings(study))) {
      if (read.scope() == Scope.ON_REQUEST && !read.isInternal()) {
        found(run, read);
      }
    }
    found(run, study);
  }

  private Answers compared(StudyRun run, List<RunFolder> others) throws IOException {
    StudyRegistry comparing = registry.with(new CompareStep(others, true)).with(new AnswersStep(List.of(), others));
    for (Study<?, ?> study : comparing.of(Scope.COMPARISON)) {
      found(run, study);
    }
    return run.folder().results(AnswersStep.STUDY);
  }

  /// A study for which the run holds nothing is left out, and said: others may still have an answer.
  private <S extends Record, R extends Record> void found(StudyRun run, Study<S, R> study) throws IOException {
    Optional<String> nothing = study.nothingToStudy(run, plan.settings(study));
    if (nothing.isPresent()) {
      run.note().accept("%s is left out: %s".formatted(study.name(), nothing.get()));
      return;
    }
    watcher.found(study, run.run(study, plan.instance(study), plan.settings(study)));
  }

  /// Folders have the names of their checkpoints; of two with the same name the later one is numbered.
  private static Path below(Path output, Companion companion, List<Companion> all) {
    Function<Companion, String> name = one -> one.checkpoint().name();
    long before = all.subList(0, all.indexOf(companion)).stream()
        .filter(other -> name.apply(other).equals(name.apply(companion))).count();
    return output.resolve(BELOW)
        .resolve(before == 0 ? name.apply(companion) : name.apply(companion) + "-" + (before + 1));
  }
}
