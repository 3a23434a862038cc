package org.striatum.probe.rollout;

/// Decides whether a completion answers its problem.
@FunctionalInterface
public interface Grader {
  /// The exact text after the completion's last `#`, as the arithmetic sets end.
  Grader AFTER_LAST_HASH = new Grader() {
    @Override
    public double reward(Problem problem, String completion) {
      int hash = completion.lastIndexOf('#');
      return hash >= 0 && completion.substring(hash + 1).equals(problem.answer()) ? 1 : 0;
    }

    @Override
    public boolean parses(String completion) {
      int hash = completion.lastIndexOf('#');
      return hash >= 0 && !completion.substring(hash + 1).isBlank();
    }
  };

  /// Terminal reward in {0, 1}.
  double reward(Problem problem, String completion);

  /// Whether an answer, right or wrong, can be read off the completion. A grader that cannot tell says yes.
  default boolean parses(String completion) {
    return true;
  }
}
