package org.striatum.probe.model;

import java.util.Arrays;
import java.util.Collection;

/// The one gate. Zero and mean ablation, steering and TauGate are the same function of a hidden coordinate h and its
/// gating signal z (z = h on the residual stream):
///
///     g = σ(sharpness · (z − threshold))      or, hard,   g = 1[z > threshold]
///     y = Where(mask, shift + gain · g · h, h)
///
/// A threshold of −∞ is a gate wholly open (g = 1) and a gain of 0 a gate wholly shut: both select rather than
/// multiply, so an infinite h cannot turn into NaN. The positions selected by the mask belong to the gate, the
/// hook point does not. All of them share the four vectors: a gate cannot put a recorded state of its own back at each of
/// several positions (activation patching). Immutable: the arrays are copied in and must not be changed by readers.
/// (TauGate: arXiv 2602.11726; zero ablation: arXiv 2602.00986.)
///
/// @param gain (d)
/// @param threshold (d), in units of z
/// @param sharpness (d), per unit of z
/// @param shift (d), in units of h
/// @param hard whether the gate is a step rather than a sigmoid
/// @param positions where the gate acts
public record Gate(float[] gain, float[] threshold, float[] sharpness, float[] shift, boolean hard,
    PositionMask positions) {
  public Gate {
    int d = gain.length;
    if (threshold.length != d || sharpness.length != d || shift.length != d) {
      throw new IllegalArgumentException("a gate's vectors must have one length, found gain " + d + ", threshold "
          + threshold.length + ", sharpness " + sharpness.length + ", shift " + shift.length);
    }
    for (int i = 0; i < d; i++) {
      if (!Float.isFinite(gain[i]) || !Float.isFinite(sharpness[i]) || !Float.isFinite(shift[i])
          || Float.isNaN(threshold[i])) {
        throw new IllegalArgumentException(
            "a gate's gain, sharpness and shift must be finite and its threshold a number,"
                + " found a violation at coordinate " + i);
      }
    }
    gain = gain.clone();
    threshold = threshold.clone();
    sharpness = sharpness.clone();
    shift = shift.clone();
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

  /// The same gate at other positions.
  public Gate at(PositionMask where) {
    return new Gate(gain, threshold, sharpness, shift, hard, where);
  }

  public int width() {
    return gain.length;
  }

  /// The formula on one coordinate: the reference for every engine.
  ///
  /// @param i the coordinate
  /// @param z its gating signal
  /// @param h its value
  /// @return what flows on where the mask selects
  public float apply(int i, float z, float h) {
    boolean alwaysOpen = threshold[i] == Float.NEGATIVE_INFINITY;
    boolean open = alwaysOpen || !hard || z > threshold[i];
    if (gain[i] == 0 || !open) {
      return shift[i];
    }
    float g = hard || alwaysOpen ? 1 : (float) (1 / (1 + Math.exp(-sharpness[i] * (z - threshold[i]))));
    return shift[i] + gain[i] * g * h;
  }
}
