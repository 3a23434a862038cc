package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// Mid-ranks, counted from 1: tied values share the mean of the ranks they take up.
public final class Ranks {
  private Ranks() {}

  /// The mid-rank of each value: (n), O(n log n).
  ///
  /// @throws IllegalArgumentException on NaN, which has no rank
  public static double[] of(double[] values) {
    int[] order = order(values);
    double[] ranks = new double[values.length];
    for (int start = 0; start < order.length;) {
      int end = start + 1;
      while (end < order.length && values[order[end]] == values[order[start]]) {
        end++;
      }
      for (int k = start; k < end; k++) {
        ranks[order[k]] = (start + end + 1) / 2.0;
      }
      start = end;
    }
    return ranks;
  }

  /// Indices by increasing value, ties (−0 and 0 among them) in their original order: (n).
  ///
  /// @throws IllegalArgumentException on NaN
  static int[] order(double[] values) {
    for (int i = 0; i < values.length; i++) {
      if (Double.isNaN(values[i])) {
        throw new IllegalArgumentException(
            "a value to rank must be a number, found NaN at item " + i + ": leave such items out");
      }
    }
    int[] order = new int[values.length];
    Arrays.setAll(order, i -> i);
    int[] merged = new int[values.length];
    for (int run = 1; run < values.length; run *= 2) {
      for (int start = 0; start < values.length; start += 2 * run) {
        merge(values, order, start, Math.min(start + run, values.length), Math.min(start + 2 * run, values.length),
            merged);
      }
      int[] held = order;
      order = merged;
      merged = held;
    }
    return order;
  }

  /// Merges two ordered runs of indices, [start, middle) and [middle, end); of equal values those of the first come first.
  private static void merge(double[] values, int[] order, int start, int middle, int end, int[] merged) {
    int one = start;
    int two = middle;
    for (int k = start; k < end; k++) {
      boolean first = two == end || (one < middle && values[order[one]] <= values[order[two]]);
      merged[k] = first ? order[one++] : order[two++];
    }
  }

  /// The highest scores' indices, best first, ties by lower index: (k).
  ///
  /// @throws IllegalArgumentException if k is not in [0, scores.length], or on NaN
  public static int[] top(double[] scores, int k) {
    if (k < 0 || k > scores.length) {
      throw new IllegalArgumentException("top k must be in [0, " + scores.length + "], found " + k);
    }
    double[] negated = new double[scores.length];
    Arrays.setAll(negated, i -> -scores[i]);
    return Arrays.copyOf(order(negated), k);
  }

  /// Puts items in random order (Fisher and Yates).
  public static void shuffle(int[] items, RandomGenerator random) {
    for (int i = items.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int held = items[i];
      items[i] = items[j];
      items[j] = held;
    }
  }
}
