package org.striatum.studies.uses;

import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.probe.dopamine.StepCutter;

/// Settings of a search by steps.
///
/// @param problems maximum number of test problems per data set
/// @param candidates drawn at each step, K
/// @param stepTokens maximum number of tokens of a candidate step
/// @param step what ends a step, see [StepCutter#named]
/// @param seed of candidates and intervals
public record SearchSettings(int problems, int candidates, int stepTokens, String step, long seed) {
  public SearchSettings {
    if (problems < 2 || candidates < 1 || stepTokens < 1) {
      throw new IllegalArgumentException("search needs at least 2 problems, 1 candidate and 1 token per step, found "
          + problems + ", " + candidates + " and " + stepTokens);
    }
    StepCutter.named(step, Thinking.USUAL.close()); // refused here, where it is none
  }

  public static SearchSettings defaults() {
    return new SearchSettings(100, 8, 24, StepCutter.BY_NEWLINE, 1);
  }

  public static SearchSettings quick() {
    return defaults().withProblems(40).withCandidates(4);
  }

  public SearchSettings withProblems(int count) {
    return new SearchSettings(count, candidates, stepTokens, step, seed);
  }

  public SearchSettings withCandidates(int count) {
    return new SearchSettings(problems, count, stepTokens, step, seed);
  }

  public SearchSettings withStepTokens(int count) {
    return new SearchSettings(problems, candidates, count, step, seed);
  }

  public SearchSettings withStep(String ending) {
    return new SearchSettings(problems, candidates, stepTokens, ending, seed);
  }

  public SearchSettings withSeed(long other) {
    return new SearchSettings(problems, candidates, stepTokens, step, other);
  }
}
