package org.striatum.probe.intervention;

import org.striatum.probe.model.PositionMask;

/// How an intervention study is run.
///
/// @param controls random and RMS-matched sets, of each kind
/// @param tolerance of the RMS match, |ln(RMS / RMS)|
/// @param positions where neurons are ablated
/// @param level largest p (or q) that is called an effect
public record InterventionSettings(int controls, double tolerance, PositionMask positions, double level) {
  /// 99 controls of each kind, RMS within a factor 1.22, all positions.
  public static final InterventionSettings DEFAULTS = new InterventionSettings(99, 0.2, PositionMask.ALL, 0.05);

  public InterventionSettings {
    if (controls < 1) {
      throw new IllegalArgumentException("controls must be ≥ 1, found " + controls);
    }
    if (!(tolerance > 0)) {
      throw new IllegalArgumentException("matching tolerance must be > 0, found " + tolerance);
    }
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("level must be in (0, 1), found " + level);
    }
  }
}
