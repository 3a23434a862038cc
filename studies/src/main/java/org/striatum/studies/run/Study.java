package org.striatum.studies.run;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.store.StoredPosition;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;

/// One question that is put to a run: what it is called, what it can be told, which studies it reads, and how its results are
/// found. A study is a value without state; a registry lists all of them, and everything that goes through studies (commands,
/// a whole study, verification, answers, reports, the results database) goes through that list.
///
/// A finished study is `results/NAME.json` and, beside it, `results/NAME.settings.json` with everything it was told. One that
/// can be run several times in a run has a folder of its own: `results/NAME/INSTANCE.json`.
///
/// @param <S> its settings, a record that JSON holds whole
/// @param <R> its results, likewise
public interface Study<S extends Record, R extends Record> {
  /// When a study is part of a whole study of one checkpoint and its companions.
  enum Scope {
    /// Of every checkpoint, companions that are only probed included.
    EVERY_CHECKPOINT,
    /// Of every checkpoint that gets the full study.
    FULL_STUDY,
    /// Once, at the end, over all checkpoints.
    COMPARISON,
    /// Of none: it is run when it is asked for by name.
    ON_REQUEST
  }

  /// Where results are known by their type; anywhere else they are shown value by value.
  enum Presentation {
    /// Nowhere.
    VALUE_BY_VALUE,
    /// In reports. In the results database they are rows of its table of figures.
    SECTION,
    /// In reports, and as tables of the results database.
    SECTION_AND_TABLES;

    public boolean hasSection() {
      return this != VALUE_BY_VALUE;
    }

    public boolean hasTables() {
      return this == SECTION_AND_TABLES;
    }
  }

  /// Its name, settings and results.
  StudyDescription<S, R> about();

  /// The command, the step in the manifest and the files in `results`.
  default String name() {
    return about().name();
  }

  /// The version of its results' format; see [FileFormat].
  default int version() {
    return 1;
  }

  /// When it runs in a whole study.
  default Scope scope() {
    return Scope.ON_REQUEST;
  }

  /// Which of several runs of this study in one run folder the settings mean; empty for a study that runs once.
  default String instance(S settings) {
    return "";
  }

  /// Whether a run can hold several of this study, each under a name.
  default boolean hasInstances() {
    return false;
  }

  /// Whether nothing is lost when a finished one is made again: what took long stays in the run folder, or it takes a moment.
  default boolean isReplaceable() {
    return false;
  }

  /// The type of one instance's results.
  default Class<? extends R> results(String instance) {
    return about().results();
  }

  /// Whether it runs the model.
  default boolean needsModel() {
    return false;
  }

  /// Whether `verify` finds its results again: by default where it needs no model.
  default boolean isVerifiable() {
    return !needsModel();
  }

  /// The studies whose outputs it reads. A change in any of them makes it unfinished.
  List<Study<?, ?>> reads(StudyRun run, S settings);

  /// The positions of rollouts whose hidden states it cannot do without: a run that stores fewer holds nothing for it to study.
  default List<StoredPosition> positions(S settings) {
    return List.of();
  }

  /// Runs what has to be finished first and is told by these settings as well.
  default void prepare(StudyRun run, S settings) throws IOException {}

  /// Why a run whose studies before this one are finished holds nothing for it to study; empty if it does. [#prepare] refuses
  /// then, and a full study goes on without it.
  default Optional<String> nothingToStudy(StudyRun run, S settings) throws IOException {
    return Optional.empty();
  }

  /// Whether it has no command of its own: other studies or a scan run it.
  default boolean isInternal() {
    return false;
  }

  /// Where its results are known by their type.
  default Presentation presentation() {
    return Presentation.VALUE_BY_VALUE;
  }

  /// What its results say about the questions of a full study, case by case.
  ///
  /// @param checkpoint whose answers are asked for; results of a comparison are about several
  default Map<Question, List<Finding>> answers(String checkpoint, R results) {
    return Map.of();
  }

  /// Everything that decides the results beside settings and what it reads, such as checksums of files: a record, list or map
  /// that JSON holds.
  default Object inputs(StudyRun run, S settings) throws IOException {
    return List.of();
  }

  /// What is stored as its settings: the settings, with what they do not hold where there is more to tell.
  default Record told(S settings) throws IOException {
    return settings;
  }

  /// Finds the results. A study that needs no model only reads here: what it leaves beside its results it leaves by
  /// [Found#files].
  Found<R> find(StudyRun run, S settings) throws IOException;

  /// The format of its results.
  default FileFormat format() {
    return new FileFormat(name() + " results", version());
  }

  /// The format of its settings.
  default FileFormat settingsFormat() {
    return new FileFormat(name() + " settings", version());
  }
}
