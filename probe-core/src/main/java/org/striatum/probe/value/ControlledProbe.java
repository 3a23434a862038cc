package org.striatum.probe.value;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

/// The states a probe's controls stand on, and what every control asks of them.
///
/// @param fit training and validation problems
/// @param folds of the fit problems
/// @param test reported
/// @param regression on all of `fit`
record ControlledProbe(InitialStates fit, ProblemFolds folds, InitialStates test, OutcomeRegression regression,
    int resamples) {
  static ControlledProbe of(InitialStates fit, ProblemFolds folds, InitialStates test, int resamples) {
    return new ControlledProbe(fit, folds, test, OutcomeRegression.of(fit), resamples);
  }

  int width() {
    return fit.width();
  }

  double[] testScores(LinearPredictor predictor) {
    return predictor.scores(test.rows(), test.size());
  }

  Estimate auroc(double[] scores, RandomGenerator random) {
    return test.estimate(scores, resamples, random);
  }

  /// AUROC of some scores less the mean AUROC of others, on the same resampled problems.
  Estimate difference(double[][] scores, double[][] others, RandomGenerator random) {
    ToDoubleFunction<int[]> first = mean(scores);
    ToDoubleFunction<int[]> second = mean(others);
    return Bootstrap.byProblem(test.problems(), items -> first.applyAsDouble(items) - second.applyAsDouble(items),
        resamples, random);
  }

  Estimate difference(double[] scores, double[] others, RandomGenerator random) {
    return difference(new double[][]{scores}, new double[][]{others}, random);
  }

  private ToDoubleFunction<int[]> mean(double[][] scores) {
    return mean(Arrays.stream(scores).map(own -> Auroc.over(own, test.successes())).toList());
  }

  static ToDoubleFunction<int[]> mean(List<ToDoubleFunction<int[]>> figures) {
    return items -> {
      double sum = 0;
      for (ToDoubleFunction<int[]> figure : figures) {
        sum += figure.applyAsDouble(items);
      }
      return sum / figures.size();
    };
  }

  /// The position of the highest figure that is no NaN; 0 without any.
  static int best(double[] figures) {
    int best = 0;
    for (int i = 1; i < figures.length; i++) {
      if (figures[i] > figures[best] || Double.isNaN(figures[best])) {
        best = i;
      }
    }
    return best;
  }
}
