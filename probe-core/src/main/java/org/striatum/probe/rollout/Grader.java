package org.striatum.probe.rollout;

import java.util.Optional;

/// Decides whether a completion answers its problem.
@FunctionalInterface
public interface Grader {
  /// The exact text after the completion's last `#`, as the arithmetic sets end.
  Grader AFTER_LAST_HASH = (problem, completion) -> afterLastHash(completion).filter(problem.answer()::equals)
      .isPresent() ? 1 : 0;

  /// Terminal reward in {0, 1}.
  double reward(Problem problem, String completion);

  /// The answer that [#AFTER_LAST_HASH] grades; empty without a `#`.
  static Optional<String> afterLastHash(String completion) {
    int hash = completion.lastIndexOf('#');
    return hash >= 0 ? Optional.of(completion.substring(hash + 1)) : Optional.empty();
  }
}
