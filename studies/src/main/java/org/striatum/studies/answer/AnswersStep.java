package org.striatum.studies.answer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;

/// Answers every question from the results of a run, and of other checkpoints that were studied with it.
///
/// @param beside run folders of the other checkpoints; may be empty
public record AnswersStep(List<RunFolder> beside) implements Study<AnswersStep.Settings, AnswersStep.Answers> {
  /// A run without other checkpoints.
  public static final AnswersStep STUDY = new AnswersStep(List.of());

  /// It has no settings.
  public record Settings() {}

  /// The results of the step.
  ///
  /// @param checkpoint of the run
  /// @param beside of the others
  public record Answers(StudyAnswers checkpoint, List<StudyAnswers> beside) {
    public Answers {
      beside = List.copyOf(beside);
    }
  }

  public AnswersStep {
    beside = List.copyOf(beside);
  }

  @Override
  public StudyDescription<Settings, Answers> about() {
    return StudyDescription.of("answers", "Answer every question from the results of a run.", new Settings(),
        Answers.class);
  }

  @Override
  public Scope scope() {
    return Scope.COMPARISON;
  }

  /// Everything else that the run has finished.
  @Override
  public List<Study<?, ?>> reads(StudyRun run, Settings settings) {
    return StudyResults.STUDIES.stream().filter(run.folder()::has).toList();
  }

  @Override
  public Object inputs(StudyRun run, Settings settings) throws IOException {
    return others(run.folder());
  }

  @Override
  public Found<Answers> find(StudyRun run, Settings settings) throws IOException {
    return Found.only(new Answers(StudyAnswers.of(name(run.folder()), StudyResults.of(run.folder())),
        others(run.folder())));
  }

  /// The answers for other checkpoints; the comparison is in the run's own folder. Without their folders, the answers that
  /// the run has kept.
  private List<StudyAnswers> others(RunFolder folder) throws IOException {
    if (beside.isEmpty()) {
      return folder.find(this).map(Answers::beside).orElse(List.of());
    }
    TransferResults transfer = folder.find(CompareStep.STUDY).orElse(null);
    List<StudyAnswers> others = new ArrayList<>();
    for (RunFolder other : beside) {
      others.add(StudyAnswers.of(name(other), StudyResults.of(other).with(transfer)));
    }
    return others;
  }

  private static String name(RunFolder folder) {
    return folder.manifest().inputs().checkpoint().name();
  }
}
