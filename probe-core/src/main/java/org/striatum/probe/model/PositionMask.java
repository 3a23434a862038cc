package org.striatum.probe.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// The positions at which a gate acts; elsewhere the hidden state flows on untouched.
public enum PositionMask {
  ALL, PROMPT, GENERATED, ALL_BUT_FIRST, NONE;

  /// Whether position `t` of a sequence with `promptLength` prompt tokens is gated.
  public boolean selects(int t, int promptLength) {
    return switch (this) {
      case ALL -> true;
      case PROMPT -> t < promptLength;
      case GENERATED -> t >= promptLength;
      case ALL_BUT_FIRST -> t > 0;
      case NONE -> false;
    };
  }

  /// Reads a printed mask.
  ///
  /// @throws IllegalArgumentException if there is none of this name, listing those there are
  @JsonCreator
  public static PositionMask parse(String name) {
    return find(name).orElseThrow(() -> new IllegalArgumentException(
        "positions must be one of " + Arrays.toString(values()) + ", found '" + name + "'"));
  }

  /// The mask of a printed name; empty if there is none.
  public static Optional<PositionMask> find(String name) {
    return Arrays.stream(values()).filter(mask -> mask.toString().equals(name)).findFirst();
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
