package org.striatum.datasets.grading;

import java.util.Optional;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// A grader that looks at the part of a completion that counts.
///
/// @param grader of answers
/// @param reading which part counts; whether a prompt has begun a thought is seen in each problem's own prompt
public record ReadingGrader(Grader grader, Reading reading) implements Grader {
  @Override
  public double reward(Problem problem, String completion) {
    return grade(problem, completion).reward();
  }

  @Override
  public Grade grade(Problem problem, String completion) {
    return grade(problem, completion, false);
  }

  @Override
  public Grade grade(Problem problem, String completion, boolean cutOff) {
    Reading own = reading.behind(problem.prompt());
    return grader instanceof AnswerGrader answers
        ? answers.grade(problem.answer(), completion, own, cutOff)
        : own.graded(completion).map(text -> grader.grade(problem, text, cutOff))
            .orElse(new Grade(0, Optional.empty(), false));
  }

  @Override
  public Optional<String> answer(Problem problem, String completion) {
    return reading.behind(problem.prompt()).graded(completion).flatMap(text -> grader.answer(problem, text));
  }
}
