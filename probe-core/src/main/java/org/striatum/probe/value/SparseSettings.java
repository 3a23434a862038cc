package org.striatum.probe.value;

import org.striatum.probe.sparse.SolverKind;

/// How the sparse probe is fitted and tested.
///
/// @param fit which regression it follows
/// @param solver of its path
/// @param points penalties on the path
/// @param ratio its smallest penalty as a share of its largest, in (0, 1)
/// @param permutations label shuffles behind its null; each fits a whole path
public record SparseSettings(SparseFit fit, SolverKind solver, int points, double ratio, int permutations) {
  public static final SparseSettings DEFAULTS = new SparseSettings(SparseFit.LOGISTIC, SolverKind.PATH, 20, 0.02, 99);

  public SparseSettings {
    if (solver == SolverKind.SMILE && fit == SparseFit.LOGISTIC) {
      throw new IllegalArgumentException(
          "Smile has no L1-penalised logistic regression: with solver smile choose lasso or elastic-net");
    }
    if (points < 2 || !(ratio > 0 && ratio < 1)) {
      throw new IllegalArgumentException(
          "a path needs at least 2 points and a ratio in (0, 1), found " + points + " and " + ratio);
    }
    if (permutations < 0) {
      throw new IllegalArgumentException("permutations must be ≥ 0, found " + permutations);
    }
  }

  /// Another regression on the same path.
  public SparseSettings withFit(SparseFit other, SolverKind by) {
    return new SparseSettings(other, by, points, ratio, permutations);
  }

  public SparseSettings withPath(int penalties, double smallest) {
    return new SparseSettings(fit, solver, penalties, smallest, permutations);
  }

  public SparseSettings withPermutations(int shuffles) {
    return new SparseSettings(fit, solver, points, ratio, shuffles);
  }
}
