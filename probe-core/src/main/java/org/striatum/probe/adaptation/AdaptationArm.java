package org.striatum.probe.adaptation;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What is learned in one arm of an adaptation study, in the order arms are reported.
public enum AdaptationArm implements Printed {
  /// Nothing: the model as it is.
  FROZEN,
  /// Gates on value neurons.
  VALUE,
  /// Gates on random sets matched to the value neurons.
  VALUE_MATCHED,
  /// Gates on dopamine neurons.
  DOPAMINE,
  /// Gates on random sets matched to the dopamine neurons.
  DOPAMINE_MATCHED,
  /// Gates on the coordinates of largest RMS.
  LARGEST,
  /// Gates on every coordinate.
  ALL,
  /// Every bias of the checkpoint.
  BITFIT,
  /// Low-rank changes of the query and value projections.
  LORA;

  /// As results and files name it: `value-matched`.
  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /// The arm of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none
  @JsonCreator
  public static AdaptationArm named(String name) {
    return Printed.named(AdaptationArm.class, "an arm", name);
  }

  /// Whether random sets stand in it, drawn to match reward neurons.
  public boolean isMatched() {
    return this == VALUE_MATCHED || this == DOPAMINE_MATCHED;
  }

  /// The arm of the random sets that are matched to this one's.
  ///
  /// @throws IllegalArgumentException if it is no arm of reward neurons
  public AdaptationArm matched() {
    return switch (this) {
      case VALUE -> VALUE_MATCHED;
      case DOPAMINE -> DOPAMINE_MATCHED;
      default -> throw new IllegalArgumentException("only value and dopamine have matched sets, found " + printed());
    };
  }

  @Override
  public String toString() {
    return printed();
  }
}
