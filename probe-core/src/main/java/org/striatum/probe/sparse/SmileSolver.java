package org.striatum.probe.sparse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import smile.data.DataFrame;
import smile.data.formula.Formula;
import smile.regression.ElasticNet;
import smile.regression.LASSO;

/// Smile's own LASSO and ElasticNet, one penalty at a time: slow, and an independent check of [PathSolver].
///
/// Smile minimises `|y − Zb|² + λ₁|b|₁ + λ₂|b|²`, neither halved nor per sample, so λ₁ = 2nλρ and λ₂ = nλ(1 − ρ). It
/// scales coordinates by population deviations, as we do; we scale them before it sees them, because its one-pass variance
/// loses digits on large means, and leave constant ones out, because it refuses them. Its interior-point method ends with
/// small numbers where the minimum has 0: coefficients below 10⁻⁴ of the largest are set to 0. All rows are held in
/// memory as doubles.
///
/// Smile has no L1-penalised logistic regression (its `LogisticRegression` is L2-penalised: [LinearProbe] uses it), so
/// [#logistic] refuses rather than give a dense answer under a sparse name.
public record SmileSolver() implements Solver {
  private static final double TOLERANCE = 1e-8; // relative duality gap
  private static final int ITERATIONS = 1000;
  private static final double NEGLIGIBLE = 1e-4;

  @Override
  public SparsePath elasticNet(LabelledRows rows, double[] lambdas, double l1Ratio) {
    SparsePath.requireFalling(lambdas);
    Solver.requireL1Ratio(l1Ratio);
    StandardisedRows z = StandardisedRows.read(rows);
    int n = z.targets().length;
    int width = z.kept().length;
    double[][] table = new double[n][]; // (n, kept + 1), target last
    Arrays.setAll(table, i -> {
      double[] row = Arrays.copyOf(z.rows()[i], width + 1);
      row[width] = z.targets()[i];
      return row;
    });
    DataFrame data = DataFrame.of(table);
    Formula formula = Formula.lhs(data.names()[width]);
    double mean = Arrays.stream(z.targets()).average().orElseThrow();
    List<LinearPredictor> points = new ArrayList<>();
    for (double lambda : lambdas) {
      double l1 = 2 * n * lambda * l1Ratio;
      double[] b = l1Ratio == 1
          ? LASSO.fit(formula, data, new LASSO.Options(l1, TOLERANCE, ITERATIONS)).coefficients()
          : ElasticNet.fit(formula, data,
              new ElasticNet.Options(l1, n * lambda * (1 - l1Ratio), TOLERANCE, ITERATIONS)).coefficients();
      // At and above the largest penalty all is rounding, and no coefficient is small beside the others.
      double floor = NEGLIGIBLE * Math.max(Arrays.stream(b).map(Math::abs).max().orElse(0), lambda);
      points.add(z.predictor(mean, Arrays.stream(b).map(v -> Math.abs(v) < floor ? 0 : v).toArray()));
    }
    return new SparsePath(lambdas, points, 0);
  }

  @Override
  public SparsePath logistic(LabelledRows rows, double[] lambdas) {
    throw new UnsupportedOperationException("Smile has no L1-penalised logistic regression:"
        + " use solver 'path' for it, or fit the lasso of the outcome with Smile");
  }
}
