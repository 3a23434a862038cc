package org.striatum.probe.value;

import org.striatum.probe.run.Printed;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// The probes of a value-neuron study.
public enum ProbeKind implements Printed {
  /// Logistic regression of the outcome on s₀.
  LINEAR("linear"),
  /// The same with an L1 penalty, see [SparseFit].
  SPARSE("sparse"),
  /// Value probes, one for each [Target].
  TD("td"), MONTE_CARLO("monte-carlo"), TD_LAMBDA("td-lambda"), RESIDUAL("residual"), TERMINAL_ONLY("terminal-only");

  private final String printed;

  ProbeKind(String printed) {
    this.printed = printed;
  }

  /// The value probe trained towards a target.
  public static ProbeKind of(Target target) {
    return valueOf(target.name());
  }

  @Override
  public String printed() {
    return printed;
  }
}
