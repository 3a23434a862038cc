package org.striatum.benchmarks.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.PathSolver;
import org.striatum.probe.sparse.SparsePath;

/// What the two sides of a path are held to must notice a path that is not the optimum.
class OptimumTest {
  private final OutcomeRows rows = OutcomeRows.draw(300, 40, new SplittableRandom(1));
  private final Moments moments = Moments.of(rows.labelled());
  private final double[] lambdas = SparsePath.lambdas(moments.largestPenalty(), 0.05, 8);

  @Test
  void aPathMovedALittleIsFartherFromOptimal() {
    LassoOptimum optimum = new LassoOptimum(moments);
    FittedPath path = FittedPath.of(new PathSolver(1e-6).elasticNet(moments, lambdas, 1));
    assertThat(optimum.largestPenalty()).isEqualTo(moments.largestPenalty());
    assertThat(optimum.violation(path.coefficients(), lambdas)).isLessThan(1e-6);
    double[][] moved = Arrays.stream(path.coefficients()).map(double[]::clone).toArray(double[][]::new);
    moved[7][3] += 0.01;
    assertThat(optimum.violation(moved, lambdas)).isGreaterThan(0.1);
    FittedPath other = new FittedPath(moved, path.intercepts());
    assertThatIllegalStateException().isThrownBy(() -> path.same(other, 1e-3))
        .withMessageContaining("fitted different paths");
    assertThat(path.same(path, 0)).isZero();
  }

  @Test
  void theLogisticObjectiveIsTheFormulas() {
    LogisticObjective objective = new LogisticObjective(rows);
    double mean = moments.targetMean();
    double[] logOdds = new double[1];
    logOdds[0] = Math.log(mean / (1 - mean));
    FittedPath none = new FittedPath(new double[1][40], logOdds);
    FittedPath even = new FittedPath(new double[1][40], new double[1]);
    double entropy = -mean * Math.log(mean) - (1 - mean) * Math.log(1 - mean);
    assertThat(objective.distance(none, even, new double[]{1})).isCloseTo((Math.log(2) - entropy) / entropy,
        within(1e-12));
    FittedPath path = FittedPath.of(new PathSolver(1e-8).logistic(rows.labelled(), lambdas));
    FittedPath loose = FittedPath.of(new PathSolver(0.5).logistic(rows.labelled(), lambdas));
    assertThat(objective.distance(path, path, lambdas)).isZero();
    assertThat(objective.distance(path, loose, lambdas)).isGreaterThan(1e-9);
  }
}
