package org.striatum.hooks.engine;

import org.striatum.probe.model.Gate;

/// Where a gate meets the rows of a run.
///
/// @param mask whether it acts on each: (rows)
/// @param positions of the rows in their sequences, negative for padding: (rows)
public record GatedRows(boolean[] mask, int[] positions) {
  public GatedRows {
    if (mask.length != positions.length) {
      throw new IllegalArgumentException(
          "every row has a position, found " + mask.length + " rows and " + positions.length + " positions");
    }
  }

  /// The rows of a run that a gate acts on.
  ///
  /// @param positions of the rows in their sequences, negative for padding: (rows)
  /// @param promptLengths of their sequences: (rows)
  public static GatedRows of(Gate gate, int[] positions, int[] promptLengths) {
    boolean[] mask = new boolean[positions.length];
    for (int row = 0; row < mask.length; row++) {
      mask[row] = positions[row] >= 0 && gate.selects(positions[row], promptLengths[row]);
    }
    return new GatedRows(mask, positions);
  }
}
