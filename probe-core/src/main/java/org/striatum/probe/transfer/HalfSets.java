package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.sparse.SharedRidge;
import org.striatum.probe.stats.OutcomeShuffle;
import org.striatum.probe.stats.Ranks;

/// The best coordinates in both halves of a place's problems, by |weight| of a ridge regression of the outcome: with the outcomes
/// as they are, and with outcomes shuffled by problem, which is what sets look like where there is nothing to agree on.
///
/// @param halvings one for each random halving, (2, 1 + shuffles, k): best first, the outcomes as they are in row 0; (0) where a
///     half has one class only
record HalfSets(List<int[][][]> halvings) {
  /// The linear probe's, where its log-loss is near even odds and so has a curvature of ¼.
  private static final double PENALTY = 4 / LinearProbe.DEFAULT_C;

  /// @param all of the place: no figure of a set is about test problems, so none is left out
  /// @param deals a number for each halving, the same for all places
  /// @param shuffles ≥ 0
  /// @param k coordinates kept of each order
  /// @param random the same for one dataset at all hook points, so that they are shuffled alike
  static HalfSets of(FirstStates all, long[] deals, int shuffles, int k, RandomGenerator random) {
    List<int[][][]> halvings = new ArrayList<>();
    for (long deal : deals) {
      FirstStates[] halves = all.halves(deal);
      int[][][] orders = new int[halves.length][][];
      boolean both = true;
      for (int h = 0; h < halves.length; h++) {
        both &= halves[h].hasBothOutcomes();
        orders[h] = orders(halves[h], shuffles, k, random);
      }
      halvings.add(both ? orders : new int[0][][]);
    }
    return new HalfSets(halvings);
  }

  private static int[][] orders(FirstStates half, int shuffles, int k, RandomGenerator random) {
    if (half.size() == 0) {
      return new int[0][];
    }
    double[][] targets = new double[1 + shuffles][];
    targets[0] = numbers(half.successes());
    for (int s = 1; s <= shuffles; s++) {
      targets[s] = numbers(OutcomeShuffle.byProblem(half.successes(), half.problems(), random));
    }
    return Arrays.stream(SharedRidge.weights(half.rows(), half.width(), targets, PENALTY))
        .map(weights -> Ranks.top(Arrays.stream(weights).map(Math::abs).toArray(), k)).toArray(int[][]::new);
  }

  private static double[] numbers(boolean[] outcomes) {
    double[] numbers = new double[outcomes.length];
    Arrays.setAll(numbers, i -> outcomes[i] ? 1 : 0);
    return numbers;
  }

  /// Whether there is a halving whose halves both have both outcomes.
  boolean isEmpty() {
    return halvings.stream().allMatch(halving -> halving.length == 0);
  }

  /// The share of a set of k that is in the opposite half's, over all halvings; NaN where there is none.
  ///
  /// @param first, second which outcomes of either half, 0 for those that were observed
  double within(int k, int first, int second) {
    return mean(halvings.stream().filter(own -> own.length == 2)
        .mapToDouble(own -> shared(own[0][first], own[1][second], k)).toArray());
  }

  /// The share of a set of k that is in the opposite half's of another place, both ways, so that no problem is in both; NaN where
  /// there is none.
  ///
  /// @param of which outcomes of this place's halves; `other`, of the other's
  double between(HalfSets elsewhere, int k, int[] of, int[] other) {
    double sum = 0;
    int pairs = 0;
    for (int h = 0; h < halvings.size(); h++) {
      int[][][] a = halvings.get(h);
      int[][][] b = elsewhere.halvings.get(h);
      for (int half = 0; half < 2 && a.length == 2 && b.length == 2; half++) {
        sum += shared(a[half][of[half]], b[1 - half][other[1 - half]], k);
        pairs++;
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }

  /// The same between this place and itself with its coordinates renamed: sets that share what was not renamed.
  ///
  /// @param names (width), a permutation
  double renamed(int k, int[] names) {
    double sum = 0;
    int pairs = 0;
    for (int[][][] own : halvings) {
      for (int half = 0; half < own.length; half++) {
        int[] other = Arrays.stream(own[1 - half][0], 0, k).map(j -> names[j]).toArray();
        sum += shared(own[half][0], other, k);
        pairs++;
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }

  private static double shared(int[] first, int[] second, int k) {
    int shared = 0;
    int[] sorted = Arrays.copyOf(first, k);
    Arrays.sort(sorted);
    for (int i = 0; i < k; i++) {
      shared += Arrays.binarySearch(sorted, second[i]) >= 0 ? 1 : 0;
    }
    return (double) shared / k;
  }

  static double mean(double... values) {
    return Arrays.stream(values).filter(Double::isFinite).average().orElse(Double.NaN);
  }
}
