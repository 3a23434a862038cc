package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.EnoughSteps.Stepped;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.Trajectories;

/// The usable steps of a hook point by fold, as row numbers.
final class StepFolds {
  private final PooledSteps pooled;
  private final double threshold;
  private final Map<Fold, int[]> all = new TreeMap<>();
  private final Map<Fold, int[]> kept = new TreeMap<>();

  StepFolds(PooledSteps pooled, double threshold) {
    this.pooled = pooled;
    this.threshold = threshold;
    for (Fold fold : Fold.values()) {
      all.put(fold, rows(step -> step.fold() == fold));
      kept.put(fold, rows(step -> step.fold() == fold && Math.abs(step.delta()) > threshold));
    }
  }

  private int[] rows(Predicate<ValuedStep> chosen) {
    return IntStream.range(0, pooled.steps().size()).filter(row -> chosen.test(pooled.steps().get(row))).toArray();
  }

  List<ValuedStep> steps(int[] rows) {
    return Arrays.stream(rows).mapToObj(pooled.steps()::get).toList();
  }

  PooledSteps pooled() {
    return pooled;
  }

  /// All usable steps of a fold.
  int[] all(Fold fold) {
    return all.get(fold);
  }

  /// Those among them with |δ| above the threshold.
  int[] kept(Fold fold) {
    return kept.get(fold);
  }

  /// Refuses a hook point that cannot be studied.
  ///
  /// @throws NotEnoughData saying what is missing
  void requireEnough(Trajectories states) {
    NotEnoughData.require("a ranking", "coordinates", states.width(), 3);
    for (Fold fold : Fold.values()) {
      EnoughSteps.require(fold, stepped(fold, states));
      NotEnoughData.require(EnoughSteps.purpose(fold), "steps with |δ| > " + threshold, kept.get(fold).length,
          EnoughSteps.fewest(fold));
    }
    Standardisation scale = pooled.training();
    NotEnoughData.require("a ranking", "coordinates that vary over the training steps",
        IntStream.range(0, scale.width()).filter(j -> !scale.isConstant(j)).count(), 1);
  }

  /// A fold's rollouts, each with the steps of it that can be used.
  private List<Stepped> stepped(Fold fold, Trajectories states) {
    Map<Integer, Integer> steps = new TreeMap<>();
    Arrays.stream(all.get(fold)).forEach(row -> steps.merge(pooled.steps().get(row).rollout(), 1, Integer::sum));
    return steps.entrySet().stream()
        .map(one -> new Stepped(states.problem(one.getKey()), states.reward(one.getKey()) > 0.5, one.getValue()))
        .toList();
  }
}
