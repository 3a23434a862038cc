package org.striatum.reports.run;

import org.striatum.probe.model.Sampling;

/// How a run's rollouts were drawn.
///
/// @param sampling temperature, nucleus, bound on tokens
/// @param rolloutsPerProblem K
/// @param seed the run's one seed, from which every other is derived
public record SamplingFacts(Sampling sampling, int rolloutsPerProblem, long seed) {
  public SamplingFacts {
    if (rolloutsPerProblem < 1) {
      throw new IllegalArgumentException("rollouts per problem must be ≥ 1, found " + rolloutsPerProblem);
    }
  }
}
