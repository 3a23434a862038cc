package org.striatum.probe.intervention;

import java.util.Locale;
import org.striatum.probe.run.Printed;

/// What is done to a set of coordinates, see [Ablation].
public enum AblationKind implements Printed {
  ZERO("zero"), MEAN("mean"), RESAMPLE("resample"), STEER("steer");

  private final String printed;

  AblationKind(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  /// As reported, e.g. `zero` or `steer +2σ`.
  ///
  /// @param alpha steering's strength in deviations; other kinds do not look at it
  public String printed(double alpha) {
    return this == STEER ? String.format(Locale.ROOT, "steer %+.3gσ", alpha).replace('-', '−') : printed;
  }

  /// The kind of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static AblationKind named(String name) {
    return Printed.named(AblationKind.class, "a kind of ablation", name);
  }
}
