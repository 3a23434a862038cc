package org.striatum.probe.dopamine;

/// How a completion falls into steps, by state: a state is a prefix, state 0 is s₀ (the last prompt position) and state t
/// is the t-th generated token, as in [org.striatum.probe.value.Trajectories].
///
/// Step k covers the states from [#first] to [#last] and ends in the state [#last]; steps follow one another without a
/// gap, and the last one ends with the completion. An empty completion has no steps.
///
/// @param ends last state of each step, rising, ≥ 1: (steps)
public record Steps(int[] ends) {
  public Steps {
    ends = ends.clone();
    int before = 0;
    for (int end : ends) {
      if (end <= before) {
        throw new IllegalArgumentException(
            "ends of steps must rise from at least 1, found " + end + " after " + before);
      }
      before = end;
    }
  }

  public int count() {
    return ends.length;
  }

  /// First state of step k, counted from 0: that of its first token.
  public int first(int k) {
    return k == 0 ? 1 : ends[k - 1] + 1;
  }

  /// Last state of step k: the prefix that ends with the step.
  public int last(int k) {
    return ends[k];
  }

  /// The state before step k: the end of the one before, s₀ for the first.
  public int before(int k) {
    return first(k) - 1;
  }

  /// Tokens of step k.
  public int length(int k) {
    return last(k) - before(k);
  }

  /// States the steps cover, s₀ included.
  public int states() {
    return ends.length == 0 ? 1 : ends[ends.length - 1] + 1;
  }
}
