package org.striatum.studies;

import java.util.List;
import java.util.Map;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.Question;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.run.Study;
import org.striatum.studies.uses.SearchStep;
import org.striatum.studies.value.ProbeStep;

/// A question that a full study did not put to a run, and why: what somebody has to do who wants its answer depends on that.
///
/// @param why in words, where the study found nothing to put it to; empty otherwise
public record Unasked(Question question, Reason reason, String why) {
  /// What it takes to be asked.
  public enum Reason {
    /// A command of its own, as it is no part of a full study.
    OWN_COMMAND,
    /// Another checkpoint beside the first.
    OTHER_CHECKPOINT,
    /// A second task.
    OTHER_TASK,
    /// Its study was left out: the run holds nothing for it.
    NOTHING_TO_STUDY
  }

  /// The questions without a finding, in their order.
  ///
  /// @param leftOut names of studies that were left out, each with the reason
  public static List<Unasked> of(AnswerMatrix matrix, Map<String, String> leftOut) {
    return matrix.unasked().stream().map(question -> of(question, matrix, leftOut)).toList();
  }

  private static Unasked of(Question question, AnswerMatrix matrix, Map<String, String> leftOut) {
    return switch (question) {
      case RESPONSE, ADAPTATION -> new Unasked(question, Reason.OWN_COMMAND, "");
      case CHECKPOINTS -> new Unasked(question, Reason.OTHER_CHECKPOINT, "");
      case TASKS -> matrix.tasks().size() < 2
          ? new Unasked(question, Reason.OTHER_TASK, "")
          : new Unasked(question, Reason.NOTHING_TO_STUDY, "");
      case READABLE, SPARSE, BASIS_ALIGNED, MORE_THAN_LENGTH -> nothing(question, ProbeStep.STUDY, leftOut);
      case USED -> nothing(question, AblationStep.STUDY, leftOut);
      case DOPAMINE -> nothing(question, DopamineStep.STUDY, leftOut);
      case SEARCH -> nothing(question, SearchStep.STUDY, leftOut);
    };
  }

  private static Unasked nothing(Question question, Study<?, ?> study, Map<String, String> leftOut) {
    return new Unasked(question, Reason.NOTHING_TO_STUDY, leftOut.getOrDefault(study.name(), ""));
  }
}
