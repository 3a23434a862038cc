package org.striatum.hooks.engine;

import java.util.List;
import java.util.function.IntBinaryOperator;
import org.striatum.probe.model.TokenSequence;

/// The continuation tokens of a batch and the rows of a run at which their log-probabilities are read.
///
/// @param rows the row before each continuation token: (targets)
/// @param targets that token: (targets)
/// @param items index of its sequence in the caller's list: (targets)
public record ScoredTokens(long[] rows, long[] targets, int[] items) {
  public ScoredTokens {
    rows = rows.clone();
    targets = targets.clone();
    items = items.clone();
  }

  /// The tokens behind the prompts of sequences, in order.
  ///
  /// @param members index of each sequence in the caller's list
  /// @param rowOf (sequence of the batch, position) → row of the run
  public static ScoredTokens of(int[] members, List<TokenSequence> sequences, IntBinaryOperator rowOf) {
    int count = sequences.stream().mapToInt(sequence -> sequence.length() - sequence.promptLength()).sum();
    long[] rows = new long[count];
    long[] targets = new long[count];
    int[] items = new int[count];
    int next = 0;
    for (int b = 0; b < members.length; b++) {
      int[] tokens = sequences.get(b).tokens();
      for (int t = sequences.get(b).promptLength(); t < tokens.length; t++) {
        rows[next] = rowOf.applyAsInt(b, t - 1);
        targets[next] = tokens[t];
        items[next++] = members[b];
      }
    }
    return new ScoredTokens(rows, targets, items);
  }

  public int count() {
    return targets.length;
  }

  /// Adds each token's log-probability to its item's sum.
  ///
  /// @param logProbabilities in nats: (targets)
  /// @param sums by item
  public void addTo(double[] sums, float[] logProbabilities) {
    for (int i = 0; i < logProbabilities.length; i++) {
      sums[items[i]] += logProbabilities[i];
    }
  }
}
