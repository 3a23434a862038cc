package org.striatum.probe.transfer;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
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
  /// @param shuffles of all outcomes of the place, the same in every halving, ≥ 0
  /// @param k coordinates kept of each order
  /// @param random the same for one dataset at all hook points, so that they are shuffled alike
  /// @param name of the pieces, distinct
  /// @param pieces one a halving
  static HalfSets of(FirstStates all, long[] deals, int shuffles, int k, RandomGenerator random, String name,
      Pieces pieces) {
    boolean[][] outcomes = new boolean[1 + shuffles][]; // shuffled when they are first needed
    double width = all.width();
    double operations = width * width * (all.size() + width + 2.0 * shuffles);
    List<Halving> halvings = pieces.all(Work.of(name, Halving.class, deals.length, operations, deal -> {
      if (outcomes[0] == null) {
        Arrays.setAll(outcomes, s -> s == 0
            ? all.successes()
            : OutcomeShuffle.byProblem(all.successes(), all.problems(), random));
      }
      int[][] halves = all.halves(deals[deal]);
      boolean both = Arrays.stream(halves).allMatch(items -> all.taken(items).hasBothOutcomes());
      return new Halving(both
          ? Arrays.stream(halves).map(items -> orders(all.taken(items), items, outcomes, k)).toArray(int[][][]::new)
          : new int[0][][]);
    }));
    return new HalfSets(halvings.stream().map(Halving::orders).toList());
  }

  /// One of the halvings.
  private record Halving(int[][][] orders) {}

  /// Best coordinates of a half for each of the outcomes, best first.
  private static int[][] orders(FirstStates half, int[] items, boolean[][] outcomes, int k) {
    double[][] targets = Arrays.stream(outcomes).map(all -> numbers(all, items)).toArray(double[][]::new);
    return Arrays.stream(SharedRidge.weights(half.rows(), half.width(), targets, PENALTY))
        .map(weights -> Ranks.top(Arrays.stream(weights).map(Math::abs).toArray(), k)).toArray(int[][]::new);
  }

  private static double[] numbers(boolean[] outcomes, int[] items) {
    double[] numbers = new double[items.length];
    Arrays.setAll(numbers, i -> outcomes[items[i]] ? 1 : 0);
    return numbers;
  }

  /// Whether there is a halving whose halves both have both outcomes.
  boolean isEmpty() {
    return halvings.stream().allMatch(halving -> halving.length == 0);
  }

  /// The share of a set of k that is in the opposite half's, over all halvings; NaN where there is none.
  ///
  /// @param outcomes which, 0 for those that were observed
  double within(int k, int outcomes) {
    return mean(halvings.stream().filter(own -> own.length == 2)
        .mapToDouble(own -> shared(head(own[0][outcomes], k), head(own[1][outcomes], k))).toArray());
  }

  /// The share of a set of k that is in the opposite half's of another place, both ways, so that no problem is in both; NaN where
  /// there is none.
  ///
  /// @param outcomes which, 0 for those that were observed
  double between(HalfSets other, int k, int outcomes) {
    return between(other, k, outcomes, UnaryOperator.identity());
  }

  /// The same between the sets that were observed, the other's coordinates renamed. Of this place and itself: sets that
  /// share what kept its name.
  ///
  /// @param names (width), a permutation
  double renamed(HalfSets other, int k, int[] names) {
    return between(other, k, 0, set -> Arrays.stream(set).map(j -> names[j]).toArray());
  }

  private double between(HalfSets other, int k, int outcomes, UnaryOperator<int[]> named) {
    double sum = 0;
    int pairs = 0;
    for (int h = 0; h < halvings.size(); h++) {
      int[][][] a = halvings.get(h);
      int[][][] b = other.halvings.get(h);
      for (int half = 0; half < 2 && a.length == 2 && b.length == 2; half++) {
        sum += shared(head(a[half][outcomes], k), named.apply(head(b[1 - half][outcomes], k)));
        pairs++;
      }
    }
    return pairs == 0 ? Double.NaN : sum / pairs;
  }

  private static int[] head(int[] order, int k) {
    return Arrays.copyOf(order, k);
  }

  private static double shared(int[] first, int[] second) {
    Arrays.sort(first);
    return (double) Arrays.stream(second).filter(j -> Arrays.binarySearch(first, j) >= 0).count() / first.length;
  }

  static double mean(double... values) {
    return Arrays.stream(values).filter(Double::isFinite).average().orElse(Double.NaN);
  }
}
