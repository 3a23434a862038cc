package org.striatum.probe.dopamine;

import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.stats.ClusteredRegression;

/// How much of a response to gains alone is found on losses, and the other way round, because δ is estimated: where the
/// continuations say −0.1, δ may be +0.1.
///
///     gains: slope on min(δ̂, 0) / slope on max(δ̂, 0) of E[max(δ, 0) | continuations]
///
/// and likewise for losses, in the regression of the signature's second part.
///
/// @param ofGains in [0, 1]
/// @param ofLosses in [0, 1]
record Leak(double ofGains, double ofLosses) {
  /// Where δ is known.
  static final Leak NONE = new Leak(0, 0);

  private static final int DRAWS = 64;

  static Leak of(List<ValuedStep> steps, ValuePosterior posterior, double gamma, RandomGenerator random) {
    double[] gains = new double[steps.size()];
    double[] losses = new double[steps.size()];
    for (int k = 0; k < DRAWS; k++) {
      double[] delta = DrawnSteps.of(steps, posterior.draw(random), gamma).delta();
      for (int i = 0; i < delta.length; i++) {
        gains[i] += Math.max(delta[i], 0) / DRAWS;
        losses[i] += Math.min(delta[i], 0) / DRAWS;
      }
    }
    ClusteredRegression surprises = SignatureTest.surprises(steps);
    double[] onGains = surprises.fit(gains).coefficients();
    double[] onLosses = surprises.fit(losses).coefficients();
    return new Leak(share(onGains[1] / onGains[0]), share(onLosses[0] / onLosses[1]));
  }

  private static double share(double ratio) {
    return Double.isNaN(ratio) ? 0 : Math.clamp(ratio, 0, 1);
  }
}
