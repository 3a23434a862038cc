package org.striatum.probe.value;

import java.util.List;

/// How a probe is pruned.
///
/// @param ratios shares of coordinates removed, rising, in [0, 1)
/// @param randomSets draws of random coordinates behind each random band
public record PruningSettings(List<Double> ratios, int randomSets) {
  /// The paper's range, with an interval of random sets beside each point.
  public static final PruningSettings DEFAULTS = new PruningSettings(
      List.of(0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995), 20);

  public PruningSettings {
    ratios = List.copyOf(ratios);
    double before = -1;
    for (double ratio : ratios) {
      if (!(ratio >= 0 && ratio < 1)) {
        throw new IllegalArgumentException("pruning ratio must be in [0, 1), found " + ratio);
      }
      if (ratio <= before) {
        throw new IllegalArgumentException("pruning ratios must rise, found " + ratio + " after " + before);
      }
      before = ratio;
    }
    if (randomSets < 0) {
      throw new IllegalArgumentException("random sets must be ≥ 0, found " + randomSets);
    }
  }

  public PruningSettings withRatios(List<Double> rising) {
    return new PruningSettings(rising, randomSets);
  }

  public PruningSettings withRandomSets(int draws) {
    return new PruningSettings(ratios, draws);
  }
}
