package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.NotEnoughData;

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
  /// @throws NotEnoughData without items
  /// @throws IllegalArgumentException with too few resamples
  public static Estimate byProblem(String[] problemOfItem, ToDoubleFunction<int[]> statistic, int resamples,
      RandomGenerator random) {
    int n = problemOfItem.length;
    if (resamples < 100) {
      throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
    }
    NotEnoughData.require("a bootstrap", "items", n, 1);
    double value = statistic.applyAsDouble(IntStream.range(0, n).toArray());
    int[][] itemsOf = clusters(problemOfItem);
    if (itemsOf.length == 1) {
      return Estimate.exact(value);
    }
    double[] figures = new double[resamples];
    int[] drawn = new int[itemsOf.length];
    int kept = 0;
    for (int r = 0; r < resamples; r++) {
      for (int k = 0; k < drawn.length; k++) {
        drawn[k] = random.nextInt(drawn.length);
      }
      // With one item each, problems are numbered as items are.
      double figure = statistic.applyAsDouble(itemsOf.length == n ? drawn : items(drawn, itemsOf));
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
    return meanByProblem(problemOfItem, values, RESAMPLES, random);
  }

  /// The same with another number of resamples.
  ///
  /// @param resamples ≥ 100
  public static Estimate meanByProblem(String[] problemOfItem, double[] values, int resamples,
      RandomGenerator random) {
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
    }, resamples, random);
  }

  /// Mean figure of one kind of runs less that of another on the same problems, with its interval: problems, runs of the
  /// first and runs of the second are each drawn with replacement (crossed factors: Owen 2007, *The pigeonhole
  /// bootstrap*). A side of one run stays as it is. With few runs the interval is somewhat too narrow.
  ///
  /// @param first (runs, problems)
  /// @param second (runs, problems)
  /// @throws IllegalArgumentException without runs or problems, or where runs differ in their problems
  public static Estimate crossedDifference(double[][] first, double[][] second, RandomGenerator random) {
    int problems = first.length == 0 ? 0 : first[0].length;
    for (double[][] side : new double[][][]{first, second}) {
      if (side.length == 0 || problems == 0 || Arrays.stream(side).anyMatch(run -> run.length != problems)) {
        throw new IllegalArgumentException(
            "runs that are compared need the same problems, at least one, found " + first.length + " and "
                + second.length + " runs");
      }
    }
    int[] all = IntStream.range(0, problems).toArray();
    double value = mean(first, IntStream.range(0, first.length).toArray(), all)
        - mean(second, IntStream.range(0, second.length).toArray(), all);
    if (problems == 1) {
      return Estimate.exact(value);
    }
    double[] figures = new double[RESAMPLES];
    for (int r = 0; r < figures.length; r++) {
      int[] drawn = random.ints(problems, 0, problems).toArray();
      figures[r] = mean(first, random.ints(first.length, 0, first.length).toArray(), drawn)
          - mean(second, random.ints(second.length, 0, second.length).toArray(), drawn);
    }
    Arrays.sort(figures);
    return new Estimate(value, quantile(figures, 0.025), quantile(figures, 0.975));
  }

  private static double mean(double[][] runs, int[] chosen, int[] problems) {
    double sum = 0;
    for (int run : chosen) {
      for (int problem : problems) {
        sum += runs[run][problem];
      }
    }
    return sum / chosen.length / problems.length;
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

  /// Items of the problems drawn, one problem after another.
  ///
  /// @param drawn the items of each
  public static int[] items(int[][] drawn) {
    int total = 0;
    for (int[] own : drawn) {
      total += own.length;
    }
    int[] items = new int[total];
    int at = 0;
    for (int[] own : drawn) {
      System.arraycopy(own, 0, items, at, own.length);
      at += own.length;
    }
    return items;
  }

  private static int[] items(int[] drawn, int[][] itemsOf) {
    int[][] own = new int[drawn.length][];
    Arrays.setAll(own, k -> itemsOf[drawn[k]]);
    return items(own);
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
