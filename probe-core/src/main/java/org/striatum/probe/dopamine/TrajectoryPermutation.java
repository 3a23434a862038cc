package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Random reassignments of δ that keep what a step's place in its rollout alone explains: a whole rollout's δ go to
/// another rollout with as many steps, step by step. A rollout that no other is as long as has its own δ shifted round,
/// but only where it has at least 8 steps; with fewer a shift is hardly random, and it is left out, as are rollouts of
/// which a step is missing.
final class TrajectoryPermutation {
  private static final int FEWEST_TO_SHIFT = 8;

  private final List<int[][]> exchangeable = new ArrayList<>(); // each: (rollouts of one length, steps)
  private final List<int[]> shifted = new ArrayList<>(); // each: (steps)
  private final int[] movable; // rows
  private final int[] stratum; // row → its stratum, −1 where it cannot be moved
  private final int strata;

  /// @param steps rollout after rollout
  TrajectoryPermutation(List<ValuedStep> steps) {
    Map<Integer, List<int[]>> byLength = new LinkedHashMap<>();
    for (int from = 0, to; from < steps.size(); from = to) {
      ValuedStep first = steps.get(from);
      to = from + 1;
      while (to < steps.size() && steps.get(to).rollout() == first.rollout()) {
        to++;
      }
      if (to - from == first.place().of()) {
        int[] rows = new int[first.place().of()];
        for (int k = 0; k < rows.length; k++) {
          rows[k] = from + k;
        }
        byLength.computeIfAbsent(first.place().of(), _ -> new ArrayList<>()).add(rows);
      }
    }
    stratum = new int[steps.size()];
    Arrays.fill(stratum, -1);
    int next = 0;
    for (List<int[]> group : byLength.values()) {
      int[][] rollouts = group.toArray(int[][]::new);
      if (rollouts.length > 1) {
        exchangeable.add(rollouts);
        for (int k = 0; k < rollouts[0].length; k++, next++) {
          for (int[] rows : rollouts) {
            stratum[rows[k]] = next;
          }
        }
      } else if (rollouts[0].length >= FEWEST_TO_SHIFT) {
        shifted.add(rollouts[0]);
        for (int row : rollouts[0]) {
          stratum[row] = next;
        }
        next++;
      }
    }
    strata = next;
    movable = IntStream.range(0, stratum.length).filter(row -> stratum[row] >= 0).toArray();
  }

  /// Rows that take part, rising.
  int[] movable() {
    return movable;
  }

  /// One random reassignment: row → the row its δ comes from, −1 where it does not take part. (steps)
  int[] draw(RandomGenerator random) {
    int[] source = new int[stratum.length];
    Arrays.fill(source, -1);
    for (int[][] rollouts : exchangeable) {
      int[] order = new int[rollouts.length];
      for (int i = 0; i < order.length; i++) {
        int j = random.nextInt(i + 1);
        order[i] = order[j];
        order[j] = i;
      }
      for (int i = 0; i < order.length; i++) {
        for (int k = 0; k < rollouts[i].length; k++) {
          source[rollouts[i][k]] = rollouts[order[i]][k];
        }
      }
    }
    for (int[] rows : shifted) {
      int by = random.nextInt(1, rows.length);
      for (int k = 0; k < rows.length; k++) {
        source[rows[k]] = rows[(k + by) % rows.length];
      }
    }
    return source;
  }

  /// A figure of every row less its mean over the rows it may be exchanged with; 0 where it does not take part. Sums of
  /// products of two such figures are what a reassignment changes.
  ///
  /// @param figure (steps)
  double[] withinStrata(double[] figure) {
    double[] sums = new double[strata];
    int[] counts = new int[strata];
    for (int row : movable) {
      sums[stratum[row]] += figure[row];
      counts[stratum[row]]++;
    }
    double[] within = new double[figure.length];
    for (int row : movable) {
      within[row] = figure[row] - sums[stratum[row]] / counts[stratum[row]];
    }
    return within;
  }
}
