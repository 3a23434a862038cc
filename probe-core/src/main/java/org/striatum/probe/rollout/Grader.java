package org.striatum.probe.rollout;

/// Decides whether a completion answers its problem.
@FunctionalInterface
public interface Grader {
  /// The exact text after the completion's last `#`, as the arithmetic sets end.
  Grader AFTER_LAST_HASH = (problem, completion) -> {
    int hash = completion.lastIndexOf('#');
    return hash >= 0 && completion.substring(hash + 1).equals(problem.answer()) ? 1 : 0;
  };

  /// Terminal reward in {0, 1}.
  double reward(Problem problem, String completion);
}
