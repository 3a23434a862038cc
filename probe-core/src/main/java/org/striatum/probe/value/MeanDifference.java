package org.striatum.probe.value;

import java.util.Optional;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;

/// The direction from failure to success: the mean of s₀ of right rollouts minus that of wrong ones.
public final class MeanDifference {
  private MeanDifference() {}

  /// Over training rollouts; states with NaN or ∞ are left out. Empty without rollouts of both outcomes, or where the means are
  /// equal.
  public static Optional<Direction> of(HookPoint hook, Trajectories states, Split split) {
    InitialStates initial = InitialStates.of(FiniteTrajectories.of(states).in(Split.Fold.TRAIN, split));
    int d = initial.width();
    double[] right = new double[d];
    double[] wrong = new double[d];
    int successes = 0;
    for (int i = 0; i < initial.size(); i++) {
      double[] sum = initial.successes()[i] ? right : wrong;
      successes += initial.successes()[i] ? 1 : 0;
      for (int j = 0; j < d; j++) {
        sum[j] += initial.rows()[i * d + j];
      }
    }
    if (successes == 0 || successes == initial.size()) {
      return Optional.empty();
    }
    float[] difference = new float[d];
    boolean any = false;
    for (int j = 0; j < d; j++) {
      difference[j] = (float) (right[j] / successes - wrong[j] / (initial.size() - successes));
      any |= difference[j] != 0;
    }
    return any ? Optional.of(new Direction(hook, difference)) : Optional.empty();
  }
}
