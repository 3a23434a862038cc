package org.striatum.probe.sparse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The paths from streamed statistics: least squares from [Moments] alone, by coordinate descent on the correlation
/// matrix; logistic by proximal Newton, one weighted Gram matrix a step. Both go down the penalties with warm starts, look
/// only at coordinates the strong rules keep (Tibshirani et al. 2012), and check the optimality conditions of all
/// others before moving on, so that the rules cost no accuracy.
///
/// @param tolerance largest violation of the optimality conditions allowed, as a share of λ · ρ
public record PathSolver(double tolerance) implements Solver {
  /// Where nothing else is said.
  public static final double DEFAULT_TOLERANCE = 1e-4;

  public PathSolver {
    if (!(tolerance > 0 && tolerance < 1)) {
      throw new IllegalArgumentException("tolerance must be in (0, 1), found " + tolerance);
    }
  }

  public PathSolver() {
    this(DEFAULT_TOLERANCE);
  }

  /// The usual lasso path: 100 penalties from the largest down to a thousandth of it.
  public SparsePath lasso(Moments moments) {
    return elasticNet(moments, SparsePath.lambdas(moments.largestPenalty(), 1e-3, 100), 1);
  }

  @Override
  public SparsePath elasticNet(LabelledRows rows, double[] lambdas, double l1Ratio) {
    return elasticNet(Moments.of(rows), lambdas, l1Ratio);
  }

  /// Lasso or elastic net from sufficient statistics. Objective and arguments: [Solver#elasticNet].
  public SparsePath elasticNet(Moments moments, double[] lambdas, double l1Ratio) {
    return elasticNet(moments.scale(), moments.targetMean(), moments.correlations(), moments.targetProducts(), lambdas,
        l1Ratio);
  }

  /// The same from the figures themselves, so that one correlation matrix serves many targets.
  ///
  /// @param correlations of the standardised coordinates, as [Moments#correlations] gives them: (d, d)
  /// @param products with the target, as [Moments#targetProducts] gives them: (d)
  public SparsePath elasticNet(Standardisation scale, double targetMean, double[][] correlations, double[] products,
      double[] lambdas, double l1Ratio) {
    return elasticNet(scale, targetMean, correlations, products, lambdas, l1Ratio, scale.width());
  }

  /// The same down to the first penalty at which so many coordinates differ from 0: those that enter first are found at a
  /// fraction of the cost of the whole path.
  ///
  /// @param enough coordinates, ≥ 1
  public SparsePath elasticNet(Standardisation scale, double targetMean, double[][] correlations, double[] products,
      double[] lambdas, double l1Ratio, int enough) {
    SparsePath.requireFalling(lambdas);
    Solver.requireL1Ratio(l1Ratio);
    int d = scale.width();
    double[] slope = products.clone(); // Zᵀ(y − ȳ − Zb) / n: (d)
    double[] b = new double[d];
    L1Quadratic problem = new L1Quadratic(correlations, slope, b);
    int[] kept = new int[d]; // coordinates that may differ from 0, in order of joining
    boolean[] isKept = new boolean[d];
    boolean[] entered = new boolean[d];
    int keptCount = 0;
    int unconverged = 0;
    List<LinearPredictor> points = new ArrayList<>();
    double before = Arrays.stream(products).map(Math::abs).max().orElseThrow() / l1Ratio;
    for (double lambda : lambdas) {
      double l1 = lambda * l1Ratio;
      double strong = l1Ratio * (2 * lambda - Math.max(before, lambda));
      boolean converged = true;
      for (double keepAbove = strong;; keepAbove = l1 * (1 + tolerance)) {
        int already = keptCount;
        for (int j = 0; j < d; j++) {
          if (!isKept[j] && !scale.isConstant(j) && Math.abs(slope[j]) > keepAbove) {
            isKept[j] = true;
            kept[keptCount++] = j;
          }
        }
        if (keepAbove != strong && keptCount == already) {
          break;
        }
        converged = problem.solve(kept, keptCount, l1, lambda * (1 - l1Ratio), tolerance * l1);
      }
      unconverged += converged ? 0 : 1;
      points.add(new LinearPredictor(scale, targetMean, b));
      before = lambda;
      for (int j = 0; j < d; j++) {
        entered[j] |= b[j] != 0;
      }
      if (enough < d && count(entered) >= enough) {
        break;
      }
    }
    return new SparsePath(Arrays.copyOf(lambdas, points.size()), points, unconverged);
  }

  private static int count(boolean[] entered) {
    int count = 0;
    for (boolean one : entered) {
      count += one ? 1 : 0;
    }
    return count;
  }

  @Override
  public SparsePath logistic(LabelledRows rows, double[] lambdas) {
    SparsePath.requireFalling(lambdas);
    Moments moments = Moments.of(rows);
    return new ProximalNewton(moments.excluded() == 0 ? rows : rows.finite(), moments, tolerance).path(lambdas);
  }
}
