package org.striatum.probe.value;

/// The hidden states of graded rollouts of one dataset at one hook point, trajectory by trajectory.
///
/// State 0 is s₀, the last prompt position; state t is the t-th generated token. Implementations read from a mapped
/// store: nothing is kept in memory but what [#states] is asked for.
public interface Trajectories {
  /// How many trajectories there are.
  int size();

  /// Coordinates of a state, d.
  int width();

  /// States of trajectory i, ≥ 1.
  int length(int i);

  /// Copies the states of trajectory i: (length, width) row-major, from `offset` on.
  void states(int i, float[] into, int offset);

  /// Terminal reward in {0, 1}.
  double reward(int i);

  /// The problem, for splitting.
  String problem(int i);

  /// Prompt tokens of trajectory i, the nuisance baseline.
  int promptLength(int i);

  /// Σ log p of the tokens that trajectory i generated, in nats; NaN where it is not known.
  default double logProbability(int i) {
    return Double.NaN;
  }
}
