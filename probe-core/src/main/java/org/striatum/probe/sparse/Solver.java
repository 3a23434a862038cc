package org.striatum.probe.sparse;

/// Fits sparse paths. Both solvers minimise the same objectives on the same standardised coordinates z:
///
///     least squares   1/(2n) · |y − ȳ − Zb|² + λ · (ρ · |b|₁ + (1 − ρ)/2 · |b|²)
///     logistic        1/n · Σ log(1 + exp(−(2y − 1)(b₀ + zb))) + λ · |b|₁,  b₀ free
///
/// with population standard deviations, as scikit-learn's `lasso_path`, `enet_path` and (C = 1/(nλ)) `LogisticRegression`
/// on standardised columns. Rows with NaN or ∞ are left out; constant coordinates get coefficient 0.
public sealed interface Solver permits PathSolver, SmileSolver {
  /// Lasso (ρ = 1) or elastic net of the target.
  ///
  /// @param lambdas falling penalties λ
  /// @param l1Ratio ρ in (0, 1]
  /// @throws IllegalArgumentException on penalties that do not fall or a ratio outside (0, 1]
  SparsePath elasticNet(LabelledRows rows, double[] lambdas, double l1Ratio);

  /// L1-penalised logistic regression of an outcome in {0, 1}.
  ///
  /// @param lambdas falling penalties λ, per sample
  /// @throws IllegalArgumentException on a target that is neither 0 nor 1, or penalties that do not fall
  /// @throws UnsupportedOperationException if the solver has no such regression
  SparsePath logistic(LabelledRows rows, double[] lambdas);

  /// Refuses an ℓ1 share outside (0, 1].
  static void requireL1Ratio(double l1Ratio) {
    if (!(l1Ratio > 0 && l1Ratio <= 1)) {
      throw new IllegalArgumentException(
          "l1 ratio must be in (0, 1], found " + l1Ratio + ": for a ratio of 0 use ridge regression");
    }
  }
}
