package org.striatum.studies.dopamine;

import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.probe.dopamine.StepCutter;

/// Which rollouts are split into steps and how many continuations are sampled before each step.
///
/// @param rollouts maximum number per data set: from as many problems as possible, spread over the folds
/// @param draws continuations per state, K; 0 to split and record only
/// @param step what ends a step, see [StepCutter#named]
/// @param seed of the continuations
public record ContinuationSettings(int rollouts, int draws, String step, long seed) {
  public ContinuationSettings {
    if (rollouts < 1 || draws < 0) {
      throw new IllegalArgumentException("rollouts of a data set must be ≥ 1 and continuations per state ≥ 0, found "
          + rollouts + " and " + draws);
    }
    StepCutter.named(step, Thinking.USUAL.close()); // refused here, where it is none
  }

  public static ContinuationSettings defaults() {
    return new ContinuationSettings(400, 16, StepCutter.BY_NEWLINE, 1);
  }

  public static ContinuationSettings quick() {
    return defaults().withRollouts(300).withDraws(8);
  }

  public ContinuationSettings withRollouts(int count) {
    return new ContinuationSettings(count, draws, step, seed);
  }

  public ContinuationSettings withDraws(int count) {
    return new ContinuationSettings(rollouts, count, step, seed);
  }

  public ContinuationSettings withStep(String ending) {
    return new ContinuationSettings(rollouts, draws, ending, seed);
  }

  public ContinuationSettings withSeed(long other) {
    return new ContinuationSettings(rollouts, draws, step, other);
  }
}
