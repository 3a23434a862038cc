package org.striatum.probe.dopamine;

import org.striatum.probe.model.HookPoint;

/// Takes the causal TD-error probe of every hook point that a dopamine study reports on, as a scorer of steps.
@FunctionalInterface
public interface ScorerSink {
  /// Keeps nothing.
  ScorerSink NONE = (_, _, _) -> {};

  void keep(String dataset, HookPoint hook, StepScorer scorer);
}
