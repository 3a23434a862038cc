package org.striatum.studies.rollouts;

import org.striatum.probe.model.Sampling;

/// How rollouts are drawn.
///
/// @param problems maximum number per problem set
/// @param samples rollouts per problem, K
/// @param sampling how completions are drawn; stops come from the prompts
/// @param prompts how problems are asked
/// @param seed of problems and completions
public record RolloutSettings(int problems, int samples, Sampling sampling, PromptSettings prompts, long seed) {
  private static final int LONGEST = 256;

  public RolloutSettings {
    if (problems < 1 || samples < 1) {
      throw new IllegalArgumentException(
          "problems and rollouts per problem must be ≥ 1, found " + problems + " and " + samples);
    }
    if (samples > 1 && sampling.temperature() == 0) {
      throw new IllegalArgumentException("at temperature 0 all " + samples
          + " rollouts of a problem would be the same: draw one, or at a temperature above 0");
    }
  }

  /// 600 problems, 2 rollouts each, nucleus sampling at temperature 1.
  public static RolloutSettings defaults() {
    return new RolloutSettings(600, 2, new Sampling(1, 0.95, 0, LONGEST, true), PromptSettings.defaults(), 1);
  }

  /// 400 problems, one rollout each.
  public static RolloutSettings quick() {
    return defaults().withProblems(400).withSamples(1);
  }

  public RolloutSettings withProblems(int count) {
    return new RolloutSettings(count, samples, sampling, prompts, seed);
  }

  public RolloutSettings withSamples(int count) {
    return new RolloutSettings(problems, count, sampling, prompts, seed);
  }

  public RolloutSettings withSampling(Sampling other) {
    return new RolloutSettings(problems, samples, other, prompts, seed);
  }

  public RolloutSettings withPrompts(PromptSettings other) {
    return new RolloutSettings(problems, samples, sampling, other, seed);
  }

  public RolloutSettings withSeed(long other) {
    return new RolloutSettings(problems, samples, sampling, prompts, other);
  }
}
