package org.striatum.probe.stats;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Outcomes that have nothing to do with their states any more.
public final class OutcomeShuffle {
  private OutcomeShuffle() {}

  /// Outcomes shuffled by problem: problems are put in random order, their outcomes strung together and dealt out again in the old
  /// order. A problem gets another's outcomes, as a block where problems have equally many rollouts; successes stay as many as
  /// they were.
  ///
  /// @param successes (items)
  /// @param problems (items)
  public static boolean[] byProblem(boolean[] successes, String[] problems, RandomGenerator random) {
    Map<String, List<Integer>> itemsOf = new LinkedHashMap<>();
    for (int i = 0; i < successes.length; i++) {
      itemsOf.computeIfAbsent(problems[i], _ -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> blocks = new ArrayList<>(itemsOf.values());
    int[] to = blocks.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    for (int i = blocks.size() - 1; i > 0; i--) {
      Collections.swap(blocks, i, random.nextInt(i + 1));
    }
    int[] from = blocks.stream().flatMap(List::stream).mapToInt(Integer::intValue).toArray();
    boolean[] shuffled = new boolean[successes.length];
    IntStream.range(0, to.length).forEach(k -> shuffled[to[k]] = successes[from[k]]);
    return shuffled;
  }
}
