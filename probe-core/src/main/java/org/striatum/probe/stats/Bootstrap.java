package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/// Percentile intervals by resampling problems with all their items, since items of one problem are not independent.
///
/// (Efron 1979; cluster form: Field and Welsh 2007.)
public final class Bootstrap {
  /// Resamples where nothing else is said.
  public static final int RESAMPLES = 1000;

  private Bootstrap() {}

  /// The statistic of all items with its 95 % interval. As many problems are drawn with replacement as there are, each
  /// bringing all its items. Resamples on which the statistic is NaN (AUROC with one class) are left out of the
  /// interval; where those are more than half, or there is one problem only, the interval is NaN.
  ///
  /// @param problemOfItem (items)
  /// @param statistic a figure of item indices, repeats allowed
  /// @param resamples ≥ 100
  /// @throws IllegalArgumentException without items or with too few resamples
  public static Estimate byProblem(String[] problemOfItem, ToDoubleFunction<int[]> statistic, int resamples,
      RandomGenerator random) {
    int n = problemOfItem.length;
    if (n == 0 || resamples < 100) {
      throw new IllegalArgumentException(
          "a bootstrap needs at least 1 item and 100 resamples, found " + n + " and " + resamples);
    }
    double value = statistic.applyAsDouble(IntStream.range(0, n).toArray());
    int[][] itemsOf = clusters(problemOfItem);
    if (itemsOf.length == 1) {
      return Estimate.exact(value);
    }
    double[] figures = new double[resamples];
    int[] drawn = new int[itemsOf.length];
    int kept = 0;
    for (int r = 0; r < resamples; r++) {
      int total = 0;
      for (int k = 0; k < drawn.length; k++) {
        drawn[k] = random.nextInt(drawn.length);
        total += itemsOf[drawn[k]].length;
      }
      int[] items = new int[total];
      int at = 0;
      for (int k : drawn) {
        System.arraycopy(itemsOf[k], 0, items, at, itemsOf[k].length);
        at += itemsOf[k].length;
      }
      double figure = statistic.applyAsDouble(items);
      if (!Double.isNaN(figure)) {
        figures[kept++] = figure;
      }
    }
    if (kept * 2 < resamples) {
      return Estimate.exact(value);
    }
    double[] sorted = Arrays.copyOf(figures, kept);
    Arrays.sort(sorted);
    return new Estimate(value, quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  /// The same with [#RESAMPLES] resamples.
  public static Estimate byProblem(String[] problemOfItem, ToDoubleFunction<int[]> statistic, RandomGenerator random) {
    return byProblem(problemOfItem, statistic, RESAMPLES, random);
  }

  /// The mean of a figure of each item, with its interval.
  ///
  /// @param values (items)
  /// @throws IllegalArgumentException on different lengths
  public static Estimate meanByProblem(String[] problemOfItem, double[] values, RandomGenerator random) {
    if (values.length != problemOfItem.length) {
      throw new IllegalArgumentException(
          "one value an item is needed, found " + values.length + " values of " + problemOfItem.length + " items");
    }
    return byProblem(problemOfItem, items -> {
      double sum = 0;
      for (int i : items) {
        sum += values[i];
      }
      return sum / items.length;
    }, random);
  }

  /// The q-quantile of sorted figures, interpolated linearly between neighbours (as NumPy does by default).
  ///
  /// @throws IllegalArgumentException without figures or with q outside [0, 1]
  public static double quantile(double[] sorted, double q) {
    if (sorted.length == 0 || !(q >= 0 && q <= 1)) {
      throw new IllegalArgumentException(
          "a quantile needs figures and q in [0, 1], found " + sorted.length + " figures and q = " + q);
    }
    double at = q * (sorted.length - 1);
    int below = (int) at;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
  }

  /// Items of each problem, problems in order of first appearance.
  private static int[][] clusters(String[] problemOfItem) {
    Map<String, Integer> numberOf = new HashMap<>();
    int[] cluster = new int[problemOfItem.length];
    for (int i = 0; i < problemOfItem.length; i++) {
      Integer seen = numberOf.putIfAbsent(problemOfItem[i], numberOf.size());
      cluster[i] = seen == null ? numberOf.size() - 1 : seen;
    }
    int[] sizes = new int[numberOf.size()];
    for (int k : cluster) {
      sizes[k]++;
    }
    int[][] items = new int[sizes.length][];
    Arrays.setAll(items, k -> new int[sizes[k]]);
    for (int i = problemOfItem.length - 1; i >= 0; i--) {
      items[cluster[i]][--sizes[cluster[i]]] = i;
    }
    return items;
  }
}
