package org.striatum.studies.dopamine;

import java.util.List;

/// Counts of sampled continuations.
///
/// @param rollouts that were split into steps
/// @param states before their steps, one per step; none is continued in a data set that cannot be studied
/// @param continuations sampled
public record ContinuationResults(int rollouts, int states, int continuations) {
  static ContinuationResults of(List<ContinuedRollout> continued) {
    return new ContinuationResults(continued.size(), continued.stream().mapToInt(one -> one.ends().length).sum(),
        continued.stream().flatMap(one -> one.outcomes().stream()).mapToInt(String::length).sum());
  }
}
