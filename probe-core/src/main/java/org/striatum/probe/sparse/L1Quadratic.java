package org.striatum.probe.sparse;

/// The problem under every path, held with its current solution b:
///
///     minimise ½ bᵀQb − cᵀb + l1 · |b|₁ + ½ l2 · |b|²
///
/// Coordinate descent (Friedman, Hastie and Tibshirani 2010) over the coordinates asked for, mostly over those that are
/// not 0. Where correlated coordinates make it crawl, the signs are taken as settled and the equations they leave are
/// solved directly (an active-set step).
final class L1Quadratic {
  private static final int ROUNDS = 500;
  /// Along a path signs are settled by then, and one solution replaces tens of sweeps.
  private static final int SWEEPS_BEFORE_DIRECT = 2;
  private static final int SWEEPS_ALONE = 10; // where there is no direct solution
  private static final int LARGEST_DIRECT = 1500; // beyond, a factorisation takes as long as hundreds of sweeps

  private final int size;
  private final double[][] q; // (size, size), symmetric; a zero diagonal marks a coordinate that stays 0
  private final double[] slope; // c − Qb: (size)
  private final double[] b; // (size)
  private final ActiveFactor factor; // of the last coordinates solved for directly

  /// @param q (size, size), kept; rows are arrays of their own, so that the compiler can turn loops over them into vectors
  /// @param slope c − Qb at `b`, kept and updated
  /// @param b where to start, kept and updated
  L1Quadratic(double[][] q, double[] slope, double[] b) {
    size = b.length;
    this.q = q;
    this.slope = slope;
    this.b = b;
    factor = new ActiveFactor(q);
  }

  /// Moves b to the minimum over the first `count` coordinates of `among`, the others fixed.
  ///
  /// @param tolerance largest |violation| of the optimality conditions allowed
  /// @return whether it was reached
  boolean solve(int[] among, int count, double l1, double l2, double tolerance) {
    int[] active = new int[count];
    boolean independent = true;
    for (int round = 0; round < ROUNDS; round++) {
      sweep(among, count, l1, l2);
      if (violation(among, count, l1, l2) <= tolerance) {
        return true;
      }
      int actives = 0;
      for (int k = 0; k < count; k++) {
        if (b[among[k]] != 0) {
          active[actives++] = among[k];
        }
      }
      boolean direct = independent && actives <= LARGEST_DIRECT;
      double moved = Double.POSITIVE_INFINITY;
      for (int s = 0; s < (direct ? SWEEPS_BEFORE_DIRECT : SWEEPS_ALONE) && moved > tolerance / 2; s++) {
        moved = sweep(active, actives, l1, l2);
      }
      if (moved > tolerance / 2 && direct) {
        independent = solveDirectly(active, actives, l1, l2);
      }
    }
    return false;
  }

  /// One pass of exact coordinate minimisation; returns the largest violation met.
  private double sweep(int[] among, int count, double l1, double l2) {
    double largest = 0;
    for (int k = 0; k < count; k++) {
      int j = among[k];
      double curvature = q[j][j];
      if (curvature <= 0) {
        continue;
      }
      double pull = slope[j] + curvature * b[j];
      double minimum = Math.abs(pull) <= l1 ? 0 : (pull - Math.copySign(l1, pull)) / (curvature + l2);
      double step = minimum - b[j];
      if (step != 0) {
        largest = Math.max(largest, Math.abs(step) * (curvature + l2));
        b[j] = minimum;
        moveSlope(j, step);
      }
    }
    return largest;
  }

  private void moveSlope(int j, double step) {
    double[] row = q[j];
    for (int i = 0; i < size; i++) {
      slope[i] -= step * row[i];
    }
  }

  double violation(int[] among, int count, double l1, double l2) {
    double largest = 0;
    for (int k = 0; k < count; k++) {
      int j = among[k];
      if (q[j][j] > 0) {
        largest = Math.max(largest, violation(slope[j] - l2 * b[j], b[j], l1));
      }
    }
    return largest;
  }

  /// How far a coordinate is from optimal: its slope must equal l1 in size and sign where b is not 0, and must not
  /// exceed it where b is 0.
  static double violation(double slope, double b, double l1) {
    return b == 0 ? Math.max(0, Math.abs(slope) - l1) : Math.abs(slope - Math.copySign(l1, b));
  }

  /// Solves (Q + l2 I) Δ = slope − l2 b − l1 sign b on the active coordinates, and goes along Δ to the solution, or as far
  /// as the objective surely falls where signs change on the way.
  ///
  /// @return false if the coordinates depend on each other: b is as before
  private boolean solveDirectly(int[] active, int count, double l1, double l2) {
    boolean[] wanted = new boolean[size];
    for (int k = 0; k < count; k++) {
      wanted[active[k]] = b[active[k]] != 0;
    }
    if (!factor.cover(wanted, l2)) {
      return false;
    }
    int[] at = factor.members();
    int n = at.length;
    double[] pull = new double[n];
    for (int r = 0; r < n; r++) {
      int j = at[r];
      pull[r] = slope[j] - l2 * b[j] - Math.copySign(l1, b[j]);
    }
    double[] step = pull.clone();
    factor.solve(step);
    // To the first change of sign the objective falls by (t − t²/2) ΔᵀHΔ, H being the matrix solved with.
    double share = 1;
    int first = -1;
    double curvature = 0;
    for (int r = 0; r < n; r++) {
      double to = -b[at[r]] / step[r];
      if (to > 0 && to < share) {
        share = to;
        first = r;
      }
      curvature += step[r] * pull[r];
    }
    double[] moved = new double[n];
    if (first >= 0) {
      // Beyond it, all the way with the changed ones cut to 0: many leave at once, if it pays.
      for (int r = 0; r < n; r++) {
        double to = b[at[r]] + step[r];
        moved[r] = to * b[at[r]] > 0 ? step[r] : -b[at[r]];
      }
      if (change(at, moved, l1, l2) < -(share - share * share / 2) * curvature) {
        move(at, moved);
        return true;
      }
    }
    for (int r = 0; r < n; r++) {
      moved[r] = r == first ? -b[at[r]] : share * step[r];
    }
    move(at, moved);
    return true;
  }

  private void move(int[] at, double[] by) {
    for (int r = 0; r < at.length; r++) {
      b[at[r]] += by[r];
      moveSlope(at[r], by[r]);
    }
  }

  /// How the objective changes if b moves, signs kept or 0 reached.
  private double change(int[] at, double[] by, double l1, double l2) {
    double change = 0;
    for (int r = 0; r < at.length; r++) {
      int j = at[r];
      double along = 0;
      for (int s = 0; s < at.length; s++) {
        along += q[j][at[s]] * by[s];
      }
      change += by[r] * (along / 2 - slope[j] + l2 * (b[j] + by[r] / 2) + Math.copySign(l1, b[j]));
    }
    return change;
  }
}
