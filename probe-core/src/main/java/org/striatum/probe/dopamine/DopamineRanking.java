package org.striatum.probe.dopamine;

import org.striatum.probe.run.Printed;

/// The rankings of coordinates that a dopamine study computes.
public enum DopamineRanking implements Printed {
  /// First-layer weights of the TD-error probe: the paper's.
  TD_ERROR_FIRST_LAYER_L1("td-error-first-layer-l1"),
  /// |Spearman's ρ| of the coordinate with δ over all training steps.
  DELTA_CORRELATION("delta-correlation");

  private final String printed;

  DopamineRanking(String printed) {
    this.printed = printed;
  }

  @Override
  public String printed() {
    return printed;
  }

  /// The ranking of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static DopamineRanking named(String name) {
    return Printed.named(DopamineRanking.class, "ranking", name);
  }
}
