package org.striatum.studies.fits;

import java.util.Arrays;
import java.util.Optional;
import org.striatum.probe.dopamine.StepPooling;
import org.striatum.probe.dopamine.StepScorer;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.value.ValueProbe;

/// A fitted probe with its data set, hook point and kind.
public sealed interface Fit {
  /// The data set it was fitted on.
  String dataset();

  HookPoint hook();

  /// Its name in the results: `linear`, `sparse`, a value probe's target, `td-error`.
  String probe();

  /// A linear probe of the outcome on s₀.
  record Linear(String dataset, HookPoint hook, String probe, LinearPredictor predictor) implements Fit {}

  /// A value probe.
  ///
  /// @param rollouts of training problems that it was fitted to
  record Value(String dataset, HookPoint hook, String probe, ValueProbe network, int rollouts) implements Fit {}

  /// A causal TD-error probe, as a scorer of steps.
  record Scorer(String dataset, HookPoint hook, StepScorer scorer) implements Fit {
    private static final String NAME = "td-error";

    /// `td-error` over means of a step's tokens, `td-error-last`, `td-error-max`.
    static String name(StepPooling pooling) {
      return pooling == StepPooling.MEAN ? NAME : NAME + "-" + pooling.printed();
    }

    /// The pooling of the probe of that name; empty for a probe of another kind.
    static Optional<StepPooling> pooling(String probe) {
      return Arrays.stream(StepPooling.values()).filter(pooling -> name(pooling).equals(probe)).findFirst();
    }

    @Override
    public String probe() {
      return name(scorer.pooling());
    }
  }
}
