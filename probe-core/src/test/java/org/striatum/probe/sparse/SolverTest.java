package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class SolverTest {
  /// A store small enough for Smile, with a constant coordinate and a row of NaN.
  private static LabelledRows awkward(long seed) {
    PlantedStore store = PlantedStore.draw(60, 4, 15, 4, 0.7, 3, new SplittableRandom(seed));
    float[] rows = store.rows();
    for (int i = 0; i < store.size(); i++) {
      rows[i * 15 + 14] = 3.3f;
      rows[i * 15 + 1] += 0.9f * rows[i * 15]; // correlated
    }
    rows[7] = Float.NaN;
    return store.labelled();
  }

  @Test
  void bothSolversAgree() {
    LabelledRows rows = awkward(1);
    double largest = Moments.of(rows).largestPenalty();
    for (double l1Ratio : new double[]{1, 0.5}) {
      double[] lambdas = SparsePath.lambdas(0.7 * largest, 0.03, 4);
      SparsePath ours = new PathSolver(1e-9).elasticNet(rows, lambdas, l1Ratio);
      SparsePath smiles = new SmileSolver().elasticNet(rows, lambdas, l1Ratio);
      for (int k = 0; k < lambdas.length; k++) {
        assertThat(smiles.points().get(k).coefficients())
            .containsExactly(ours.points().get(k).coefficients(), within(2e-4));
        assertThat(smiles.points().get(k).nonZero()).containsExactly(ours.points().get(k).nonZero());
        assertThat(smiles.points().get(k).intercept()).isCloseTo(ours.points().get(k).intercept(), within(1e-12));
      }
    }
  }

  @Test
  void smileRefusesTheLogisticPathWithARemedy() {
    assertThatThrownBy(() -> SolverKind.SMILE.solver().logistic(awkward(1), new double[]{0.1}))
        .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("use solver 'path'");
    assertThat(SolverKind.PATH.solver()).isEqualTo(new PathSolver());
    assertThatThrownBy(() -> SolverKind.named("saga"))
        .hasMessage("solver must be one of path, smile, found 'saga'");
  }

  /// The optimality conditions of the lasso, from the rows themselves.
  @Property(tries = 25)
  void leastSquaresPointsAreOptimal(@ForAll long seed) {
    LabelledRows rows = awkward(seed);
    double tolerance = 1e-6;
    double l1Ratio = 0.8;
    double[] lambdas = SparsePath.lambdas(Moments.of(rows).largestPenalty() / l1Ratio, 1e-3, 30);
    SparsePath path = new PathSolver(tolerance).elasticNet(rows, lambdas, l1Ratio);
    assertThat(path.unconverged()).isZero();
    assertThat(path.points().getFirst().nonZero()).isEmpty();
    StandardisedRows z = StandardisedRows.read(rows);
    for (int k = 0; k < lambdas.length; k++) {
      LinearPredictor point = path.points().get(k);
      double[] slope = slope(z, point, false);
      for (int j = 0; j < z.kept().length; j++) {
        double b = point.coefficients()[z.kept()[j]];
        double l1 = lambdas[k] * l1Ratio;
        assertThat(L1Quadratic.violation(slope[j] - lambdas[k] * (1 - l1Ratio) * b, b, l1))
            .isLessThan(2 * tolerance * l1 + 1e-12);
      }
      assertThat(point.coefficients()[14]).isZero();
    }
  }

  @Property(tries = 25)
  void logisticPointsAreOptimal(@ForAll long seed) {
    LabelledRows rows = awkward(seed);
    double tolerance = 1e-6;
    double[] lambdas = SparsePath.lambdas(Moments.of(rows).largestPenalty(), 1e-2, 12);
    SparsePath path = new PathSolver(tolerance).logistic(rows, lambdas);
    assertThat(path.unconverged()).isZero();
    assertThat(path.points().getFirst().nonZero()).isEmpty();
    StandardisedRows z = StandardisedRows.read(rows);
    for (int k = 0; k < lambdas.length; k++) {
      LinearPredictor point = path.points().get(k);
      double[] slope = slope(z, point, true);
      for (int j = 0; j < z.kept().length; j++) {
        assertThat(L1Quadratic.violation(slope[j], point.coefficients()[z.kept()[j]], lambdas[k]))
            .isLessThan(2 * tolerance * lambdas[k] + 1e-12);
      }
      assertThat(Math.abs(slope[z.kept().length])).isLessThan(2 * tolerance * lambdas[k] + 1e-12);
    }
  }

  /// The gradient of ½|w|² + C Σ log-loss, the intercept unpenalised, vanishes where Smile stops.
  @Test
  void linearProbeMinimisesItsObjective() {
    LabelledRows rows = awkward(3);
    for (double c : new double[]{LinearProbe.DEFAULT_C, 1}) {
      LinearPredictor probe = LinearProbe.fit(rows, c);
      StandardisedRows z = StandardisedRows.read(rows);
      double[] slope = slope(z, probe, true);
      int n = z.targets().length;
      for (int j = 0; j < z.kept().length; j++) {
        assertThat(probe.coefficients()[z.kept()[j]] - c * n * slope[j]).isCloseTo(0, within(1e-5));
      }
      assertThat(c * n * slope[z.kept().length]).isCloseTo(0, within(1e-5));
    }
  }

  /// Separable outcomes drive unpenalised coefficients to infinity; the safeguarded steps stay finite and optimal.
  @Test
  void separableOutcomesConverge() {
    SplittableRandom random = new SplittableRandom(5);
    float[] rows = new float[200 * 5];
    boolean[] labels = new boolean[200];
    for (int i = 0; i < 200; i++) {
      labels[i] = i % 3 == 0;
      for (int j = 0; j < 5; j++) {
        rows[i * 5 + j] = (float) (random.nextGaussian() + (j == 2 ? (labels[i] ? 40 : -40) : 0));
      }
    }
    LabelledRows separable = LabelledRows.of(rows, 5, labels);
    SparsePath path = new PathSolver().logistic(separable,
        SparsePath.lambdas(Moments.of(separable).largestPenalty(), 1e-4, 20));
    assertThat(path.unconverged()).isZero();
    assertThat(path.points().getLast().nonZero()).contains(2);
    assertThat(path.importance()[2]).isEqualTo(Arrays.stream(path.importance()).max().orElseThrow());
  }

  /// A duplicated coordinate makes the equations singular.
  @Test
  void dependentCoordinatesConverge() {
    PlantedStore store = PlantedStore.draw(50, 4, 12, 3, 1, 1, new SplittableRandom(6));
    for (int i = 0; i < store.size(); i++) {
      store.rows()[i * 12 + 11] = 2 * store.rows()[i * 12 + store.informative()[0]];
    }
    Moments moments = Moments.of(store.labelled());
    assertThat(new PathSolver().lasso(moments).unconverged()).isZero();
    assertThat(new PathSolver().logistic(store.labelled(), SparsePath.lambdas(moments.largestPenalty(), 1e-3, 10))
        .unconverged()).isZero();
  }

  @Test
  void misuseIsExplained() {
    LabelledRows rows = awkward(1);
    assertThatThrownBy(() -> new PathSolver().elasticNet(rows, new double[]{0.1, 0.2}, 1))
        .hasMessageContaining("falling, found 0.2 at point 1");
    assertThatThrownBy(() -> new PathSolver().elasticNet(rows, new double[]{0.1}, 0)).hasMessageContaining("use ridge");
    assertThatThrownBy(() -> new PathSolver(0)).hasMessageContaining("(0, 1), found 0.0");
    assertThatThrownBy(() -> SparsePath.lambdas(0, 0.1, 10)).isInstanceOf(NotEnoughData.class)
        .hasMessageContaining("correlated with the target: at least 1, found 0");
    assertThatThrownBy(
        () -> new PathSolver().logistic(LabelledRows.of(new float[2], 1, new double[]{1, 1}), new double[]{0.1}))
        .isInstanceOf(NotEnoughData.class).hasMessageContaining("outcome classes: at least 2, found 1");
    assertThatThrownBy(
        () -> new PathSolver().logistic(LabelledRows.of(new float[2], 1, new double[]{0.5, 0}), new double[]{0.1}))
        .hasMessageContaining("must be 0 or 1, found 0.5");
    assertThatThrownBy(() -> LinearProbe.fit(new float[2], 1, new boolean[2])).isInstanceOf(NotEnoughData.class)
        .hasMessage("a linear probe needs outcome classes in its 2 rows: at least 2, found 1");
    assertThatThrownBy(() -> Ridge.fit(Moments.of(rows), 0)).hasMessageContaining("> 0 and finite, found 0.0");
  }

  /// Zᵀ(y − prediction)/n by plain loops, the intercept's last.
  private static double[] slope(StandardisedRows z, LinearPredictor point, boolean logistic) {
    int m = z.kept().length;
    double[] slope = new double[m + 1];
    int n = z.targets().length;
    for (int i = 0; i < n; i++) {
      double score = point.intercept();
      for (int k = 0; k < m; k++) {
        score += point.coefficients()[z.kept()[k]] * z.rows()[i][k];
      }
      double residual = z.targets()[i] - (logistic ? 1 / (1 + Math.exp(-score)) : score);
      for (int k = 0; k < m; k++) {
        slope[k] += residual * z.rows()[i][k] / n;
      }
      slope[m] += residual / n;
    }
    return slope;
  }
}
