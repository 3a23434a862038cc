package org.striatum.probe.rollout;

import java.util.Optional;

/// A completion graded.
///
/// @param reward 1 if the answer is the reference, else 0
/// @param read the answer as the completion has it; empty if none was found
/// @param timeLimit whether a comparison ran out of time, so that only written forms were compared
public record Grade(double reward, Optional<String> read, boolean timeLimit) {
  public Grade {
    if (reward != 0 && reward != 1) {
      throw new IllegalArgumentException("a reward must be 0 or 1, found " + reward);
    }
  }

  /// Of a completion that gives no answer.
  public static Grade none() {
    return new Grade(0, Optional.empty(), false);
  }
}
