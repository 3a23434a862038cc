package org.striatum.probe.rollout;

import java.util.Optional;

/// Decides whether a completion answers its problem.
@FunctionalInterface
public interface Grader {
  /// The exact text after the completion's last `#`, as the arithmetic sets end.
  Grader AFTER_LAST_HASH = new Grader() {
    @Override
    public double reward(Problem problem, String completion) {
      return answer(problem, completion).filter(problem.answer()::equals).isPresent() ? 1 : 0;
    }

    @Override
    public Optional<String> answer(Problem problem, String completion) {
      int hash = completion.lastIndexOf('#');
      return hash < 0 ? Optional.empty() : Optional.of(completion.substring(hash + 1)).filter(text -> !text.isBlank());
    }
  };

  /// Terminal reward in {0, 1}.
  double reward(Problem problem, String completion);

  /// The reward with the answer that was read for it.
  default Grade grade(Problem problem, String completion) {
    return new Grade(reward(problem, completion), answer(problem, completion), false);
  }

  /// The same for a completion of which it is known whether it was cut off: what touches its end may be a part only.
  ///
  /// @param cutOff whether the token limit ended it
  default Grade grade(Problem problem, String completion, boolean cutOff) {
    return grade(problem, completion);
  }

  /// The answer, right or wrong, that the completion gives; empty where none can be read off it. A grader that looks for
  /// none takes the whole completion.
  ///
  /// @param problem whose prompt may have begun a thought already
  default Optional<String> answer(Problem problem, String completion) {
    return Optional.of(completion);
  }
}
