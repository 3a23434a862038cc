package org.striatum.probe.sparse;

import smile.math.blas.BLAS;
import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.Transpose;
import smile.math.blas.UPLO;

/// Ridge regressions of several targets on the same z-scored rows, from one factorisation:
///
///     w = (ZᵀZ + λ I)⁻¹ Zᵀ (y − ȳ) = Zᵀ (Z Zᵀ + λ I)⁻¹ (y − ȳ)
///
/// The smaller of the two matrices is factorised, so that a further target costs two products.
public final class SharedRidge {
  private SharedRidge() {}

  /// The weights of every target: (targets, width); 0 for a constant coordinate.
  ///
  /// @param rows (n, width) row-major, finite
  /// @param targets (targets, n)
  /// @param penalty λ > 0
  /// @throws IllegalArgumentException unless there is a row, every target has one value a row, and λ > 0
  public static double[][] weights(float[] rows, int width, double[][] targets, double penalty) {
    int n = width < 1 ? 0 : rows.length / width;
    if (n < 1 || rows.length != n * width || !(penalty > 0) || Double.isInfinite(penalty)) {
      throw new IllegalArgumentException("a ridge regression needs rows of one width and a finite penalty > 0, found "
          + rows.length + " values of width " + width + " and a penalty of " + penalty);
    }
    double[] z = standardised(rows, width, n);
    double[] y = centred(targets, n);
    int m = targets.length;
    double[] w = n <= width ? byRows(z, y, n, width, m, penalty) : byColumns(z, y, n, width, m, penalty);
    double[][] weights = new double[m][width];
    for (int j = 0; j < width; j++) {
      for (int t = 0; t < m; t++) {
        weights[t][j] = w[j * m + t];
      }
    }
    return weights;
  }

  private static double[] standardised(float[] rows, int width, int n) {
    double[] z = new double[rows.length];
    for (int j = 0; j < width; j++) {
      double mean = rows[j]; // deviations from the first are exactly 0 where a coordinate is constant
      double sum = 0;
      for (int i = 0; i < n; i++) {
        sum += rows[i * width + j] - (double) rows[j];
      }
      mean += sum / n;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double off = rows[i * width + j] - mean;
        squares += off * off;
      }
      double deviation = Math.sqrt(squares / n);
      for (int i = 0; i < n && deviation > 0; i++) {
        z[i * width + j] = (rows[i * width + j] - mean) / deviation;
      }
    }
    return z;
  }

  /// Less their means: (n, targets).
  private static double[] centred(double[][] targets, int n) {
    double[] y = new double[n * targets.length];
    for (int t = 0; t < targets.length; t++) {
      if (targets[t].length != n) {
        throw new IllegalArgumentException(
            "a target needs a value for each of " + n + " rows, found " + targets[t].length);
      }
      double mean = 0;
      for (double value : targets[t]) {
        mean += value / n;
      }
      for (int i = 0; i < n; i++) {
        y[i * targets.length + t] = targets[t][i] - mean;
      }
    }
    return y;
  }

  private static double[] byRows(double[] z, double[] y, int n, int d, int m, double penalty) {
    double[] kernel = new double[n * n];
    BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.NO_TRANSPOSE, Transpose.TRANSPOSE, n, n, d, 1, z, d, z, d, 0, kernel,
        n);
    solve(kernel, y, n, m, penalty);
    return products(z, y, n, d, m);
  }

  private static double[] byColumns(double[] z, double[] y, int n, int d, int m, double penalty) {
    double[] gram = new double[d * d];
    BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.TRANSPOSE, Transpose.NO_TRANSPOSE, d, d, n, 1, z, d, z, d, 0, gram,
        d);
    double[] w = products(z, y, n, d, m);
    solve(gram, w, d, m, penalty);
    return w;
  }

  /// Zᵀ y: (d, m).
  private static double[] products(double[] z, double[] y, int n, int d, int m) {
    double[] products = new double[d * m];
    BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.TRANSPOSE, Transpose.NO_TRANSPOSE, d, m, n, 1, z, d, y, m, 0,
        products, m);
    return products;
  }

  /// Solves (matrix + λ I) x = b in place.
  private static void solve(double[] matrix, double[] b, int size, int m, double penalty) {
    for (int j = 0; j < size; j++) {
      matrix[j * size + j] += penalty;
    }
    LAPACK.engine.potrf(Layout.ROW_MAJOR, UPLO.LOWER, size, matrix, size);
    LAPACK.engine.potrs(Layout.ROW_MAJOR, UPLO.LOWER, size, m, matrix, size, b, m);
  }
}
