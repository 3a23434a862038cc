package org.striatum.probe.value;

/// How thoroughly a reading of value is put to the test; see [DatasetControls].
///
/// @param folds problems are dealt to, for cross-fitting and for the nested selection, ≥ 2
/// @param rotations random orthogonal bases; 19 are the fewest that p ≤ 0.05 can come from
/// @param randomSets random and as many matched sets a pruned probe is compared with; 19 as above
/// @param nestedPermutations label shuffles the nested selection is rerun on
/// @param stabilityResamples bootstrap resamples of problems that sets are chosen on again
/// @param probeSeeds TD probes, alike but for their seed, whose sets are compared; below 2, none are
/// @param margin how much AUROC counts as nothing, in (0, 0.5)
public record ControlSettings(int folds, int rotations, int randomSets, int nestedPermutations, int stabilityResamples,
    int probeSeeds, double margin) {
  /// Where nothing else is said.
  public static final ControlSettings DEFAULTS = new ControlSettings(5, 20, 99, 19, 20, 3, 0.02);
  /// The fewest of each that a verdict can come from.
  public static final ControlSettings QUICK = new ControlSettings(5, 19, 19, 5, 5, 0, 0.02);

  public ControlSettings {
    if (folds < 2) {
      throw new IllegalArgumentException("cross-fitting needs at least 2 folds, found " + folds);
    }
    if (rotations < 1 || randomSets < 1 || nestedPermutations < 0 || stabilityResamples < 2 || probeSeeds < 0) {
      throw new IllegalArgumentException("controls need rotations ≥ 1, random sets ≥ 1, nested permutations ≥ 0,"
          + " stability resamples ≥ 2 and probe seeds ≥ 0, found " + rotations + ", " + randomSets + ", "
          + nestedPermutations + ", " + stabilityResamples + " and " + probeSeeds);
    }
    if (!(margin > 0 && margin < 0.5)) {
      throw new IllegalArgumentException("a margin of AUROC must be in (0, 0.5), found " + margin);
    }
  }

  public ControlSettings withFolds(int other) {
    return new ControlSettings(other, rotations, randomSets, nestedPermutations, stabilityResamples, probeSeeds,
        margin);
  }

  public ControlSettings withRotations(int other) {
    return new ControlSettings(folds, other, randomSets, nestedPermutations, stabilityResamples, probeSeeds, margin);
  }

  public ControlSettings withRandomSets(int other) {
    return new ControlSettings(folds, rotations, other, nestedPermutations, stabilityResamples, probeSeeds, margin);
  }

  public ControlSettings withNestedPermutations(int other) {
    return new ControlSettings(folds, rotations, randomSets, other, stabilityResamples, probeSeeds, margin);
  }

  public ControlSettings withStabilityResamples(int other) {
    return new ControlSettings(folds, rotations, randomSets, nestedPermutations, other, probeSeeds, margin);
  }

  public ControlSettings withProbeSeeds(int other) {
    return new ControlSettings(folds, rotations, randomSets, nestedPermutations, stabilityResamples, other, margin);
  }

  public ControlSettings withMargin(double other) {
    return new ControlSettings(folds, rotations, randomSets, nestedPermutations, stabilityResamples, probeSeeds, other);
  }
}
