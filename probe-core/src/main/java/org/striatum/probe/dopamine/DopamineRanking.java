package org.striatum.probe.dopamine;

import org.striatum.probe.run.Printed;

/// The rankings of coordinates that a dopamine study computes.
public enum DopamineRanking implements Printed {
  /// First-layer weights of the TD-error probe, its inputs scaled by the moments of training tokens.
  TD_ERROR_FIRST_LAYER_L1("td-error-first-layer-l1"),
  /// The same with inputs scaled over each whole response: the paper's. What a response says later is in them.
  TD_ERROR_WHOLE_RESPONSE_L1("td-error-whole-response-l1"),
  /// |Spearman's ρ| of the coordinate with δ over all training steps.
  DELTA_CORRELATION("delta-correlation"),
  /// Mean z over the steps of unexpected successes less that over the steps of unexpected failures, on training rollouts: high
  /// where reward is higher than expected, low where it is lower (arXiv 2602.00986v1, §5).
  SURPRISE_CONTRAST("surprise-contrast");

  private final String printed;

  DopamineRanking(String printed) {
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

  /// The ranking of that printed name.
  ///
  /// @throws IllegalArgumentException on any other name
  public static DopamineRanking named(String name) {
    return Printed.named(DopamineRanking.class, "ranking", name);
  }
}
