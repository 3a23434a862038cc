package org.striatum.reports.run;

import java.util.SortedMap;
import org.striatum.datasets.prompt.PromptFormat;
import org.striatum.probe.model.Sampling;

/// How a run's rollouts were drawn.
///
/// @param sampling temperature, nucleus, bound on tokens
/// @param rolloutsPerProblem K
/// @param seed the run's one seed, from which every other is derived
/// @param prompts how problems were asked
/// @param graders dataset → how its answers were compared
public record SamplingFacts(Sampling sampling, int rolloutsPerProblem, long seed, PromptFormat prompts,
    SortedMap<String, String> graders) {
  public SamplingFacts {
    if (rolloutsPerProblem < 1) {
      throw new IllegalArgumentException("rollouts per problem must be ≥ 1, found " + rolloutsPerProblem);
    }
  }
}
