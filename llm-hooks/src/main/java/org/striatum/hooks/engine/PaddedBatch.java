package org.striatum.hooks.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.TokenSequence;

/// Token sequences that run together, right-padded to the longest. Row b · positions + t is position t of sequence b.
///
/// In a causal model no real position sees a padded one: what is computed in padded rows is never read.
///
/// @param members index of each sequence in the caller's list
/// @param sequences the sequences, at least one
public record PaddedBatch(int[] members, List<TokenSequence> sequences) {
  public PaddedBatch {
    if (sequences.isEmpty() || members.length != sequences.size()) {
      throw new IllegalArgumentException("a batch needs sequences and a place in the caller's list for each, found "
          + sequences.size() + " and " + members.length);
    }
    members = members.clone();
    sequences = List.copyOf(sequences);
  }

  /// Cuts sequences, longest first, into batches of at most `rows` rows, padding included, or of one sequence.
  public static List<PaddedBatch> of(List<TokenSequence> sequences, long rows) {
    List<Integer> order = IntStream.range(0, sequences.size()).boxed()
        .sorted(Comparator.comparingInt(i -> sequences.get(i).length())).toList().reversed();
    List<PaddedBatch> batches = new ArrayList<>();
    int start = 0;
    while (start < order.size()) {
      int size = Math.clamp(rows / sequences.get(order.get(start)).length(), 1, order.size() - start);
      int[] members = order.subList(start, start + size).stream().mapToInt(Integer::intValue).toArray();
      batches.add(new PaddedBatch(members, Arrays.stream(members).mapToObj(sequences::get).toList()));
      start += size;
    }
    return batches;
  }

  public int size() {
    return sequences.size();
  }

  /// Positions of the longest sequence.
  public int positions() {
    return sequences.stream().mapToInt(TokenSequence::length).max().orElseThrow();
  }

  public int rows() {
    return size() * positions();
  }

  /// Token ids, 0 where padded: (rows).
  public long[] tokens() {
    int positions = positions();
    long[] ids = new long[rows()];
    for (int b = 0; b < size(); b++) {
      int[] tokens = sequences.get(b).tokens();
      for (int t = 0; t < tokens.length; t++) {
        ids[b * positions + t] = tokens[t];
      }
    }
    return ids;
  }

  /// Positions counted from 0 in each sequence: (rows).
  public long[] positionIds() {
    int positions = positions();
    long[] counted = new long[rows()];
    for (int i = 0; i < counted.length; i++) {
      counted[i] = i % positions;
    }
    return counted;
  }

  /// Where a gate meets the rows, padding left out.
  public GatedRows gated(Gate gate) {
    int positions = positions();
    int[] at = new int[rows()];
    int[] promptLengths = new int[at.length];
    Arrays.fill(at, -1);
    for (int b = 0; b < size(); b++) {
      TokenSequence sequence = sequences.get(b);
      for (int t = 0; t < sequence.length(); t++) {
        at[b * positions + t] = t;
        promptLengths[b * positions + t] = sequence.promptLength();
      }
    }
    return GatedRows.of(gate, at, promptLengths);
  }

  /// The continuation tokens of all sequences and the rows before them.
  public ScoredTokens scored() {
    int positions = positions();
    return ScoredTokens.of(members, sequences, (b, t) -> b * positions + t);
  }
}
