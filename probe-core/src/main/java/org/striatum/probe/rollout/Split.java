package org.striatum.probe.rollout;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.NotEnoughData;

/// Which fold each problem belongs to. All rollouts of a problem, and all problems of one id, share a fold.
public record Split(Map<String, Fold> foldOf) {
  /// Train fits, validation chooses, test is reported.
  public enum Fold {
    TRAIN("training"), VALIDATION("validation"), TEST("test");

    private final String printed;

    Fold(String printed) {
      this.printed = printed;
    }

    public String printed() {
      return printed;
    }
  }

  public Split {
    foldOf = Map.copyOf(foldOf);
  }

  /// Deals distinct problem ids to folds at random.
  ///
  /// @param train share of problems to fit on, in (0, 1)
  /// @param validation share of problems to choose on, ≥ 0, with train + validation < 1
  /// @throws NotEnoughData with fewer distinct problems than folds
  /// @throws IllegalArgumentException on shares that leave no fold for testing
  public static Split byProblem(Collection<String> problemIds, double train, double validation,
      RandomGenerator random) {
    if (!(train > 0 && validation >= 0 && train + validation < 1)) {
      throw new IllegalArgumentException("shares must satisfy train > 0, validation ≥ 0, train + validation < 1, found "
          + train + " and " + validation);
    }
    SortedSet<String> distinct = new TreeSet<>(problemIds);
    NotEnoughData.require("a split by problem", "distinct problems", distinct.size(), 3);
    List<String> order = new ArrayList<>(distinct);
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, random.nextInt(i + 1));
    }
    int trainEnd = (int) Math.round(order.size() * train);
    int validationEnd = (int) Math.round(order.size() * (train + validation));
    Map<String, Fold> folds = new TreeMap<>();
    for (int i = 0; i < order.size(); i++) {
      folds.put(order.get(i), i < trainEnd ? Fold.TRAIN : i < validationEnd ? Fold.VALIDATION : Fold.TEST);
    }
    return new Split(folds);
  }

  /// The fold of a problem.
  ///
  /// @throws IllegalArgumentException if the problem was not dealt
  public Fold of(String problemId) {
    Fold fold = foldOf.get(problemId);
    if (fold == null) {
      throw new IllegalArgumentException("problem '" + problemId + "' is in no fold");
    }
    return fold;
  }
}
