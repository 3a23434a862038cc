package org.striatum.probe.stats;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Generators of one seed, each for one purpose: what is drawn for one never depends on what was drawn for another, so a
/// study may gain a part, or lose one, and all others stay as they were.
///
/// @param seed the study's
public record RandomStreams(long seed) {
  /// The generator of a purpose, at its beginning each time.
  public RandomGenerator of(String purpose) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (0x9E3779B97F4A7C15L * purpose.hashCode()));
  }
}
