package org.striatum.peft.nta.setting;

import org.striatum.peft.nta.measure.Alignment;

/// The paths of a gated linear network.
///
/// @param count P
/// @param gatePerOutput whether every output has gates of its own
public record GatedPaths(int count, boolean gatePerOutput) {
  public GatedPaths {
    if (count < 1) {
      throw new IllegalArgumentException("a network needs at least 1 path, found " + count);
    }
    if (count > Alignment.MOST) {
      throw new IllegalArgumentException("paths must be at most " + Alignment.MOST + ", found " + count);
    }
  }

  /// The same with more or fewer paths.
  public GatedPaths withCount(int other) {
    return new GatedPaths(other, gatePerOutput);
  }
}
