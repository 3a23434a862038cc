package org.striatum.studies;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.AnswersStep.Answers;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.RunModel;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.Study.Scope;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.shares.OwnShare;
import org.striatum.studies.shares.Workplace;
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
    /// A study begins.
    ///
    /// @param number from 1, over all checkpoints
    /// @param of how many there are
    default void begins(Study<?, ?> study, int number, int of) {}

    /// A study is finished, now or before.
    ///
    /// @param file of its results
    void found(Study<?, ?> study, Record results, Path file);

    /// The run holds nothing for a study.
    default void leftOut(Study<?, ?> study, String why) {}

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
      Count count = new Count(steps(run, companions));
      studies(run, checkpoint, true, count);
      model.release(); // others need the memory
      for (Companion companion : companions) {
        watcher.companion(companion.checkpoint());
        RunFolder other = RunFolder.create(below(output, companion, companions));
        others.add(other);
        try (RunModel opened = runs.model(companion.checkpoint())) {
          studies(runs.run(other, opened), companion.checkpoint(), companion.full(), count);
        }
      }
      return compared(run, others, count);
    } finally {
      for (RunFolder other : others) {
        other.close();
      }
    }
  }

  /// Computes a share of one study's work for the process that runs this whole study. Writes into the share's folder alone.
  ///
  /// @throws UsageException if the share is of a run that is not part of this study
  public void compute(ModelSource checkpoint, Path output, List<Companion> companions, OwnShare share)
      throws IOException {
    Path run = share.run();
    if (run.equals(output.toAbsolutePath().normalize())) {
      List<RunFolder> others = new ArrayList<>();
      for (Companion companion : companions) {
        Path other = below(output, companion, companions);
        if (RunFolder.isRun(other)) { // later ones are not begun
          others.add(RunFolder.read(other));
        }
      }
      compute(checkpoint, run, true, comparing(others).of(Scope.COMPARISON), share);
      return;
    }
    for (Companion companion : companions) {
      if (run.equals(below(output, companion, companions).toAbsolutePath().normalize())) {
        compute(companion.checkpoint(), run, companion.full(), List.of(), share);
        return;
      }
    }
    throw new UsageException(run + " is not a run of this study");
  }

  /// @param last studies behind those of one checkpoint
  private void compute(ModelSource checkpoint, Path output, boolean full, List<Study<?, ?>> last, OwnShare share)
      throws IOException {
    try (RunFolder folder = RunFolder.read(output); RunModel model = runs.model(checkpoint)) {
      StudyRun run = runs.run(folder, model).with(Workplace.of(share));
      List<Study<?, ?>> studies = new ArrayList<>(ofOne(run, full));
      studies.addAll(last);
      for (Study<?, ?> study : studies) {
        if (!share.isComputed()) {
          compute(run, study);
        }
      }
    }
    if (!share.isComputed()) {
      throw new UsageException("this study has no step " + share.step());
    }
  }

  private <S extends Record> void compute(StudyRun run, Study<S, ?> study) throws IOException {
    S settings = plan.settings(study);
    if (nothing(run, study, settings).isEmpty()) {
      run.run(study, plan.instance(study), settings);
    }
  }

  /// Counts studies.
  private static final class Count {
    private final int of;
    private int begun;

    Count(int of) {
      this.of = of;
    }
  }

  private int steps(StudyRun run, List<Companion> companions) {
    return ofOne(run, true).size() + companions.stream().mapToInt(one -> ofOne(run, one.full()).size()).sum()
        + comparing(List.of()).of(Scope.COMPARISON).size();
  }

  /// The studies of a checkpoint, in order; before each those that it reads and that are no part of a study by themselves.
  private Set<Study<?, ?>> ofOne(StudyRun run, boolean full) {
    Set<Study<?, ?>> all = new LinkedHashSet<>();
    for (Study<?, ?> study : full ? whole() : registry.of(Scope.EVERY_CHECKPOINT)) {
      all.addAll(onlyForIt(run, study));
      all.add(study);
    }
    return all;
  }

  private <S extends Record> List<Study<?, ?>> onlyForIt(StudyRun run, Study<S, ?> study) {
    return study.reads(run, plan.settings(study)).stream()
        .filter(read -> read.scope() == Scope.ON_REQUEST && !read.isInternal()).toList();
  }

  /// What a full study runs: its own studies and those that were asked for, in the registry's order.
  private List<Study<?, ?>> whole() {
    List<Study<?, ?>> own = registry.of(Scope.EVERY_CHECKPOINT, Scope.FULL_STUDY);
    return registry.studies().stream()
        .filter(study -> own.contains(study) || plan.requested().contains(study.name())).toList();
  }

  private void studies(StudyRun run, ModelSource checkpoint, boolean full, Count count) throws IOException {
    for (Study<?, ?> study : ofOne(run, full)) {
      found(run, study, count);
      if (study.name().equals(StudyRun.ROLLOUTS)) { // not before: they settle whose run this is
        run.remember(checkpoint);
        Prospect.of(run.rollouts(), plan).forEach(prospect -> prospect.words().ifPresent(run.note()));
      }
    }
  }

  private StudyRegistry comparing(List<RunFolder> others) {
    return registry.with(new CompareStep(others, true)).with(new AnswersStep(List.of(), others));
  }

  private Answers compared(StudyRun run, List<RunFolder> others, Count count) throws IOException {
    for (Study<?, ?> study : comparing(others).of(Scope.COMPARISON)) {
      found(run, study, count);
    }
    return run.folder().results(AnswersStep.STUDY);
  }

  private static <S extends Record> Optional<String> nothing(StudyRun run, Study<S, ?> study, S settings)
      throws IOException {
    Optional<String> lacking = run.lacking(study, settings);
    return lacking.isPresent() ? lacking : study.nothingToStudy(run, settings);
  }

  /// A study for which the run holds nothing is left out, and said: others may still have an answer.
  private <S extends Record, R extends Record> void found(StudyRun run, Study<S, R> study, Count count)
      throws IOException {
    watcher.begins(study, ++count.begun, count.of);
    Optional<String> nothing = nothing(run, study, plan.settings(study));
    if (nothing.isPresent()) {
      watcher.leftOut(study, nothing.get());
      return;
    }
    String instance = plan.instance(study);
    R results = run.run(study, instance, plan.settings(study));
    watcher.found(study, results, run.folder().resultsFile(RunFolder.step(study, instance)));
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
