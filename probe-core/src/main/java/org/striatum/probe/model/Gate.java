package org.striatum.probe.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.SortedMap;
import java.util.TreeMap;

/// The one gate. Zero and mean ablation, steering, patching, projecting a direction out and TauGate are the same function of
/// a hidden state h (d) at position t and its gating signal z (z = h on the residual stream):
///
///     g = σ(sharpness · (z − threshold))      or, hard,   g = 1[z > threshold]
///     y = Where(mask, shiftₜ + gain · g · h + (read · h) write, h)
///
/// A threshold of −∞ is a gate wholly open (g = 1) and a gain of 0 a gate wholly shut: both select rather than
/// multiply, so an infinite h cannot turn into NaN. The positions selected by the mask belong to the gate, the
/// hook point does not. All of them share the vectors, except for a shift given by position ([Shift]), which puts recorded
/// states back (activation patching). Immutable: the arrays are copied in and must not be changed by readers.
/// (TauGate: arXiv 2602.11726; zero ablation: arXiv 2602.00986.)
///
/// @param gain (d)
/// @param threshold (d), in units of z
/// @param sharpness (d), per unit of z
/// @param added the shift, (d) or by position, in units of h
/// @param hard whether the gate is a step rather than a sigmoid
/// @param positions where the gate acts, among those that `added` has a row for
/// @param direction the term (read · h) write
public record Gate(float[] gain, float[] threshold, float[] sharpness, Shift added, boolean hard,
    PositionMask positions, RankOne direction) {
  public Gate {
    int d = gain.length;
    if (threshold.length != d || sharpness.length != d || added.everywhere().length != d) {
      throw new IllegalArgumentException("a gate's vectors must have one length, found gain " + d + ", threshold "
          + threshold.length + ", sharpness " + sharpness.length + ", shift " + added.everywhere().length);
    }
    if (!direction.isNone() && direction.read().length != d) {
      throw new IllegalArgumentException("a gate of " + d + " coordinates must have a direction of as many, found "
          + direction.read().length);
    }
    for (int i = 0; i < d; i++) {
      if (!Float.isFinite(gain[i]) || !Float.isFinite(sharpness[i]) || Float.isNaN(threshold[i])) {
        throw new IllegalArgumentException(
            "a gate's gain and sharpness must be finite and its threshold a number, found a violation at coordinate "
                + i);
      }
    }
    gain = gain.clone();
    threshold = threshold.clone();
    sharpness = sharpness.clone();
  }

  /// A gate of four vectors, the same at every position.
  ///
  /// @param shift (d), in units of h
  public Gate(float[] gain, float[] threshold, float[] sharpness, float[] shift, boolean hard,
      PositionMask positions) {
    this(gain, threshold, sharpness, Shift.everywhere(shift), hard, positions, RankOne.NONE);
  }

  /// The gate that changes nothing, over `d` coordinates.
  public static Gate identity(int d) {
    float[] gain = new float[d];
    float[] threshold = new float[d];
    float[] sharpness = new float[d];
    Arrays.fill(gain, 1);
    Arrays.fill(threshold, Float.NEGATIVE_INFINITY);
    Arrays.fill(sharpness, 1);
    return new Gate(gain, threshold, sharpness, new float[d], false, PositionMask.ALL);
  }

  /// Identity but for `coordinates`, which become 0.
  ///
  /// @throws IllegalArgumentException if a coordinate is not below `d`
  public static Gate zeroing(int d, Collection<Integer> coordinates) {
    Gate gate = identity(d);
    for (int i : coordinates) {
      if (i < 0 || i >= d) {
        throw new IllegalArgumentException("coordinate must be in [0, " + d + "), found " + i);
      }
      gate.gain[i] = 0;
    }
    return gate;
  }

  /// The gate that puts rows in the place of what is there: y = row at each of their positions.
  ///
  /// @param rows position → (d), at least one
  public static Gate patching(SortedMap<Integer, float[]> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("patching needs a row at one position at least, found none");
    }
    int d = rows.firstEntry().getValue().length;
    Gate open = identity(d);
    return new Gate(new float[d], open.threshold, open.sharpness, new Shift(new float[d], rows), false,
        PositionMask.ALL, RankOne.NONE);
  }

  /// The same for some coordinates: the others stay what they are.
  ///
  /// @param coordinates distinct or not, each below d
  /// @throws IllegalArgumentException on a coordinate outside
  public static Gate patching(SortedMap<Integer, float[]> rows, Collection<Integer> coordinates) {
    Gate whole = patching(rows);
    Gate open = zeroing(whole.width(), coordinates);
    SortedMap<Integer, float[]> some = new TreeMap<>();
    rows.forEach((position, row) -> {
      float[] kept = new float[row.length];
      coordinates.forEach(j -> kept[j] = row[j]);
      some.put(position, kept);
    });
    return open.plus(new Shift(new float[whole.width()], some));
  }

  /// The same gate at other positions.
  public Gate at(PositionMask where) {
    return new Gate(gain, threshold, sharpness, added, hard, where, direction);
  }

  /// The same gate with another shift.
  public Gate plus(Shift shift) {
    return new Gate(gain, threshold, sharpness, shift, hard, positions, direction);
  }

  /// The same gate with another term along a direction.
  public Gate along(RankOne term) {
    return new Gate(gain, threshold, sharpness, added, hard, positions, term);
  }

  public int width() {
    return gain.length;
  }

  /// What is added wherever the gate acts, where it is not given by position: (d).
  public float[] shift() {
    return added.everywhere();
  }

  /// Whether position `t` of a sequence with `promptLength` prompt tokens is gated.
  public boolean selects(int t, int promptLength) {
    return positions.selects(t, promptLength) && (!added.isByPosition() || added.rows().containsKey(t));
  }

  /// The formula on one row: the reference for every engine.
  ///
  /// @param z its gating signal: (d)
  /// @param h its value: (d)
  /// @param t its position, one that the gate acts on
  /// @return what flows on: (d)
  public float[] apply(float[] z, float[] h, int t) {
    float[] shift = added.at(t);
    double product = direction.product(h);
    float[] y = new float[h.length];
    for (int i = 0; i < y.length; i++) {
      float along = direction.isNone() || direction.write()[i] == 0 ? 0 : (float) (product * direction.write()[i]);
      y[i] = shift[i] + passed(i, z[i], h[i]) + along;
    }
    return y;
  }

  /// The formula on one coordinate of a gate without rows and without a term along a direction.
  ///
  /// @param i the coordinate
  /// @param z its gating signal
  /// @param h its value
  /// @return what flows on where the mask selects
  /// @throws IllegalStateException if the gate has either: one coordinate does not tell
  public float apply(int i, float z, float h) {
    if (added.isByPosition() || !direction.isNone()) {
      throw new IllegalStateException("a gate with rows or a direction acts on whole rows");
    }
    return shift()[i] + passed(i, z, h);
  }

  /// gain · g · h.
  private float passed(int i, float z, float h) {
    boolean alwaysOpen = threshold[i] == Float.NEGATIVE_INFINITY;
    boolean open = alwaysOpen || !hard || z > threshold[i];
    if (gain[i] == 0 || !open) {
      return 0;
    }
    float g = hard || alwaysOpen ? 1 : (float) (1 / (1 + Math.exp(-sharpness[i] * (z - threshold[i]))));
    return gain[i] * g * h;
  }
}
