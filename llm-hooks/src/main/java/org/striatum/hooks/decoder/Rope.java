package org.striatum.hooks.decoder;

/// Rotary position embedding: coordinate pair (i, i + n/2) of the first n coordinates of a head turns by position ·
/// frequency i; coordinates from n on pass.
///
/// @param frequencies radians per position, (n / 2)
/// @param amplitude what cosines and sines are multiplied by
/// @param longest positions for which these frequencies hold
public record Rope(float[] frequencies, double amplitude, int longest) {
  public Rope {
    if (frequencies.length == 0 || !(amplitude > 0) || longest < 1) {
      throw new IllegalArgumentException("a rotation needs frequencies, an amplitude > 0 and a length ≥ 1, found "
          + frequencies.length + " frequencies, " + amplitude + " and " + longest);
    }
    frequencies = frequencies.clone();
  }
}
