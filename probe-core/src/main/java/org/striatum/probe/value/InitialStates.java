package org.striatum.probe.value;

import java.util.Arrays;
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
