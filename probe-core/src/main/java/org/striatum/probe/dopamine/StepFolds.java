package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.Trajectories;

/// The usable steps of a hook point by fold, as row numbers.
final class StepFolds {
  static final int FEWEST_PROBLEMS = 10; // of training and of test
  private static final int FEWEST_TRAINING = 20; // kept steps

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
      int[] rollouts = Arrays.stream(all.get(fold)).map(row -> pooled.steps().get(row).rollout()).distinct()
          .toArray();
      long right = Arrays.stream(rollouts).filter(i -> states.reward(i) > 0.5).count();
      NotEnoughData.requireBothOutcomes(purpose(fold), "rollouts with steps", right, rollouts.length);
      NotEnoughData.require(purpose(fold), "steps with |δ| > " + threshold, kept.get(fold).length,
          fold == Fold.TRAIN ? FEWEST_TRAINING : FEWEST_PROBLEMS);
    }
    for (Fold fold : List.of(Fold.TRAIN, Fold.TEST)) {
      long problems = steps(all.get(fold)).stream().map(ValuedStep::problem).distinct().count();
      NotEnoughData.require(purpose(fold), "problems", problems, FEWEST_PROBLEMS);
    }
    Standardisation scale = pooled.training();
    NotEnoughData.require("a ranking", "coordinates that vary over the training steps",
        IntStream.range(0, scale.width()).filter(j -> !scale.isConstant(j)).count(), 1);
  }

  private static String purpose(Fold fold) {
    return "the " + fold.printed() + " fold";
  }
}
