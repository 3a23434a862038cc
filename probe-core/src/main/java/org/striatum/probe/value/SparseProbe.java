package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.List;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.SparsePath;
import org.striatum.probe.value.ValueNeuronResults.PathPoint;
import org.striatum.probe.value.ValueNeuronResults.PathSummary;

/// The sparse path of the outcome on s₀ (L1-logistic by default) and the point chosen on it: the highest AUROC on validation problems, the
/// sparser where several reach it.
///
/// @param validationAurocs (points)
/// @param chosen index of the point
record SparseProbe(SparsePath path, double[] validationAurocs, int chosen) {
  /// Keeps the path defined where the outcome is unrelated to every coordinate: all coefficients are 0 then.
  private static final double LEAST_PENALTY = 1e-6;

  static SparseProbe fit(InitialStates train, InitialStates validation, SparseSettings settings) {
    double largest = Math.max(Moments.of(train.labelled()).largestPenalty(), LEAST_PENALTY);
    int points = settings.points();
    SparsePath path = settings.fit().path(settings.solver().solver(), train.labelled(), largest,
        settings.ratio(), points);
    double[] aurocs = new double[points];
    int chosen = 0;
    for (int k = 0; k < points; k++) {
      aurocs[k] = validation.auroc(path.points().get(k).scores(validation.rows(), validation.size()));
      if (aurocs[k] > aurocs[chosen]) {
        chosen = k;
      }
    }
    return new SparseProbe(path, aurocs, chosen);
  }

  LinearPredictor predictor() {
    return path.points().get(chosen);
  }

  double[] scores(InitialStates states) {
    return predictor().scores(states.rows(), states.size());
  }

  PathSummary summary() {
    List<PathPoint> points = new ArrayList<>();
    for (int k = 0; k < validationAurocs.length; k++) {
      points.add(new PathPoint(path.lambdas()[k], path.points().get(k).nonZero().length, validationAurocs[k]));
    }
    return new PathSummary(path.lambdas()[chosen], predictor().nonZero().length, points);
  }
}
