package org.striatum.probe.model;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a gate adds: one vector wherever it acts, or a row for each of some positions, so that rows of one run stand in
/// another's (activation patching). A gate with rows acts at their positions only.
///
/// @param everywhere (d), in units of h
/// @param rows position → what is added there in place of `everywhere`: (d); empty for one vector everywhere
public record Shift(float[] everywhere, SortedMap<Integer, float[]> rows) {
  public Shift {
    requireFinite(everywhere);
    everywhere = everywhere.clone();
    SortedMap<Integer, float[]> copy = new TreeMap<>();
    for (var row : rows.entrySet()) {
      if (row.getKey() < 0 || row.getValue().length != everywhere.length) {
        throw new IllegalArgumentException("a gate's rows are " + everywhere.length
            + " coordinates at positions ≥ 0, found " + row.getValue().length + " at position " + row.getKey());
      }
      requireFinite(row.getValue());
      copy.put(row.getKey(), row.getValue().clone());
    }
    rows = Collections.unmodifiableSortedMap(copy);
  }

  private static void requireFinite(float[] row) {
    for (int i = 0; i < row.length; i++) {
      if (!Float.isFinite(row[i])) {
        throw new IllegalArgumentException("a gate's shift must be finite, found a violation at coordinate " + i);
      }
    }
  }

  /// One vector wherever the gate acts.
  public static Shift everywhere(float[] vector) {
    return new Shift(vector, new TreeMap<>());
  }

  /// Whether there are rows.
  public boolean isByPosition() {
    return !rows.isEmpty();
  }

  /// What is added at a position where the gate acts: (d).
  float[] at(int position) {
    return isByPosition() ? rows.get(position) : everywhere;
  }

  /// What is added at each of some rows of a run, one below another; zeros where the gate does not act. One row that stands
  /// for all of them where one vector is added everywhere.
  ///
  /// @param positions of the run's rows in their sequences, negative for padding: (rows)
  /// @return (rows, d) or (1, d)
  public float[] over(int[] positions) {
    if (!isByPosition()) {
      return everywhere;
    }
    int d = everywhere.length;
    float[] all = new float[Math.multiplyExact(positions.length, d)];
    for (int i = 0; i < positions.length; i++) {
      float[] row = rows.get(positions[i]);
      if (row != null) {
        System.arraycopy(row, 0, all, i * d, d);
      }
    }
    return all;
  }
}
