package org.striatum.studies;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.registration.PlanReport;
import org.striatum.studies.rollouts.RolloutResults.DatasetAccuracy;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.run.UnfinishedStudyException;
import org.striatum.studies.splits.SplitsResults;
import org.striatum.studies.splits.SplitsStep;

/// Answers every question from what the studies of a run have found, and for other checkpoints that were studied with it.
///
/// @param studies that are asked; the registry that holds this step fills them in
/// @param beside run folders of the other checkpoints; may be empty
public record AnswersStep(List<Study<?, ?>> studies, List<RunFolder> beside)
    implements
      Study<AnswersStep.Settings, AnswersStep.Answers> {
  /// The step as it is named in a run folder, without any study.
  public static final AnswersStep STUDY = new AnswersStep(List.of(), List.of());

  /// It has no settings.
  public record Settings() {}

  /// The results of the step.
  ///
  /// @param checkpoint of the run
  /// @param beside of the others
  /// @param plan that the run was registered with, and what deviates from it; null for a run without one
  public record Answers(StudyAnswers checkpoint, List<StudyAnswers> beside,
      @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) PlanReport plan) {
    public Answers {
      beside = List.copyOf(beside);
    }
  }

  public AnswersStep {
    studies = studies.stream().filter(study -> !(study instanceof AnswersStep)).toList();
    beside = List.copyOf(beside);
  }

  /// The same, asking other studies.
  AnswersStep asking(List<Study<?, ?>> asked) {
    return new AnswersStep(asked, beside);
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

  /// It sums up whatever is there.
  @Override
  public boolean isReplaceable() {
    return true;
  }

  @Override
  public boolean isInternal() {
    return true;
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
  }

  /// Everything else that the run has finished.
  @Override
  public List<Study<?, ?>> reads(StudyRun run, Settings settings) {
    return studies.stream().filter(run.folder()::has).toList();
  }

  @Override
  public Object inputs(StudyRun run, Settings settings) throws IOException {
    return others(run.folder());
  }

  @Override
  public Found<Answers> find(StudyRun run, Settings settings) throws IOException {
    return Found.only(now(run.folder()));
  }

  /// The answers from everything that the run holds now, whenever the step was last run.
  ///
  /// @throws UnfinishedStudyException if no checkpoint is known yet, so that no question is asked of it
  /// @throws BadDataException if a result was changed since it was written
  public Answers now(RunFolder run) throws IOException {
    return new Answers(of(run), others(run), PlanReport.of(run, studies).orElse(null));
  }

  /// The answers of one run as far as it has got.
  public StudyAnswers of(RunFolder run) throws IOException {
    return of(run, run);
  }

  /// @param compared the folder that holds the comparison of all checkpoints
  private StudyAnswers of(RunFolder run, RunFolder compared) throws IOException {
    if (studies.isEmpty()) { // every answer would be "not tested", without a word
      throw new IllegalStateException("answers come from the studies of a registry: take this step from there");
    }
    Manifest.Checkpoint checkpointed = run.manifest().inputs().checkpoint();
    if (checkpointed == null) {
      throw new UnfinishedStudyException(run.folder(), StudyRun.ROLLOUTS);
    }
    String checkpoint = checkpointed.name();
    Map<Question, List<Finding>> findings = new EnumMap<>(Question.class);
    for (Study<?, ?> study : studies) {
      add(findings, checkpoint, study.scope() == Scope.COMPARISON ? compared : run, study);
    }
    overSplits(run, findings);
    truncation(run, findings);
    return StudyAnswers.of(checkpoint, findings);
  }

  /// An answer that was asked on other splits too is the one that most of them give.
  private static void overSplits(RunFolder run, Map<Question, List<Finding>> findings) throws IOException {
    SplitsResults splits = run.find(SplitsStep.STUDY).orElse(null);
    if (splits != null) {
      findings.forEach((question, found) -> found.replaceAll(finding -> splits.decided(question, finding)));
    }
  }

  /// Truncation is a nuisance as length is: what was cut off is said beside every answer that stands on those rewards.
  private static void truncation(RunFolder run, Map<Question, List<Finding>> findings) throws IOException {
    SortedMap<String, String> remarks = new TreeMap<>();
    run.find(RolloutStep.STUDY).ifPresent(rollouts -> rollouts.datasets()
        .forEach(one -> one.truncation().ifPresent(remark -> remarks.put(one.dataset(), remark))));
    if (!remarks.isEmpty()) {
      List<String> datasets = run.results(RolloutStep.STUDY).datasets().stream().map(DatasetAccuracy::dataset).toList();
      findings.forEach((question, found) -> {
        if (question.standsOnRollouts()) {
          found.replaceAll(finding -> remarked(finding, datasets, remarks));
        }
      });
    }
  }

  /// A finding of one data set has its remark, one of several has all.
  private static Finding remarked(Finding finding, List<String> datasets, SortedMap<String, String> remarks) {
    Optional<String> own = datasets.stream()
        .filter(dataset -> finding.of().equals(dataset) || finding.of().startsWith(dataset + ", "))
        .max(Comparator.comparingInt(String::length));
    String remark = own.isPresent() ? remarks.get(own.get()) : String.join("; ", remarks.values());
    return remark == null ? finding : finding.remarked(remark);
  }

  private static <R extends Record> void add(Map<Question, List<Finding>> findings, String checkpoint, RunFolder run,
      Study<?, R> study) throws IOException {
    for (R results : run.all(study).values()) {
      study.answers(checkpoint, results)
          .forEach((question, found) -> findings.computeIfAbsent(question, _ -> new ArrayList<>()).addAll(found));
    }
  }

  /// The answers for other checkpoints. Without their folders, the answers that the run has kept.
  private List<StudyAnswers> others(RunFolder folder) throws IOException {
    if (beside.isEmpty()) {
      return folder.find(this).map(Answers::beside).orElse(List.of());
    }
    List<StudyAnswers> others = new ArrayList<>();
    for (RunFolder other : beside) {
      others.add(of(other, folder));
    }
    return others;
  }
}
