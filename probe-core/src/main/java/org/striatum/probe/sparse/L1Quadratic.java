package org.striatum.probe.sparse;

import java.util.Arrays;
import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.UPLO;

/// The problem under every path, held with its current solution b:
///
///     minimise ½ bᵀQb − cᵀb + l1 · |b|₁ + ½ l2 · |b|²
///
/// Coordinate descent (Friedman, Hastie and Tibshirani 2010) over the coordinates asked for, mostly over those that are
/// not 0. Where correlated coordinates make it crawl, the signs are taken as settled and the equations they leave are
/// solved directly, as far as no sign changes.
final class L1Quadratic {
  private static final int ROUNDS = 500;
  private static final int SWEEPS_BEFORE_DIRECT = 10;
  private static final int LARGEST_DIRECT = 2500; // a factorisation there takes as long as thousands of sweeps

  private final int size;
  private final double[] q; // (size, size), symmetric; a zero diagonal marks a coordinate that stays 0
  private final double[] slope; // c − Qb: (size)
  private final double[] b; // (size)

  /// @param q (size, size), kept
  /// @param slope c − Qb at `b`, kept and updated
  /// @param b where to start, kept and updated
  L1Quadratic(double[] q, double[] slope, double[] b) {
    size = b.length;
    this.q = q;
    this.slope = slope;
    this.b = b;
  }

  /// Moves b to the minimum over the first `count` coordinates of `among`, the others fixed.
  ///
  /// @param tolerance largest |violation| of the optimality conditions allowed
  /// @return whether it was reached
  boolean solve(int[] among, int count, double l1, double l2, double tolerance) {
    int[] active = new int[count];
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
      double moved = Double.POSITIVE_INFINITY;
      for (int s = 0; s < SWEEPS_BEFORE_DIRECT && moved > tolerance / 2; s++) {
        moved = sweep(active, actives, l1, l2);
      }
      if (moved > tolerance / 2 && actives <= LARGEST_DIRECT) {
        solveDirectly(active, actives, l1, l2);
      }
    }
    return false;
  }

  /// One pass of exact coordinate minimisation; returns the largest violation met.
  private double sweep(int[] among, int count, double l1, double l2) {
    double largest = 0;
    for (int k = 0; k < count; k++) {
      int j = among[k];
      double curvature = q[j * size + j];
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
    int row = j * size;
    for (int i = 0; i < size; i++) {
      slope[i] -= step * q[row + i];
    }
  }

  double violation(int[] among, int count, double l1, double l2) {
    double largest = 0;
    for (int k = 0; k < count; k++) {
      int j = among[k];
      if (q[j * size + j] > 0) {
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

  /// Solves (Q + l2 I) Δ = slope − l2 b − l1 sign b on the active coordinates, and goes along Δ to the solution or to the
  /// first change of sign, whichever comes first. The objective falls all the way, being quadratic there.
  private void solveDirectly(int[] active, int count, double l1, double l2) {
    int[] at = Arrays.stream(active, 0, count).filter(j -> b[j] != 0).toArray();
    int n = at.length;
    double[] matrix = new double[n * n];
    double[] step = new double[n];
    for (int r = 0; r < n; r++) {
      int j = at[r];
      for (int s = 0; s <= r; s++) {
        matrix[r * n + s] = q[j * size + at[s]];
      }
      matrix[r * n + r] += l2;
      step[r] = slope[j] - l2 * b[j] - Math.copySign(l1, b[j]);
    }
    if (n == 0 || LAPACK.engine.posv(Layout.ROW_MAJOR, UPLO.LOWER, n, 1, matrix, n, step, 1) != 0) {
      return; // dependent coordinates: sweeps go on
    }
    double share = 1;
    int first = -1;
    for (int r = 0; r < n; r++) {
      double to = -b[at[r]] / step[r];
      if (to > 0 && to < share) {
        share = to;
        first = r;
      }
    }
    for (int r = 0; r < n; r++) {
      int j = at[r];
      double moved = r == first ? -b[j] : share * step[r];
      b[j] = r == first ? 0 : b[j] + moved;
      moveSlope(j, moved);
    }
  }
}
