package org.striatum.probe.intervention;

import org.striatum.probe.run.Printed;

/// What an intervention is measured by.
public enum OutcomeKind implements Printed {
  /// Share of attempts graded right.
  ACCURACY("accuracy"),
  /// Σ log p of reference solutions, in nats per item.
  LOG_PROBABILITY("log-probability");

  private final String printed;

  OutcomeKind(String printed) {
    this.printed = printed;
  }

  /// How far this outcome falls when a share is lost: that many points of accuracy; for log-probability −ln(1 − share) nats,
  /// with which the probability of a reference solution falls by the share.
  ///
  /// @param share in (0, 1)
  public double drop(double share) {
    return switch (this) {
      case ACCURACY -> share;
      case LOG_PROBABILITY -> -Math.log1p(-share);
    };
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
}
