package org.striatum.studies.answer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.striatum.studies.answer.Answer.Finding;

/// Every question, answered for one checkpoint.
///
/// @param checkpoint its name
/// @param answers in the order of [Question]
public record StudyAnswers(String checkpoint, List<Answer> answers) {
  public StudyAnswers {
    answers = List.copyOf(answers);
  }

  /// Every question with what studies found; one without a finding was not tested.
  public static StudyAnswers of(String checkpoint, Map<Question, List<Finding>> findings) {
    return new StudyAnswers(checkpoint, Arrays.stream(Question.values())
        .map(question -> new Answer(question, findings.getOrDefault(question, List.of()))).toList());
  }

  /// The answer to one question; without findings where these answers were kept before anybody could ask it.
  public Answer to(Question question) {
    return answers.stream().filter(answer -> answer.question() == question).findFirst()
        .orElseGet(() -> new Answer(question, List.of()));
  }
}
