package org.striatum.datasets.grading;

import java.util.Optional;

/// A completion graded.
///
/// @param reward 1 if the answer is the reference, else 0
/// @param read the answer as the completion has it; empty if none was found
/// @param timeLimit whether algebra ran out of time, so that only the written forms were compared
public record Grade(double reward, Optional<String> read, boolean timeLimit) {
  static Grade none() {
    return new Grade(0, Optional.empty(), false);
  }
}
