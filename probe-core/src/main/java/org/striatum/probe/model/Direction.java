package org.striatum.probe.model;

/// A direction of a hook point's space, such as the difference of two means.
///
/// @param hook whose space it is of
/// @param vector (d), in units of the hidden state, not all 0
public record Direction(HookPoint hook, float[] vector) {
  public Direction {
    double square = 0;
    for (float value : vector) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException("a direction must be finite, found " + value);
      }
      square += (double) value * value;
    }
    if (square == 0) {
      throw new IllegalArgumentException(
          "a direction must have a coordinate other than 0, found " + vector.length + " zeros");
    }
    vector = vector.clone();
  }

  /// Its Euclidean length, in units of the hidden state.
  public double norm() {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  /// The same direction of length 1: (d).
  public float[] unit() {
    double norm = norm();
    float[] unit = new float[vector.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (vector[i] / norm);
    }
    return unit;
  }

  /// The gate that takes out what lies along it: y = h − (u · h) u.
  public Gate projectedOut() {
    float[] read = unit();
    float[] write = new float[read.length];
    for (int i = 0; i < write.length; i++) {
      write[i] = -read[i];
    }
    return Gate.identity(read.length).along(new RankOne(read, write));
  }

  /// The gate that adds it: y = h + α · vector.
  public Gate added(double alpha) {
    float[] shift = new float[vector.length];
    for (int i = 0; i < shift.length; i++) {
      shift[i] = (float) (alpha * vector[i]);
    }
    return Gate.identity(shift.length).plus(Shift.everywhere(shift));
  }
}
