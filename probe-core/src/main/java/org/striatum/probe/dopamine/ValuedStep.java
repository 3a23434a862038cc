package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.value.Trajectories;

/// One step of one rollout with the value before and after it and the surprise between:
///
///     δₖ = γ V̂(sₖ) − V̂(sₖ₋₁),   r − V̂(sₖ₋₁) for the last step
///
/// (arXiv 2602.00986, §5.)
///
/// @param place which step of which rollout
/// @param span its tokens
/// @param before V̂(sₖ₋₁)
/// @param after V̂(sₖ); the reward after the last step
/// @param error δₖ, how far `after` exceeds `before`
/// @param entropy mean entropy of the distributions its tokens were drawn from, in nats; NaN where not recorded
record ValuedStep(Place place, Span span, double before, double after, Surprise error, double entropy) {
  /// @param rollout index of the rollout
  /// @param index of the step in it, from 0
  /// @param of steps the rollout has
  record Place(int rollout, String problem, Split.Fold fold, int index, int of) {}

  /// @param first first state of the step
  /// @param last last state
  /// @param position of the step's middle in the whole sequence, prompt included, in tokens from 0
  record Span(int first, int last, double position) {}

  /// @param delta δₖ
  /// @param firstHalf δₖ by the first half of the continuations alone; NaN where there are no halves
  /// @param secondHalf by the second half
  record Surprise(double delta, double firstHalf, double secondHalf) {}

  /// All steps with a value before and after them, rollout after rollout.
  ///
  /// @param rollouts any hook point's trajectories
  /// @param entropies rollout → entropy at each generated token; null where not recorded
  static List<ValuedStep> of(Trajectories rollouts, Split split, List<Steps> cuts, StepValues values,
      double[][] entropies, double gamma) {
    List<ValuedStep> steps = new ArrayList<>();
    for (int i = 0; i < rollouts.size(); i++) {
      Steps cut = cuts.get(i);
      for (int k = 0; k < cut.count(); k++) {
        boolean last = k + 1 == cut.count();
        double before = values.before(i, k);
        double after = last ? rollouts.reward(i) : values.before(i, k + 1);
        double delta = (last ? after : gamma * after) - before;
        double[] halves = new double[2];
        for (int half = 0; half < 2; half++) {
          halves[half] = (last ? after : gamma * values.before(i, k + 1, half)) - values.before(i, k, half);
        }
        double entropy = entropies == null ? Double.NaN : mean(entropies[i], cut.first(k) - 1, cut.last(k));
        if (Double.isFinite(delta) && (entropies == null || Double.isFinite(entropy))) {
          double position = rollouts.promptLength(i) - 1 + (cut.first(k) + cut.last(k)) / 2.0;
          steps.add(new ValuedStep(
              new Place(i, rollouts.problem(i), split.of(rollouts.problem(i)), k, cut.count()),
              new Span(cut.first(k), cut.last(k), position), before, after, new Surprise(delta, halves[0], halves[1]),
              entropy));
        }
      }
    }
    return steps;
  }

  private static double mean(double[] values, int from, int to) {
    double sum = 0;
    for (int t = from; t < to; t++) {
      sum += values[t];
    }
    return sum / (to - from);
  }

  int rollout() {
    return place.rollout;
  }

  String problem() {
    return place.problem;
  }

  Split.Fold fold() {
    return place.fold;
  }

  int index() {
    return place.index;
  }

  boolean isLast() {
    return place.index + 1 == place.of;
  }

  /// Tokens of the step.
  int length() {
    return span.last - span.first + 1;
  }

  double position() {
    return span.position;
  }

  double delta() {
    return error.delta;
  }

  boolean hasHalves() {
    return Double.isFinite(error.firstHalf) && Double.isFinite(error.secondHalf);
  }

  static double[] column(List<ValuedStep> steps, ToDoubleFunction<ValuedStep> figure) {
    return steps.stream().mapToDouble(figure).toArray();
  }

  static double[] deltas(List<ValuedStep> steps) {
    return column(steps, ValuedStep::delta);
  }

  static String[] problems(List<ValuedStep> steps) {
    return steps.stream().map(ValuedStep::problem).toArray(String[]::new);
  }

  static boolean haveEntropy(List<ValuedStep> steps) {
    return steps.stream().allMatch(step -> Double.isFinite(step.entropy));
  }
}
