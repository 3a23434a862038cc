package org.striatum.probe.dopamine;

import java.util.List;

/// The values around every step, and their difference, under one draw of what the continuations leave open: (steps).
///
/// @param before V(sₖ₋₁)
/// @param after V(sₖ); the reward after a last step
/// @param delta δ
record DrawnSteps(double[] before, double[] after, double[] delta) {
  /// @param values drawn
  static DrawnSteps of(List<ValuedStep> steps, StepValues values, double gamma) {
    double[] before = new double[steps.size()];
    double[] after = new double[steps.size()];
    double[] delta = new double[steps.size()];
    for (int i = 0; i < delta.length; i++) {
      ValuedStep step = steps.get(i);
      before[i] = values.before(step.rollout(), step.index());
      after[i] = step.isLast() ? step.after() : values.before(step.rollout(), step.index() + 1);
      delta[i] = (step.isLast() ? after[i] : gamma * after[i]) - before[i];
    }
    return new DrawnSteps(before, after, delta);
  }
}
