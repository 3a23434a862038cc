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

  @Override
  public String printed() {
    return printed;
  }
}
