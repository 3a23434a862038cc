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
final class ControlledProbe {
  private final InitialStates fit;
  private final ProblemFolds folds;
  private final InitialStates test;
  private final int resamples;
  private OutcomeRegression regression; // made when it is first asked for: what was kept needs none

  private ControlledProbe(InitialStates fit, ProblemFolds folds, InitialStates test, int resamples) {
    this.fit = fit;
    this.folds = folds;
    this.test = test;
    this.resamples = resamples;
  }

  /// @param fit training and validation problems
  /// @param folds of the fit problems
  /// @param test reported
  static ControlledProbe of(InitialStates fit, ProblemFolds folds, InitialStates test, int resamples) {
    return new ControlledProbe(fit, folds, test, resamples);
  }

  InitialStates fit() {
    return fit;
  }

  ProblemFolds folds() {
    return folds;
  }

  InitialStates test() {
    return test;
  }

  int resamples() {
    return resamples;
  }

  /// On all of `fit`.
  OutcomeRegression regression() {
    regression = regression == null ? OutcomeRegression.of(fit) : regression;
    return regression;
  }

  int width() {
    return fit.width();
  }

  /// About how many a cross-fit takes: a correlation matrix and its factor for each fold.
  double operations() {
    double width = width();
    return (folds.folds() + 1) * width * width * (fit.size() + width);
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
