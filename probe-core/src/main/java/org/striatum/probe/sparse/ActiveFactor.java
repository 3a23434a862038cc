package org.striatum.probe.sparse;

import java.util.Arrays;
import org.striatum.probe.stats.DotProduct;

/// The Cholesky factor of Q + l2·I over a set of coordinates that changes little from one use to the next, as along a path:
/// a coordinate is added or taken out in the time of one substitution, instead of factorising anew (Gill, Golub, Murray
/// and Saunders 1974).
///
/// In plain Java on one thread, not by OpenBLAS, because a path solves hundreds of such systems and OpenBLAS wakes all its
/// threads for each.
final class ActiveFactor {
  private static final double LEAST_PIVOT = 1e-12; // of the largest diagonal entry: below, a coordinate depends on others

  private final double[][] q;
  private final int[] members; // in the order of the factor's rows
  private final double[][] rows; // L, LLᵀ = Q + l2·I over the members: row i has i + 1 entries at least
  private int size;
  private double l2 = Double.NaN;

  /// @param q (d, d), symmetric, kept
  ActiveFactor(double[][] q) {
    this.q = q;
    members = new int[q.length];
    rows = new double[q.length][];
  }

  /// Makes the factor that of some coordinates.
  ///
  /// @param wanted (d), whether each belongs
  /// @return false if the matrix is not numerically positive definite over them; some are then missing
  boolean cover(boolean[] wanted, double ridge) {
    if (ridge != l2) {
      size = 0;
      l2 = ridge;
    }
    for (int i = size - 1; i >= 0; i--) {
      if (!wanted[members[i]]) {
        remove(i);
      }
    }
    boolean[] held = new boolean[q.length];
    for (int i = 0; i < size; i++) {
      held[members[i]] = true;
    }
    double largest = 0;
    for (int j = 0; j < q.length; j++) {
      largest = wanted[j] ? Math.max(largest, q[j][j] + l2) : largest;
    }
    for (int j = 0; j < q.length; j++) {
      if (wanted[j] && !held[j] && !append(j, LEAST_PIVOT * largest)) {
        return false;
      }
    }
    return true;
  }

  /// The coordinates covered, in the order of [#solve]: (size).
  int[] members() {
    return Arrays.copyOf(members, size);
  }

  /// Overwrites r with x, (Q + l2·I) x = r over the members.
  ///
  /// @param r (size)
  void solve(double[] r) {
    for (int i = 0; i < size; i++) {
      r[i] = (r[i] - DotProduct.inEightSums(rows[i], r, i)) / rows[i][i];
    }
    for (int i = size - 1; i >= 0; i--) {
      r[i] /= rows[i][i];
      subtract(r, rows[i], r[i], i);
    }
  }

  /// Adds a coordinate as the last row.
  private boolean append(int j, double leastPivot) {
    double[] row = rows[size] != null && rows[size].length > size ? rows[size] : new double[roomFor(size + 1)];
    for (int i = 0; i < size; i++) {
      row[i] = (q[j][members[i]] - DotProduct.inEightSums(rows[i], row, i)) / rows[i][i];
    }
    double pivot = q[j][j] + l2 - DotProduct.inEightSums(row, row, size);
    if (!(pivot > leastPivot)) {
      return false;
    }
    row[size] = Math.sqrt(pivot);
    rows[size] = row;
    members[size++] = j;
    return true;
  }

  private int roomFor(int entries) {
    return Math.min(q.length, entries + entries / 2 + 8);
  }

  /// Takes a row out and rotates what then stands right of the diagonal into it (Givens).
  private void remove(int at) {
    double[] freed = rows[at];
    System.arraycopy(rows, at + 1, rows, at, size - at - 1);
    System.arraycopy(members, at + 1, members, at, size - at - 1);
    rows[--size] = freed;
    double[] cosines = new double[size];
    double[] sines = new double[size];
    for (int i = at; i < size; i++) {
      double[] row = rows[i]; // i + 2 entries
      double carried = row[at];
      for (int k = at; k < i; k++) {
        double next = row[k + 1];
        row[k] = cosines[k] * carried + sines[k] * next;
        carried = cosines[k] * next - sines[k] * carried;
      }
      double length = Math.hypot(carried, row[i + 1]);
      cosines[i] = carried / length;
      sines[i] = row[i + 1] / length;
      row[i] = length;
    }
  }

  private static void subtract(double[] x, double[] y, double factor, int n) {
    for (int j = 0; j < n; j++) {
      x[j] -= factor * y[j];
    }
  }
}
