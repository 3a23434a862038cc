package org.striatum.studies.planning;

/// How much a pilot draws.
///
/// @param problems of each data set
/// @param samples rollouts of each problem; 2 are needed to tell hard problems from chance
/// @param continued rollouts of each data set that are continued from every step; 0 for none
/// @param seedOffset from the study's seed, so that generated problems are others than the study's
public record PilotSettings(int problems, int samples, int continued, long seedOffset) {
  /// Fewer say nothing.
  public static final int LEAST = 10;
  public static final PilotSettings DEFAULTS = new PilotSettings(50, 4, 50, 1_000_003);

  public PilotSettings {
    if (problems < LEAST || samples < 1 || continued < 0) {
      throw new IllegalArgumentException(
          "a pilot needs problems ≥ " + LEAST + ", rollouts per problem ≥ 1 and continued rollouts"
              + " ≥ 0, found " + problems + ", " + samples + " and " + continued);
    }
  }

  public PilotSettings withProblems(int count) {
    return new PilotSettings(count, samples, continued, seedOffset);
  }
}
