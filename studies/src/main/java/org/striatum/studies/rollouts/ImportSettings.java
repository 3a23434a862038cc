package org.striatum.studies.rollouts;

import org.striatum.probe.model.Sampling;

/// Settings of imported completions.
///
/// @param sampling as they were drawn, for studies that sample continuations of them
/// @param seed of everything random without a separate seed
public record ImportSettings(Sampling sampling, long seed) {
  public ImportSettings withSeed(long other) {
    return new ImportSettings(sampling, other);
  }
}
