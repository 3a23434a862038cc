package org.striatum.probe.transfer;

import java.util.Arrays;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.value.Trajectories;

/// s₀ of rollouts with their outcomes. The arrays are shared, not copied, and never written. Rows with NaN or ∞ are left out
/// when they are read.
///
/// @param rows (size, width) row-major
/// @param successes (size)
/// @param problems (size)
/// @param promptLengths (size)
record FirstStates(float[] rows, int width, boolean[] successes, String[] problems, double[] promptLengths) {
  static FirstStates of(Trajectories source) {
    int width = source.width();
    int n = source.size();
    float[] rows = new float[Math.multiplyExact(n, width)];
    boolean[] successes = new boolean[n];
    String[] problems = new String[n];
    double[] lengths = new double[n];
    float[] states = new float[0];
    int size = 0;
    for (int i = 0; i < n; i++) {
      int needed = Math.multiplyExact(source.length(i), width);
      if (states.length < needed) {
        states = new float[needed];
      }
      source.states(i, states, 0);
      if (IntStream.range(0, width).allMatch(isFinite(states))) {
        System.arraycopy(states, 0, rows, size * width, width);
        successes[size] = source.reward(i) > 0.5;
        problems[size] = source.problem(i);
        lengths[size++] = source.promptLength(i);
      }
    }
    return new FirstStates(rows, width, successes, problems, lengths).taken(IntStream.range(0, size).toArray());
  }

  private static IntPredicate isFinite(float[] states) {
    return j -> Float.isFinite(states[j]);
  }

  int size() {
    return successes.length;
  }

  /// Those whose problem lies in a fold.
  FirstStates in(Split.Fold fold, Split split) {
    return where(i -> split.of(problems[i]) == fold);
  }

  FirstStates where(IntPredicate kept) {
    return taken(IntStream.range(0, size()).filter(kept).toArray());
  }

  FirstStates taken(int[] members) {
    float[] chosen = new float[members.length * width];
    boolean[] outcomes = new boolean[members.length];
    for (int k = 0; k < members.length; k++) {
      System.arraycopy(rows, members[k] * width, chosen, k * width, width);
      outcomes[k] = successes[members[k]];
    }
    return new FirstStates(chosen, width, outcomes,
        Arrays.stream(members).mapToObj(i -> problems[i]).toArray(String[]::new),
        Arrays.stream(members).mapToDouble(i -> promptLengths[i]).toArray());
  }

  /// The same states restricted to some coordinates.
  FirstStates columns(int[] coordinates) {
    float[] chosen = new float[size() * coordinates.length];
    for (int i = 0; i < size(); i++) {
      for (int k = 0; k < coordinates.length; k++) {
        chosen[i * coordinates.length + k] = rows[i * width + coordinates[k]];
      }
    }
    return new FirstStates(chosen, coordinates.length, successes, problems, promptLengths);
  }

  /// Two disjoint halves by problem, of about equal size: a problem falls into the same half wherever it is met, so that
  /// opposite halves of two runs share no problem.
  ///
  /// @param deal which dealing
  ///
  /// @return items of either
  int[][] halves(long deal) {
    int[][] halves = new int[2][];
    Arrays.setAll(halves,
        which -> IntStream.range(0, size()).filter(i -> half(problems[i], deal) == which).toArray());
    return halves;
  }

  private static int half(String problem, long deal) {
    return new SplittableRandom(deal ^ (0x9E3779B97F4A7C15L * problem.hashCode())).nextInt(2);
  }

  SortedSet<String> distinctProblems() {
    return new TreeSet<>(Arrays.asList(problems));
  }

  boolean hasBothOutcomes() {
    return IntStream.range(0, size()).mapToObj(i -> successes[i]).distinct().count() == 2;
  }

  /// @throws NotEnoughData saying which outcome is missing
  void requireBothOutcomes(Split.Fold fold) {
    long right = IntStream.range(0, size()).filter(i -> successes[i]).count();
    NotEnoughData.requireBothOutcomes("the " + fold.printed() + " fold", "rollouts", right, size());
  }

  LinearPredictor probe() {
    return LinearProbe.fit(rows, width, successes);
  }

  /// Coordinates by |coefficient| of the linear probe on standardised coordinates, best first.
  int[] order() {
    return order(probe());
  }

  static int[] order(LinearPredictor probe) {
    return Ranks.top(probe.importance(), probe.scale().width());
  }

  double[] scores(LinearPredictor probe) {
    return probe.scores(rows, size());
  }
}
