package org.striatum.hooks.torch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Which rows give which experts a weight, and where what the experts make of them is found when it is put one expert's below
/// another's, with a row of zeros at the end.
final class ExpertRows {
  private final List<List<Integer>> expertsOf = new ArrayList<>(); // row → experts
  private final long[][] rowsOf; // expert → rows
  private final int most;

  /// @param weights (rows, experts), 0 for those not chosen
  ExpertRows(float[] weights, int experts) {
    for (int row = 0; row < weights.length / experts; row++) {
      int first = row * experts;
      expertsOf.add(IntStream.range(0, experts).filter(e -> weights[first + e] != 0).boxed().toList());
    }
    rowsOf = new long[experts][];
    for (int e = 0; e < experts; e++) {
      int expert = e;
      rowsOf[e] = IntStream.range(0, expertsOf.size()).filter(row -> weights[row * experts + expert] != 0)
          .asLongStream().toArray();
    }
    most = Math.max(1, expertsOf.stream().mapToInt(List::size).max().orElse(0));
  }

  int count() {
    return expertsOf.size();
  }

  /// Experts of the row that has most, at least 1.
  int most() {
    return most;
  }

  /// The rows of an expert.
  long[] of(int expert) {
    return rowsOf[expert];
  }

  /// The experts of each row, filled up with expert 0: (rows · most).
  long[] experts() {
    return IntStream.range(0, count() * most).mapToLong(i -> {
      List<Integer> own = expertsOf.get(i / most);
      return i % most < own.size() ? own.get(i % most) : 0;
    }).toArray();
  }

  /// Where their results are, filled up with the row of zeros: (rows · most).
  long[] places() {
    long[] next = new long[rowsOf.length]; // each expert's next result
    long total = 0;
    for (int e = 0; e < rowsOf.length; e++) {
      next[e] = total;
      total += rowsOf[e].length;
    }
    long[] places = new long[count() * most];
    for (int row = 0; row < count(); row++) {
      List<Integer> own = expertsOf.get(row);
      for (int i = 0; i < most; i++) {
        places[row * most + i] = i < own.size() ? next[own.get(i)]++ : total;
      }
    }
    return places;
  }
}
