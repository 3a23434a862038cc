package org.striatum.probe.intervention;

import org.striatum.probe.run.Printed;

/// What an effect on log-probability is drawn against.
public enum CurveKind implements Printed {
  /// The share of the layer's coordinates ablated, best of the ranking first.
  DOSE("dose"),
  /// α, in deviations towards success.
  STEERING("steering");

  private final String printed;

  CurveKind(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }
}
