package org.striatum.probe.value;

import org.striatum.probe.model.HookPoint;
import org.striatum.probe.sparse.LinearPredictor;

/// Takes every probe that a value-neuron study reports a figure of, as it was fitted for that figure: whoever reads V later
/// reads it by the same probe.
public interface ProbeSink {
  /// Keeps nothing.
  ProbeSink NONE = new ProbeSink() {
    @Override
    public void linear(String dataset, HookPoint hook, String probe, LinearPredictor fitted) {}

    @Override
    public void value(String dataset, HookPoint hook, ValueProbeTraining.Target target, ValueProbe fitted,
        int rollouts) {}
  };

  /// A linear probe of the outcome on s₀.
  ///
  /// @param probe `linear` or `sparse`
  void linear(String dataset, HookPoint hook, String probe, LinearPredictor fitted);

  /// A value probe.
  ///
  /// @param rollouts of training problems that it was fitted to
  void value(String dataset, HookPoint hook, ValueProbeTraining.Target target, ValueProbe fitted, int rollouts);
}
