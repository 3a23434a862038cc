package org.striatum.probe.model;

import java.util.Map;

/// What one run read at its hook points, rows packed: sequence after sequence, real positions only.
///
/// @param rowOf first row of each sequence, and the number of rows last: (sequences + 1)
/// @param values hook point → (rows, width), row-major
/// @param widths hook point → width
public record Recording(int[] rowOf, Map<HookPoint, float[]> values, Map<HookPoint, Integer> widths) {
  public Recording {
    rowOf = rowOf.clone();
    values = Map.copyOf(values);
    widths = Map.copyOf(widths);
  }

  public int rows() {
    return rowOf[rowOf.length - 1];
  }

  /// The recorded values at `hook`: (rows, width).
  ///
  /// @throws IllegalArgumentException if the hook point was not asked for
  public float[] at(HookPoint hook) {
    float[] rows = values.get(hook);
    if (rows == null) {
      throw new IllegalArgumentException(hook + " was not recorded; recorded: " + values.keySet());
    }
    return rows;
  }
}
