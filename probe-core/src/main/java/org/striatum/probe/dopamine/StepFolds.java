package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Split.Fold;
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

  /// Why a hook point cannot be studied, or null.
  String obstacle(Trajectories states) {
    if (states.width() < 3) {
      return "rankings need at least 3 coordinates, found " + states.width();
    }
    for (Fold fold : Fold.values()) {
      int[] rollouts = Arrays.stream(all.get(fold)).map(row -> pooled.steps().get(row).rollout()).distinct()
          .toArray();
      long right = Arrays.stream(rollouts).filter(i -> states.reward(i) > 0.5).count();
      if (right == 0 || right == rollouts.length) {
        return "each fold needs right and wrong rollouts with steps, found " + right + " right of " + rollouts.length
            + " in " + name(fold) + ": sample more problems";
      }
      int fewest = fold == Fold.TRAIN ? FEWEST_TRAINING : FEWEST_PROBLEMS;
      if (kept.get(fold).length < fewest) {
        return "the " + name(fold) + " fold needs at least " + fewest + " steps with |δ| > " + threshold
            + ", found " + kept.get(fold).length + ": sample more problems";
      }
    }
    for (Fold fold : List.of(Fold.TRAIN, Fold.TEST)) {
      long problems = steps(all.get(fold)).stream().map(ValuedStep::problem).distinct().count();
      if (problems < FEWEST_PROBLEMS) {
        return "tests by problem need at least " + FEWEST_PROBLEMS + " problems in " + name(fold) + ", found "
            + problems
            + ": sample more problems";
      }
    }
    Standardisation scale = pooled.training();
    return IntStream.range(0, scale.width()).allMatch(scale::isConstant)
        ? "no coordinate varies over the training steps"
        : null;
  }

  private static String name(Fold fold) {
    return fold.name().toLowerCase(Locale.ROOT);
  }
}
