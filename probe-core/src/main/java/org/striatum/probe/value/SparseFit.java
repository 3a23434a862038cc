package org.striatum.probe.value;

import java.util.Locale;
import org.striatum.probe.run.Printed;
import org.striatum.probe.sparse.LabelledRows;
import org.striatum.probe.sparse.Solver;
import org.striatum.probe.sparse.SparsePath;

/// Which sparse regression of the outcome the `sparse` probe follows.
public enum SparseFit implements Printed {
  /// L1-penalised logistic regression.
  LOGISTIC(1),
  /// Least squares with an L1 penalty.
  LASSO(1),
  /// Least squares with half an L1 and half an L2 penalty.
  ELASTIC_NET(0.5);

  private final double l1Ratio;

  SparseFit(double l1Ratio) {
    this.l1Ratio = l1Ratio;
  }

  /// The path over `points` penalties, from the smallest that leaves nothing down to `ratio` times it.
  ///
  /// @param largestProduct largest |z·(y − ȳ)| / n
  SparsePath path(Solver solver, LabelledRows rows, double largestProduct, double ratio, int points) {
    double[] lambdas = SparsePath.lambdas(largestProduct / l1Ratio, ratio, points);
    return this == LOGISTIC ? solver.logistic(rows, lambdas) : solver.elasticNet(rows, lambdas, l1Ratio);
  }

  /// The regression of that name: `logistic`, `lasso` or `elastic-net`.
  ///
  /// @throws IllegalArgumentException on any other name
  public static SparseFit named(String name) {
    return Printed.named(SparseFit.class, "sparse regression", name);
  }

  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
