package org.striatum.studies.answer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.uses.ConfidenceResults;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.RunFolder;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;
import org.striatum.studies.transfer.CompareStep;
import org.striatum.studies.uses.ConfidenceStep;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// Answers every question from the results of a run, and of others studied beside it: `results/answers.json`.
public final class AnswersStep {
  public static final String NAME = "answers";

  private AnswersStep() {}

  /// What the step wrote.
  ///
  /// @param checkpoint of the run
  /// @param beside of the others
  public record Answers(StudyAnswers checkpoint, List<StudyAnswers> beside) {
    public Answers {
      beside = List.copyOf(beside);
    }
  }

  /// Runs the step unless it is finished.
  ///
  /// @param beside run folders of other checkpoints; may be empty
  public static Answers run(StudyRun run, List<RunFolder> beside) throws IOException {
    List<StudyAnswers> others = new ArrayList<>();
    TransferResults transfer = results(run.folder(), CompareStep.NAME, TransferResults.class);
    for (RunFolder other : beside) {
      others.add(StudyAnswers.of(name(other), results(other).with(transfer))); // compared in this run's folder
    }
    var results = run.folder().results(NAME);
    run.step(NAME, key(run, others), List.of(results), () -> RecordJson.write(results, answers(run, others)));
    return RecordJson.read(results, Answers.class);
  }

  public static StepKey key(StudyRun run, List<StudyAnswers> others) {
    return run.key(others, run.folder().manifest().steps().stream().map(Manifest.Step::name)
        .filter(name -> !name.equals(NAME)).toArray(String[]::new));
  }

  /// What the step writes, computed.
  public static Answers answers(StudyRun run, List<StudyAnswers> others) throws IOException {
    return new Answers(StudyAnswers.of(name(run.folder()), results(run.folder())), others);
  }

  private static String name(RunFolder folder) {
    return folder.manifest().inputs().checkpoint().name();
  }

  /// The answers of checkpoints studied beside a run's; empty where it has none.
  public static List<StudyAnswers> beside(RunFolder folder) throws IOException {
    Answers answers = results(folder, NAME, Answers.class);
    return answers == null ? List.of() : answers.beside();
  }

  /// Everything a run has finished.
  public static StudyResults results(RunFolder folder) throws IOException {
    return new StudyResults(results(folder, ProbeStep.NAME, ValueNeuronResults.class),
        results(folder, DopamineStep.NAME, DopamineResults.class),
        results(folder, AblationStep.NAME, InterventionResults.class),
        results(folder, CompareStep.NAME, TransferResults.class),
        results(folder, ConfidenceStep.NAME, ConfidenceResults.class),
        results(folder, SearchStep.NAME, SearchResults.class), GateStep.results(folder));
  }

  /// A study's results if the manifest vouches for them, else null.
  private static <T> T results(RunFolder folder, String step, Class<T> type) throws IOException {
    return folder.manifest().step(step).isEmpty() ? null : RecordJson.read(folder.results(step), type);
  }
}
