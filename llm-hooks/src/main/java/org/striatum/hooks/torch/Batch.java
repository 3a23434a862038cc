package org.striatum.hooks.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;

/// Token sequences that run together, right-padded to the longest. Row b · positions + t is position t of sequence b.
///
/// In a causal model no real position sees a padded one: padded rows are garbage that nobody reads.
///
/// @param members where each sequence stands in the caller's list
/// @param sequences the sequences
record Batch(int[] members, List<TokenSequence> sequences) {
  public Batch {
    if (sequences.isEmpty() || members.length != sequences.size()) {
      throw new IllegalArgumentException("a batch needs sequences and a place in the caller's list for each, found "
          + sequences.size() + " and " + members.length);
    }
    members = members.clone();
    sequences = List.copyOf(sequences);
  }

  /// What follows the prompts of a batch and where its log-probability is read.
  ///
  /// @param rows the row before each continuation token
  /// @param targets that token
  /// @param members whose it is: the sequence's place in the caller's list
  public record Continuations(long[] rows, long[] targets, int[] members) {
    public Continuations {
      rows = rows.clone();
      targets = targets.clone();
      members = members.clone();
    }
  }

  /// Cuts sequences, longest first, into batches of about `rows` rows, padding included.
  public static List<Batch> of(List<TokenSequence> sequences, int rows) {
    List<Integer> order = byLength(sequences).reversed();
    List<Batch> batches = new ArrayList<>();
    int start = 0;
    while (start < order.size()) {
      int size = Math.clamp(rows / sequences.get(order.get(start)).length(), 1, order.size() - start);
      int[] members = order.subList(start, start + size).stream().mapToInt(Integer::intValue).toArray();
      batches.add(new Batch(members, Arrays.stream(members).mapToObj(sequences::get).toList()));
      start += size;
    }
    return batches;
  }

  /// The places of sequences in their list, shortest first.
  public static List<Integer> byLength(List<TokenSequence> sequences) {
    return IntStream.range(0, sequences.size()).boxed()
        .sorted(Comparator.comparingInt(i -> sequences.get(i).length())).toList();
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

  /// Which rows a mask selects, padding left out: (rows).
  public boolean[] mask(PositionMask mask) {
    int positions = positions();
    boolean[] selected = new boolean[rows()];
    for (int b = 0; b < size(); b++) {
      TokenSequence sequence = sequences.get(b);
      for (int t = 0; t < sequence.length(); t++) {
        selected[b * positions + t] = mask.selects(t, sequence.promptLength());
      }
    }
    return selected;
  }

  /// The continuation tokens of all sequences, in order.
  public Continuations continuations() {
    int positions = positions();
    int count = sequences.stream().mapToInt(sequence -> sequence.length() - sequence.promptLength()).sum();
    long[] rows = new long[count];
    long[] targets = new long[count];
    int[] owners = new int[count];
    int next = 0;
    for (int b = 0; b < size(); b++) {
      int[] tokens = sequences.get(b).tokens();
      for (int t = sequences.get(b).promptLength(); t < tokens.length; t++) {
        rows[next] = (long) b * positions + t - 1;
        targets[next] = tokens[t];
        owners[next++] = members[b];
      }
    }
    return new Continuations(rows, targets, owners);
  }
}
