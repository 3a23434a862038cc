package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.Unasked.Reason;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.intervention.AblationStep;

class UnaskedTest {
  private static AnswerMatrix matrix(String... tasks) {
    return AnswerMatrix.of(StudyAnswers.of("m", Map.of(Question.READABLE,
        List.of(tasks).stream().map(task -> Finding.on(task, Verdict.YES, "")).toList())));
  }

  /// Every question that nobody asked has a reason, and none that somebody asked.
  @Test
  void everyUnaskedQuestionSaysWhy() {
    AnswerMatrix one = matrix("mul");
    List<Unasked> all = Unasked.of(one, Map.of(AblationStep.STUDY.name(), "no neurons"));
    assertThat(all).extracting(Unasked::question).containsExactlyElementsOf(one.unasked());
    assertThat(all).contains(new Unasked(Question.RESPONSE, Reason.OWN_COMMAND, ""),
        new Unasked(Question.ADAPTATION, Reason.OWN_COMMAND, ""),
        new Unasked(Question.CHECKPOINTS, Reason.OTHER_CHECKPOINT, ""),
        new Unasked(Question.TASKS, Reason.OTHER_TASK, ""),
        new Unasked(Question.USED, Reason.NOTHING_TO_STUDY, "no neurons"),
        new Unasked(Question.SEARCH, Reason.NOTHING_TO_STUDY, ""));
    assertThat(Unasked.of(matrix("mul", "add"), Map.of()))
        .contains(new Unasked(Question.TASKS, Reason.NOTHING_TO_STUDY, ""));
  }
}
