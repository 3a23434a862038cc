package org.striatum.peft.adapter;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// An array that an adapter trains.
///
/// @param name e.g. `layers.0.threshold`
/// @param layer the layer it belongs to, counted from 0
/// @param role within that layer
/// @param shape its dimensions
public record Parameter(String name, int layer, Role role, int[] shape) {
  /// What an array is to its layer.
  public enum Role {
    THRESHOLD, GAIN, WEIGHT, BIAS, SCALE, SHIFT, DOWN, UP, ROTATION;

    String printed() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Parameter {
    shape = shape.clone();
  }

  static Parameter of(int layer, Role role, int... shape) {
    return new Parameter(name(layer, role), layer, role, shape);
  }

  static String name(int layer, Role role) {
    return "layers." + layer + "." + role.printed();
  }

  /// Why values cannot be its own, as one is not finite; empty where all are.
  Optional<String> notFinite(float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return Optional.of("an adapter's values must be finite, found " + values[i] + " at " + i + " of " + name);
      }
    }
    return Optional.empty();
  }

  /// How many values it has.
  public int size() {
    return Arrays.stream(shape).reduce(1, Math::multiplyExact);
  }
}
