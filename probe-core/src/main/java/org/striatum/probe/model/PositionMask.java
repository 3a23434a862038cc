package org.striatum.probe.model;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// The positions at which a gate acts; elsewhere the hidden state flows on untouched.
public enum PositionMask implements Printed {
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
  public static PositionMask parse(String name) {
    return Printed.named(PositionMask.class, "positions", name);
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return printed();
  }
}
