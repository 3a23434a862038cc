package org.striatum.datasets.grading;

import java.util.Optional;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// A grader that looks at the part of a completion that counts.
///
/// @param grader of answers
/// @param reading which part counts
public record ReadingGrader(Grader grader, Reading reading) implements Grader {
  @Override
  public double reward(Problem problem, String completion) {
    return grader instanceof AnswerGrader answers
        ? answers.grade(problem.answer(), completion, reading).reward()
        : reading.graded(completion).map(text -> grader.reward(problem, text)).orElse(0.0);
  }

  @Override
  public Optional<String> answer(String completion) {
    return reading.graded(completion).flatMap(grader::answer);
  }
}
