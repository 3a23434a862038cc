package org.striatum.probe.intervention;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What is done to a set of coordinates, see [Ablation], or to a direction, see [DirectionPlan].
public enum AblationKind implements Printed {
  ZERO("zero"), MEAN("mean"), RESAMPLE("resample"), STEER("steer"), PROJECT_OUT("project-out"), ADD("add");

  private final String printed;

  AblationKind(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  /// As it is printed.
  @Override
  public String toString() {
    return printed();
  }

  /// Whether it is done to a direction rather than to coordinates.
  public boolean ofDirection() {
    return this == PROJECT_OUT || this == ADD;
  }

  /// As reported, e.g. `zero` or `steer +2σ`.
  ///
  /// @param alpha steering's strength in deviations, or how many times a direction is added; other kinds do not look at it
  public String printed(double alpha) {
    return switch (this) {
      case STEER -> String.format(Locale.ROOT, "steer %+.3gσ", alpha).replace('-', '−');
      case ADD -> String.format(Locale.ROOT, "add %+.3g×", alpha).replace('-', '−');
      case ZERO, MEAN, RESAMPLE, PROJECT_OUT -> printed;
    };
  }

  /// The kind of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static AblationKind named(String name) {
    return Printed.named(AblationKind.class, "a kind of ablation", name);
  }
}
