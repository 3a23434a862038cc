package org.striatum.hooks.decoder;

/// Rotary position embedding: a pair of the first n coordinates of a head turns by position · frequency i; coordinates
/// from n on pass. Pair i is (i, i + n/2), or (2i, 2i + 1) where pairs are neighbours.
///
/// @param frequencies radians per position, (n / 2)
/// @param amplitude what cosines and sines are multiplied by
/// @param longest positions for which these frequencies hold
/// @param neighbours whether a pair is two coordinates that lie side by side
public record Rope(float[] frequencies, double amplitude, int longest, boolean neighbours) {
  /// Pairs half a rotated width apart.
  public Rope(float[] frequencies, double amplitude, int longest) {
    this(frequencies, amplitude, longest, false);
  }

  /// The same turns of pairs that lie side by side.
  Rope ofNeighbours() {
    return new Rope(frequencies, amplitude, longest, true);
  }

  public Rope {
    if (frequencies.length == 0 || !(amplitude > 0) || longest < 1) {
      throw new IllegalArgumentException("a rotation needs frequencies, an amplitude > 0 and a length ≥ 1, found "
          + frequencies.length + " frequencies, " + amplitude + " and " + longest);
    }
    frequencies = frequencies.clone();
  }
}
