package org.striatum.studies.splits;

/// Settings of answers over splits. Everything else is as in the run's search for value neurons.
///
/// @param splits random divisions of the problems, in [2, 1000]; 0 asks on the run's own split only
/// @param seed of the divisions and of what is drawn on them
public record SplitsSettings(int splits, long seed) {
  private static final int MOST = 1000;

  public SplitsSettings {
    if (splits != 0 && (splits < 2 || splits > MOST)) {
      throw new IllegalArgumentException(
          "answers are compared over 2 to " + MOST + " splits, or over none (0), found " + splits);
    }
  }

  public static SplitsSettings defaults() {
    return new SplitsSettings(12, 1);
  }

  public SplitsSettings withSplits(int other) {
    return new SplitsSettings(other, seed);
  }

  public SplitsSettings withSeed(long other) {
    return new SplitsSettings(splits, other);
  }
}
