package org.striatum.probe.rollout;

import java.util.Optional;

/// A completion graded.
///
/// @param reward 1 if the answer is the reference, else 0
/// @param read the answer as the completion has it; empty if none was found
/// @param timeLimit whether a comparison ran out of time, so that only written forms were compared
/// @param unread why the completion was not read; empty if it was, whether it gives an answer or not
public record Grade(double reward, Optional<String> read, boolean timeLimit, Optional<Unread> unread) {
  public Grade {
    if (reward != 0 && reward != 1) {
      throw new IllegalArgumentException("a reward must be 0 or 1, found " + reward);
    }
    if (unread.isPresent() && (reward != 0 || read.isPresent())) {
      throw new IllegalArgumentException(
          "what is not read has no answer and no reward, found '" + read.orElse("") + "' and " + reward);
    }
  }

  /// Of a completion that was read.
  public Grade(double reward, Optional<String> read, boolean timeLimit) {
    this(reward, read, timeLimit, Optional.empty());
  }

  /// Of a completion that no grader reads.
  public static Grade unread(Unread why) {
    return new Grade(0, Optional.empty(), false, Optional.of(why));
  }

  /// Of a completion that gives no answer.
  public static Grade none() {
    return new Grade(0, Optional.empty(), false);
  }
}
