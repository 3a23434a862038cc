package org.striatum.probe.value;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.stats.Ranks;

/// Items dealt to folds by problem, as evenly as problems allow.
///
/// @param foldOf (items)
record ProblemFolds(int folds, int[] foldOf) {
  /// @throws NotEnoughData with fewer problems than folds
  static ProblemFolds deal(String[] problems, int folds, RandomGenerator random) {
    Map<String, Integer> numberOf = new LinkedHashMap<>();
    for (String problem : problems) {
      numberOf.putIfAbsent(problem, numberOf.size());
    }
    NotEnoughData.require("cross-fitting in " + folds + " folds", "problems", numberOf.size(), folds);
    int[] order = IntStream.range(0, numberOf.size()).toArray();
    Ranks.shuffle(order, random);
    int[] foldOf = new int[problems.length];
    Arrays.setAll(foldOf, i -> order[numberOf.get(problems[i])] % folds);
    return new ProblemFolds(folds, foldOf);
  }

  int[] inside(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] == fold).toArray();
  }

  int[] outside(int fold) {
    return IntStream.range(0, foldOf.length).filter(i -> foldOf[i] != fold).toArray();
  }
}
