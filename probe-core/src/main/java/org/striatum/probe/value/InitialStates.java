package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.LabelledRows;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.OutcomeShuffle;

/// s₀ of every trajectory of a fold with its outcome: what value is read from before a token is generated. The arrays
/// are shared, not copied, and never written.
///
/// @param rows (size, width) row-major
/// @param successes (size)
/// @param problems (size)
record InitialStates(float[] rows, int width, boolean[] successes, String[] problems) {
  static InitialStates of(FiniteTrajectories fold) {
    return new InitialStates(fold.initialStates(), fold.width(), fold.successes(), fold.problems());
  }

  int size() {
    return successes.length;
  }

  LabelledRows labelled() {
    return LabelledRows.of(rows, width, successes);
  }

  /// One coordinate of every state: (size).
  double[] coordinate(int j) {
    double[] values = new double[size()];
    Arrays.setAll(values, i -> rows[i * width + j]);
    return values;
  }

  /// The same states restricted to some coordinates.
  InitialStates columns(int[] coordinates) {
    float[] chosen = new float[size() * coordinates.length];
    for (int i = 0; i < size(); i++) {
      for (int k = 0; k < coordinates.length; k++) {
        chosen[i * coordinates.length + k] = rows[i * width + coordinates[k]];
      }
    }
    return new InitialStates(chosen, coordinates.length, successes, problems);
  }

  /// Some of the states, in the order given, repeats allowed.
  InitialStates items(int[] items) {
    float[] chosen = new float[items.length * width];
    boolean[] outcomes = new boolean[items.length];
    String[] of = new String[items.length];
    for (int k = 0; k < items.length; k++) {
      System.arraycopy(rows, items[k] * width, chosen, k * width, width);
      outcomes[k] = successes[items[k]];
      of[k] = problems[items[k]];
    }
    return new InitialStates(chosen, width, outcomes, of);
  }

  /// These states, then others.
  InitialStates and(InitialStates others) {
    float[] both = Arrays.copyOf(rows, rows.length + others.rows.length);
    System.arraycopy(others.rows, 0, both, rows.length, others.rows.length);
    boolean[] outcomes = Arrays.copyOf(successes, size() + others.size());
    System.arraycopy(others.successes, 0, outcomes, size(), others.size());
    String[] of = Arrays.copyOf(problems, size() + others.size());
    System.arraycopy(others.problems, 0, of, size(), others.size());
    return new InitialStates(both, width, outcomes, of);
  }

  /// The same rollouts, each problem with the states of another: what states say of outcomes is no longer there.
  InitialStates dealt(RandomGenerator random) {
    Map<String, List<Integer>> itemsOf = new LinkedHashMap<>();
    for (int i = 0; i < size(); i++) {
      itemsOf.computeIfAbsent(problems[i], _ -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> from = new ArrayList<>(itemsOf.values());
    for (int i = from.size() - 1; i > 0; i--) {
      Collections.swap(from, i, random.nextInt(i + 1));
    }
    float[] dealt = new float[rows.length];
    int problem = 0;
    for (List<Integer> to : itemsOf.values()) {
      List<Integer> source = from.get(problem++);
      for (int k = 0; k < to.size(); k++) {
        System.arraycopy(rows, source.get(k % source.size()) * width, dealt, to.get(k) * width, width);
      }
    }
    return new InitialStates(dealt, width, successes, problems);
  }

  /// The same states with other values in some coordinates.
  ///
  /// @param coordinates which
  /// @param values (coordinates, size)
  InitialStates replacing(int[] coordinates, double[][] values) {
    float[] replaced = rows.clone();
    for (int k = 0; k < coordinates.length; k++) {
      for (int i = 0; i < size(); i++) {
        replaced[i * width + coordinates[k]] = (float) values[k][i];
      }
    }
    return new InitialStates(replaced, width, successes, problems);
  }

  /// The same states with other outcomes.
  InitialStates with(boolean[] outcomes) {
    return new InitialStates(rows, width, outcomes, problems);
  }

  double auroc(double[] scores) {
    return Auroc.of(scores, successes);
  }

  /// AUROC with its interval, bootstrapped by problem.
  Estimate estimate(double[] scores, int resamples, RandomGenerator random) {
    return Bootstrap.byProblem(problems, Auroc.over(scores, successes), resamples, random);
  }

  /// The same states with outcomes shuffled by problem, see [OutcomeShuffle].
  InitialStates shuffled(RandomGenerator random) {
    return with(OutcomeShuffle.byProblem(successes, problems, random));
  }
}
