package org.striatum.studies.uses;

/// Settings of the confidence study.
///
/// @param seed of intervals
public record ConfidenceSettings(long seed) {
  public static ConfidenceSettings defaults() {
    return new ConfidenceSettings(1);
  }

  public ConfidenceSettings withSeed(long other) {
    return new ConfidenceSettings(other);
  }
}
