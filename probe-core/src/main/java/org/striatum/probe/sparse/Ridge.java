package org.striatum.probe.sparse;

import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.UPLO;

/// Ridge regression from sufficient statistics, the dense counterpart of the lasso path:
///
///     minimise |y − ȳ − Zb|² + α · |b|²
///
/// on standardised coordinates, as scikit-learn's `Ridge(alpha)`: α is not per sample. (Hoerl and Kennard 1970.)
public final class Ridge {
  private Ridge() {}

  /// The minimum. Constant coordinates get coefficient 0.
  ///
  /// @throws IllegalArgumentException unless α > 0
  public static LinearPredictor fit(Moments moments, double alpha) {
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("ridge penalty must be > 0 and finite, found " + alpha);
    }
    int d = moments.width();
    double[][] correlations = moments.correlations();
    double[] matrix = new double[d * d];
    double[] b = moments.targetProducts();
    for (int j = 0; j < d; j++) {
      System.arraycopy(correlations[j], 0, matrix, j * d, d);
      matrix[j * d + j] += alpha / moments.rows();
    }
    int failed = LAPACK.engine.posv(Layout.ROW_MAJOR, UPLO.LOWER, d, 1, matrix, d, b, 1);
    if (failed != 0) {
      throw new IllegalArgumentException(
          "ridge penalty " + alpha + " is too small for coordinates this dependent: raise it");
    }
    return new LinearPredictor(moments.scale(), moments.targetMean(), b);
  }
}
