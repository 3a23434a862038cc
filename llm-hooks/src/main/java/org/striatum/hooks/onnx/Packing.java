package org.striatum.hooks.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.striatum.hooks.engine.GatedRows;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.TokenSequence;

/// Which row of one run holds which tokens of several sequences.
///
/// In a causal model a row depends on its token and on those before it, and through gates on which positions they
/// select. Sequences that begin alike therefore share rows: there is one row for each distinct beginning, and none for
/// padding. The prompt of K rollouts is computed once.
///
/// With packed weights a row's figures do not depend on the rows beside it, to the last bit. The runtime computes a product with a single row in
/// another order than one with more, so nothing is laid out that leaves a row alone: attention takes queries in blocks of an
/// even number of places, and has an even number of them.
final class Packing {
  /// One more token behind the beginning that ends in row `parent` (−1: none).
  ///
  /// @param selection a bit for each position mask: whether it selects this position
  private record Beginning(int parent, int token, int selection) {}

  /// Where a row was first met.
  private record RowOrigin(TokenSequence sequence, int position) {}

  private final Map<Beginning, Integer> rowOf = new HashMap<>();
  private final List<RowOrigin> rows = new ArrayList<>();
  private final List<Integer> members = new ArrayList<>(); // the caller's numbers of the sequences
  private final List<int[]> rowsOf = new ArrayList<>(); // sequence b → (positions)
  private int longest; // positions of the longest sequence

  /// Sequences one below another, in their order.
  static Packing of(List<TokenSequence> sequences) {
    Packing packing = new Packing();
    for (int i = 0; i < sequences.size(); i++) {
      packing.add(i, sequences.get(i));
    }
    return packing;
  }

  /// Cuts sequences into runs of at most `mostRows` rows each, or one sequence. Sequences with equal prompts stay
  /// together, and those of similar length, for attention pads to the longest of a run.
  ///
  /// @param mostScores bounds (sequences · longest²), the scores of one attention head
  static List<Packing> plan(List<TokenSequence> sequences, int mostRows, long mostScores) {
    List<Packing> runs = new ArrayList<>();
    Packing run = new Packing();
    for (int i : order(sequences)) {
      TokenSequence sequence = sequences.get(i);
      long positions = even(Math.max(run.longest, sequence.length()));
      boolean fits = run.rows() + run.fresh(sequence) <= mostRows
          && (run.sequences() + 1) * positions * positions <= mostScores;
      if (run.sequences() > 0 && !fits) {
        runs.add(run);
        run = new Packing();
      }
      run.add(i, sequence);
    }
    runs.add(run);
    return runs;
  }

  /// Groups of equal prompts, those with the longest sequence first, each from its longest to its shortest.
  private static List<Integer> order(List<TokenSequence> sequences) {
    Map<List<Integer>, List<Integer>> groups = new LinkedHashMap<>();
    IntStream.range(0, sequences.size()).boxed()
        .sorted(Comparator.comparingInt((Integer i) -> sequences.get(i).length()).reversed())
        .forEach(i -> groups.computeIfAbsent(prompt(sequences.get(i)), _ -> new ArrayList<>()).add(i));
    return groups.values().stream().flatMap(List::stream).toList();
  }

  private static List<Integer> prompt(TokenSequence sequence) {
    return Arrays.stream(sequence.prompt().tokens()).boxed().toList();
  }

  private void add(int member, TokenSequence sequence) {
    int[] at = new int[sequence.length()];
    int parent = -1;
    for (int t = 0; t < at.length; t++) {
      Beginning beginning = beginning(parent, sequence, t);
      Integer row = rowOf.putIfAbsent(beginning, rows.size());
      if (row == null) {
        row = rows.size();
        rows.add(new RowOrigin(sequence, t));
      }
      at[t] = row;
      parent = row;
    }
    members.add(member);
    rowsOf.add(at);
    longest = Math.max(longest, at.length);
  }

  /// Rows that a sequence would add.
  private int fresh(TokenSequence sequence) {
    int parent = -1;
    for (int t = 0; t < sequence.length(); t++) {
      Integer row = rowOf.get(beginning(parent, sequence, t));
      if (row == null) {
        return sequence.length() - t;
      }
      parent = row;
    }
    return 0;
  }

  private static Beginning beginning(int parent, TokenSequence sequence, int t) {
    int selection = 0;
    for (PositionMask mask : PositionMask.values()) {
      selection = 2 * selection + (mask.selects(t, sequence.promptLength()) ? 1 : 0);
    }
    return new Beginning(parent, sequence.tokens()[t], selection);
  }

  int rows() {
    return rows.size();
  }

  int sequences() {
    return rowsOf.size();
  }

  /// The caller's number of sequence b.
  int member(int b) {
    return members.get(b);
  }

  /// The row of each position of sequence b.
  int[] rowsOf(int b) {
    return rowsOf.get(b);
  }

  /// The token of each row: (rows).
  long[] tokens() {
    return rows.stream().mapToLong(place -> place.sequence().tokens()[place.position()]).toArray();
  }

  /// The position of each row in its sequences: (rows).
  long[] positions() {
    return rows.stream().mapToLong(RowOrigin::position).toArray();
  }

  /// Places of a sequence: those of the longest, made even.
  int places() {
    return even(longest);
  }

  private static int even(int length) {
    return length + length % 2;
  }

  /// The row at each place, row 0 in place of padding: (sequences · places).
  int[] rowAt() {
    int[] at = new int[sequences() * places()];
    for (int b = 0; b < sequences(); b++) {
      System.arraycopy(rowsOf.get(b), 0, at, b * places(), rowsOf.get(b).length);
    }
    return at;
  }

  /// One place of each row: (rows), in [0, sequences · places).
  int[] placeOf() {
    int[] places = new int[rows()];
    for (int b = 0; b < sequences(); b++) {
      for (int t = 0; t < rowsOf.get(b).length; t++) {
        places[rowsOf.get(b)[t]] = b * places() + t;
      }
    }
    return places;
  }

  /// The last position of each sequence: (sequences).
  int[] lastPositions() {
    return rowsOf.stream().mapToInt(at -> at.length - 1).toArray();
  }

  /// Where a gate meets the rows.
  GatedRows gated(Gate gate) {
    return GatedRows.of(gate, rows.stream().mapToInt(RowOrigin::position).toArray(),
        rows.stream().mapToInt(place -> place.sequence().promptLength()).toArray());
  }
}
