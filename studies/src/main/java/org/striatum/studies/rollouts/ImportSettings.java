package org.striatum.studies.rollouts;

import org.striatum.probe.model.Sampling;

/// What is said about imported completions.
///
/// @param sampling as they were drawn, for studies that sample continuations of them
/// @param seed of everything random that has no seed of its own
public record ImportSettings(Sampling sampling, long seed) {
  public ImportSettings withSeed(long other) {
    return new ImportSettings(sampling, other);
  }
}
