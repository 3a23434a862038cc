package org.striatum.probe.value;

import org.striatum.probe.rollout.Ending;
import org.striatum.probe.rollout.StatePosition;

/// The hidden states of graded rollouts of one dataset at one hook point, trajectory by trajectory.
///
/// State 0 is s₀, the last prompt position unless [#position] says otherwise; state t is the t-th token behind it, unless only
/// some of those are stored: see [#state].
/// Implementations read from a mapped store: nothing is kept in memory but what [#states] is asked for.
public interface Trajectories {
  /// How many trajectories there are.
  int size();

  /// Coordinates of a state, d.
  int width();

  /// States of trajectory i, ≥ 1.
  int length(int i);

  /// Tokens of trajectory i behind s₀, whether their states are known or not.
  default int generated(int i) {
    return length(i) - 1;
  }

  /// Which of the states of trajectory i is that of the t-th token behind s₀.
  ///
  /// @throws IllegalArgumentException if that is not known
  default int state(int i, int t) {
    return t;
  }

  /// Copies the states of trajectory i: (length, width) row-major, from `offset` on.
  void states(int i, float[] into, int offset);

  /// Terminal reward in {0, 1}.
  double reward(int i);

  /// The problem, for splitting.
  String problem(int i);

  /// Tokens of trajectory i up to s₀, the nuisance baseline: its prompt's, unless [#position] says otherwise.
  int promptLength(int i);

  /// Where s₀ is.
  default StatePosition position() {
    return StatePosition.PROMPT_END;
  }

  /// How trajectory i ended.
  default Ending ending(int i) {
    return Ending.UNKNOWN;
  }

  /// Σ log p of the tokens behind s₀ of trajectory i, in nats; NaN where it is not known.
  default double logProbability(int i) {
    return Double.NaN;
  }
}
