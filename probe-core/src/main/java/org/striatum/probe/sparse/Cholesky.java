package org.striatum.probe.sparse;

/// Solves Ax = r for a symmetric positive definite A of some hundred rows, in plain Java on one thread.
///
/// Not by OpenBLAS, because a path solves hundreds of such systems and OpenBLAS wakes all its threads for each:
/// measured on a machine with other work to do, 550 rows took it 20 to 230 ms, and this 10 to 25 ms.
final class Cholesky {
  private static final int PANEL = 8; // rows eliminated together, so that the rest is passed over once for all of them

  private Cholesky() {}

  /// Overwrites `r` with the solution.
  ///
  /// @param a (n, n), the upper triangle read and overwritten with U, A = UᵀU
  /// @param r (n)
  /// @return false if A is not numerically positive definite; `r` then is as it was
  static boolean solve(double[] a, double[] r) {
    int n = r.length;
    double[] panel = new double[PANEL * n];
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace = Math.max(trace, a[i * n + i]);
    }
    for (int k = 0; k < n; k += PANEL) {
      int rows = Math.min(PANEL, n - k);
      for (int t = 0; t < rows; t++) {
        int at = (k + t) * n;
        for (int s = 0; s < t; s++) {
          subtract(a, at, panel, s * n, panel[s * n + k + t], k + t, n);
        }
        double pivot = a[at + k + t];
        if (!(pivot > 1e-12 * trace)) {
          return false;
        }
        double inverse = 1 / Math.sqrt(pivot);
        for (int j = k + t; j < n; j++) {
          a[at + j] *= inverse;
          panel[t * n + j] = a[at + j];
        }
      }
      for (int i = k + PANEL; i < n; i++) {
        eliminate(a, i * n, panel, i, n);
      }
    }
    for (int i = 0; i < n; i++) { // Uᵀv = r
      r[i] /= a[i * n + i];
      subtract(r, 0, a, i * n, r[i], i + 1, n);
    }
    for (int i = n - 1; i >= 0; i--) { // Ux = v
      double sum = r[i];
      for (int j = i + 1; j < n; j++) {
        sum -= a[i * n + j] * r[j];
      }
      r[i] = sum / a[i * n + i];
    }
    return true;
  }

  /// Row i less its share of all rows of the panel. One loop over eight rows, which the compiler turns into vectors.
  private static void eliminate(double[] a, int at, double[] p, int i, int n) {
    double f0 = p[i];
    double f1 = p[n + i];
    double f2 = p[2 * n + i];
    double f3 = p[3 * n + i];
    double f4 = p[4 * n + i];
    double f5 = p[5 * n + i];
    double f6 = p[6 * n + i];
    double f7 = p[7 * n + i];
    for (int j = i; j < n; j++) {
      a[at + j] -= f0 * p[j] + f1 * p[n + j] + f2 * p[2 * n + j] + f3 * p[3 * n + j] + f4 * p[4 * n + j]
          + f5 * p[5 * n + j] + f6 * p[6 * n + j] + f7 * p[7 * n + j];
    }
  }

  private static void subtract(double[] x, int at, double[] y, int from, double factor, int start, int end) {
    for (int j = start; j < end; j++) {
      x[at + j] -= factor * y[from + j];
    }
  }
}
