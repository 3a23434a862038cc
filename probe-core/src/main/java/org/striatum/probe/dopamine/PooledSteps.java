package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.FiniteValues;
import org.striatum.probe.stats.RunningMoments;
import org.striatum.probe.value.Trajectories;

/// The activations of every step at one hook point: z-scored and pooled over the step's tokens. What is pooled is kept
/// rather than z-scores, which follow from it on either scale. Reads every state once.
final class PooledSteps {
  private final int width;
  private final List<ValuedStep> steps;
  private final StepPooling pooling;
  private final int[] rowOf; // step → row of its pooled values
  private final float[] pooled; // (rows, values of a step)
  private final Standardisation training;
  private final Standardisation[] responses; // rollout → moments of its own generated tokens
  private final int excluded;

  private PooledSteps(int width, List<ValuedStep> steps, StepPooling pooling, int[] rowOf, float[] pooled,
      Standardisation training, Standardisation[] responses, int excluded) {
    this.width = width;
    this.steps = steps;
    this.pooling = pooling;
    this.rowOf = rowOf;
    this.pooled = pooled;
    this.training = training;
    this.responses = responses;
    this.excluded = excluded;
  }

  /// Reads the states of all steps; steps with a state that holds NaN or ∞ are left out.
  ///
  /// @param all rollout after rollout
  static PooledSteps read(Trajectories states, List<ValuedStep> all, StepPooling pooling) {
    int width = states.width();
    int values = pooling.values(width);
    float[] pooled = new float[Math.multiplyExact(all.size(), values)];
    Standardisation[] responses = new Standardisation[states.size()];
    RunningMoments training = new RunningMoments(width);
    BitSet usable = new BitSet(all.size());
    float[] rows = new float[0];
    for (int from = 0, to; from < all.size(); from = to) {
      int rollout = all.get(from).rollout();
      to = from + 1;
      while (to < all.size() && all.get(to).rollout() == rollout) {
        to++;
      }
      int length = states.length(rollout);
      if (rows.length < Math.multiplyExact(length, width)) {
        rows = new float[length * width];
      }
      states.states(rollout, rows, 0);
      RunningMoments response = new RunningMoments(width);
      for (int s = from; s < to; s++) {
        ValuedStep step = all.get(s);
        usable.set(s, FiniteValues.only(rows, step.span().first() * width, step.length() * width));
        for (int t = step.span().first(); usable.get(s) && t <= step.span().last(); t++) {
          response.add(rows, t * width);
          if (step.fold() == Split.Fold.TRAIN) {
            training.add(rows, t * width);
          }
        }
        if (usable.get(s)) {
          pooling.pool(rows, step.span().first(), step.span().last(), width, pooled, s * values);
        }
      }
      responses[rollout] = scale(response);
    }
    List<ValuedStep> kept = new ArrayList<>();
    usable.stream().forEach(s -> kept.add(all.get(s)));
    return new PooledSteps(width, List.copyOf(kept), pooling, usable.stream().toArray(), pooled, scale(training),
        responses, all.size() - kept.size());
  }

  private static Standardisation scale(RunningMoments tokens) {
    return new Standardisation(tokens.means(), tokens.deviations());
  }

  int width() {
    return width;
  }

  /// The steps that can be used, in their order.
  List<ValuedStep> steps() {
    return steps;
  }

  /// Steps left out for NaN or ∞ in a state.
  int excluded() {
    return excluded;
  }

  /// Moments of the training problems' generated tokens.
  Standardisation training() {
    return training;
  }

  /// Pooled z-scores of chosen steps: (chosen, width).
  float[] rows(Scaling scaling, int[] chosen) {
    float[] rows = new float[Math.multiplyExact(chosen.length, width)];
    for (int i = 0; i < chosen.length; i++) {
      Standardisation scale = scaling == Scaling.CAUSAL ? training : responses[steps.get(chosen[i]).rollout()];
      for (int j = 0; j < width; j++) {
        rows[i * width + j] = (float) pooling.z(scale, j, pooled, rowOf[chosen[i]] * pooling.values(width));
      }
    }
    return rows;
  }

  /// One coordinate's causal z-score, pooled, of chosen steps: (chosen).
  double[] coordinate(int j, int[] chosen) {
    double[] values = new double[chosen.length];
    Arrays.setAll(values, i -> pooling.z(training, j, pooled, rowOf[chosen[i]] * pooling.values(width)));
    return values;
  }
}
