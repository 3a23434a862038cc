package org.striatum.benchmarks.probes;

import java.util.stream.IntStream;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.Standardisation;

/// What an L1-logistic path minimises, computed from the rows and independently of any solver:
/// 1/n · Σ log(1 + exp(−(2y − 1)(b₀ + zb))) + λ · |b|₁.
final class LogisticObjective {
  private final OutcomeRows rows;
  private final Standardisation scale;

  LogisticObjective(OutcomeRows rows) {
    this.rows = rows;
    scale = Moments.of(rows.labelled()).scale();
  }

  /// How far two paths' objectives are apart: the largest difference over a point's objective.
  double distance(FittedPath ours, FittedPath theirs, double[] lambdas) {
    return IntStream.range(0, lambdas.length).mapToDouble(k -> {
      double here = at(ours.coefficients()[k], ours.intercepts()[k], lambdas[k]);
      return Math.abs(at(theirs.coefficients()[k], theirs.intercepts()[k], lambdas[k]) - here) / here;
    }).max().orElseThrow();
  }

  private double at(double[] b, double intercept, double lambda) {
    int[] nonZero = IntStream.range(0, b.length).filter(j -> b[j] != 0).toArray();
    double loss = 0;
    for (int i = 0; i < rows.outcomes().length; i++) {
      double score = intercept;
      for (int j : nonZero) {
        score += b[j] * scale.z(j, rows.rows()[i * rows.width() + j]);
      }
      double margin = rows.outcomes()[i] == 1 ? score : -score;
      loss += Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(-margin, 0);
    }
    double size = 0;
    for (int j : nonZero) {
      size += Math.abs(b[j]);
    }
    return loss / rows.outcomes().length + lambda * size;
  }
}
