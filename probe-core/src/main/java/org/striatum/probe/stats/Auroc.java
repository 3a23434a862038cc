package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/// Area under the receiver operating characteristic: the chance that a positive item scores above a negative one,
/// ties counting half.
///
///     AUROC = (Σ mid-ranks of positives − P(P + 1)/2) / (P · N)
///
/// NaN where one class is absent. (Hanley and McNeil 1982.)
public final class Auroc {
  private Auroc() {}

  /// AUROC of all items, O(n log n).
  ///
  /// @param scores (n), higher means more likely positive
  /// @param labels (n)
  /// @throws IllegalArgumentException on different lengths or a NaN score
  public static double of(double[] scores, boolean[] labels) {
    requireSameLength(scores, labels);
    double[] ranks = Ranks.of(scores);
    double rankSum = 0;
    long positives = 0;
    for (int i = 0; i < labels.length; i++) {
      if (labels[i]) {
        rankSum += ranks[i];
        positives++;
      }
    }
    long negatives = labels.length - positives;
    return positives == 0 || negatives == 0
        ? Double.NaN
        : (rankSum - positives * (positives + 1) / 2.0) / ((double) positives * negatives);
  }

  /// AUROC as a function of the items taken (repeats allowed), for resampling: the scores are sorted once, and each call
  /// costs O(n) by counting. The function is not thread-safe.
  ///
  /// @throws IllegalArgumentException on different lengths or a NaN score
  public static ToDoubleFunction<int[]> over(double[] scores, boolean[] labels) {
    requireSameLength(scores, labels);
    int[] order = Ranks.order(scores);
    int[] level = new int[scores.length]; // item → position of its score among the distinct ones
    int last = 0;
    for (int k = 1; k < order.length; k++) {
      last += scores[order[k]] == scores[order[k - 1]] ? 0 : 1;
      level[order[k]] = last;
    }
    int[] cells = new int[scores.length]; // item → where it is counted: negatives of a level, then its positives
    Arrays.setAll(cells, i -> 2 * level[i] + (labels[i] ? 1 : 0));
    int[] counts = new int[2 * (last + 1)];
    return items -> {
      Arrays.fill(counts, 0);
      for (int i : items) {
        counts[cells[i]]++;
      }
      long below = 0;
      long total = 0;
      long wins = 0; // twice, so that ties are whole numbers
      for (int l = 0; l < counts.length; l += 2) {
        wins += counts[l + 1] * (2 * below + counts[l]);
        below += counts[l];
        total += counts[l + 1];
      }
      return total == 0 || below == 0 ? Double.NaN : wins / 2.0 / ((double) total * below);
    };
  }

  private static void requireSameLength(double[] scores, boolean[] labels) {
    if (scores.length != labels.length) {
      throw new IllegalArgumentException(
          "AUROC needs one label a score, found " + scores.length + " scores and " + labels.length + " labels");
    }
  }
}
