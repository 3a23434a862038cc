package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.NotEnoughData;
import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.UPLO;

/// Ordinary least squares where items come in clusters (problems) and are not independent within one.
///
///     y = b₀ + Σ bⱼ xⱼ + e
///     cov b = c A⁻¹ (Σ over clusters sₖ sₖᵀ) A⁻¹,   A = XᵀX,   sₖ = Xₖᵀ eₖ,   c = G/(G − 1) · (n − 1)/(n − rank)
///
/// tested by Student's t with G − 1 degrees of freedom, G clusters (Liang and Zeger 1986; the small-sample factor is
/// the one of Stata and statsmodels), and by resampling whole clusters. One design serves many y. A column that is
/// constant, or that columns before it determine, is left out: its coefficient is NaN and the others are as without it.
/// So what is asked about comes first, what is held fixed after it. Immutable.
public final class ClusteredRegression {
  private static final double DEPENDENT = 1e-10; // share of its variance a column must have left

  private final int items;
  private final int columns;
  private final int[] kept;
  private final double[] deviations; // (kept)
  private final double[] design; // (items, 1 + kept): 1 and the standardised columns
  private final int[] cluster; // (items)
  private final int clusters;
  private final double[][] products; // cluster → XᵀX: (1 + kept, 1 + kept)

  /// Coefficients with their standard errors: (columns), in the columns' own units; NaN where a column was left out.
  ///
  /// @param degrees of freedom, G − 1
  public record Fit(double[] coefficients, double[] errors, int degrees) {
    /// Two-sided p of coefficient j; NaN where it is undefined.
    public double p(int j) {
      return errors[j] > 0 ? StudentT.twoSided(coefficients[j] / errors[j], degrees) : Double.NaN;
    }
  }

  /// Takes the design; an intercept is added.
  ///
  /// @param x columns: (k, n)
  /// @param clusterOf (n)
  /// @throws NotEnoughData with fewer than 2 clusters or k + 2 items
  /// @throws IllegalArgumentException on different lengths or a value that is no number
  public ClusteredRegression(double[][] x, String[] clusterOf) {
    items = clusterOf.length;
    columns = x.length;
    Map<String, Integer> numberOf = new LinkedHashMap<>();
    cluster = new int[items];
    for (int i = 0; i < items; i++) {
      numberOf.putIfAbsent(clusterOf[i], numberOf.size());
      cluster[i] = numberOf.get(clusterOf[i]);
    }
    clusters = numberOf.size();
    NotEnoughData.require("a clustered regression", "clusters", clusters, 2);
    NotEnoughData.require("a regression on " + columns + " columns", "items", items, columns + 2L);
    double[][] z = new double[columns][];
    double[] spread = new double[columns];
    kept = independent(x, z, spread);
    int width = 1 + kept.length;
    deviations = new double[kept.length];
    design = new double[items * width];
    for (int i = 0; i < items; i++) {
      design[i * width] = 1;
    }
    for (int k = 0; k < kept.length; k++) {
      deviations[k] = spread[kept[k]];
      for (int i = 0; i < items; i++) {
        design[i * width + 1 + k] = z[kept[k]][i];
      }
    }
    products = new double[clusters][width * width];
    for (int i = 0; i < items; i++) {
      double[] into = products[cluster[i]];
      for (int j = 0; j < width; j++) {
        for (int k = 0; k < width; k++) {
          into[j * width + k] += design[i * width + j] * design[i * width + k];
        }
      }
    }
  }

  /// Standardises every column into `z` and finds those that no column before determines.
  private int[] independent(double[][] x, double[][] z, double[] spread) {
    double[][] basis = new double[columns][];
    int[] found = new int[columns];
    int rank = 0;
    for (int j = 0; j < columns; j++) {
      if (x[j].length != items) {
        throw new IllegalArgumentException("a column must have " + items + " items, found " + x[j].length);
      }
      z[j] = standardised(x[j], spread, j);
      double[] left = z[j].clone();
      for (int pass = 0; pass < 2; pass++) { // twice is enough (Kahan)
        for (int k = 0; k < rank; k++) {
          double along = DotProduct.of(left, basis[k]) / DotProduct.of(basis[k], basis[k]);
          for (int i = 0; i < items; i++) {
            left[i] -= along * basis[k][i];
          }
        }
      }
      if (DotProduct.of(left, left) > DEPENDENT * items) {
        basis[rank] = left;
        found[rank++] = j;
      }
    }
    return Arrays.copyOf(found, rank);
  }

  /// (x − mean) / deviation; zeros for a constant column.
  private static double[] standardised(double[] x, double[] spread, int j) {
    double mean = Arrays.stream(x).average().orElseThrow();
    if (!Double.isFinite(mean)) {
      throw new IllegalArgumentException("a column to regress on must be finite, found NaN or ∞ in column " + j
          + ": leave such items out");
    }
    double[] z = new double[x.length];
    Arrays.setAll(z, i -> x[i] - mean);
    spread[j] = Math.sqrt(DotProduct.of(z, z) / x.length);
    boolean constant = !(spread[j] > 1e-12 * Math.abs(mean));
    Arrays.setAll(z, i -> constant ? 0 : z[i] / spread[j]);
    return z;
  }

  /// Fits one y.
  ///
  /// @param y (n)
  public Fit fit(double[] y) {
    int width = 1 + kept.length;
    double[] gram = new double[width * width];
    double[] inverse = new double[width * width];
    double[][] crossed = crossed(y);
    double[] b = new double[width];
    for (int g = 0; g < clusters; g++) {
      add(gram, products[g]);
      add(b, crossed[g]);
    }
    for (int j = 0; j < width; j++) {
      inverse[j * width + j] = 1;
    }
    double[] coefficients = all(Double.NaN);
    double[] errors = all(Double.NaN);
    if (!solve(gram.clone(), b, 1) || !solve(gram, inverse, width)) {
      return new Fit(coefficients, errors, clusters - 1);
    }
    double[][] scores = new double[clusters][width];
    for (int i = 0; i < items; i++) {
      double residual = y[i];
      for (int j = 0; j < width; j++) {
        residual -= b[j] * design[i * width + j];
      }
      for (int j = 0; j < width; j++) {
        scores[cluster[i]][j] += residual * design[i * width + j];
      }
    }
    double factor = clusters / (clusters - 1.0) * (items - 1.0) / (items - width);
    for (int k = 0; k < kept.length; k++) {
      double variance = 0;
      for (double[] score : scores) {
        double along = 0; // row k of A⁻¹ times the cluster's score
        for (int j = 0; j < width; j++) {
          along += inverse[(1 + k) * width + j] * score[j];
        }
        variance += along * along;
      }
      coefficients[kept[k]] = b[1 + k] / deviations[k];
      errors[kept[k]] = Math.sqrt(factor * variance) / deviations[k];
    }
    return new Fit(coefficients, errors, clusters - 1);
  }

  /// Coefficients with 95 % percentile intervals, whole clusters drawn with replacement: (columns). A resample on which
  /// the design is singular is left out of the intervals; where those are more than half, the intervals are NaN.
  ///
  /// @param y (n)
  /// @param resamples ≥ 100
  public Estimate[] bootstrap(double[] y, int resamples, RandomGenerator random) {
    double[][] each = new double[columns][columns];
    Arrays.setAll(each, j -> unit(j));
    return bootstrap(y, each, resamples, random);
  }

  private double[] unit(int j) {
    double[] unit = new double[columns];
    unit[j] = 1;
    return unit;
  }

  /// Sums of coefficients, Σ cⱼ bⱼ, with intervals from the same resamples: (contrasts). NaN where a column with a weight
  /// other than 0 was left out.
  ///
  /// @param y (n)
  /// @param contrasts weights c: (contrasts, columns)
  /// @param resamples ≥ 100
  public Estimate[] bootstrap(double[] y, double[][] contrasts, int resamples, RandomGenerator random) {
    if (resamples < 100) {
      throw new IllegalArgumentException("a bootstrap needs at least 100 resamples, found " + resamples);
    }
    int width = 1 + kept.length;
    double[][] crossed = crossed(y);
    double[][] figures = new double[contrasts.length][resamples];
    double[] drawn = all(Double.NaN);
    int usable = 0;
    for (int r = 0; r < resamples; r++) {
      double[] gram = new double[width * width];
      double[] b = new double[width];
      for (int k = 0; k < clusters; k++) {
        int g = random.nextInt(clusters);
        add(gram, products[g]);
        add(b, crossed[g]);
      }
      if (solve(gram, b, 1)) {
        for (int k = 0; k < kept.length; k++) {
          drawn[kept[k]] = b[1 + k] / deviations[k];
        }
        for (int c = 0; c < contrasts.length; c++) {
          figures[c][usable] = weighted(contrasts[c], drawn);
        }
        usable++;
      }
    }
    double[] coefficients = fit(y).coefficients();
    Estimate[] estimates = new Estimate[contrasts.length];
    for (int c = 0; c < estimates.length; c++) {
      double value = weighted(contrasts[c], coefficients);
      estimates[c] = Estimate.exact(value);
      if (!Double.isNaN(value) && usable * 2 >= resamples) {
        double[] sorted = Arrays.copyOf(figures[c], usable);
        Arrays.sort(sorted);
        estimates[c] = new Estimate(value, Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975));
      }
    }
    return estimates;
  }

  private static double weighted(double[] weights, double[] coefficients) {
    double sum = 0;
    for (int j = 0; j < weights.length; j++) {
      sum += weights[j] == 0 ? 0 : weights[j] * coefficients[j];
    }
    return sum;
  }

  /// Xᵀy of each cluster: (clusters, 1 + kept).
  private double[][] crossed(double[] y) {
    if (y.length != items) {
      throw new IllegalArgumentException("a figure to explain must have " + items + " items, found " + y.length);
    }
    int width = 1 + kept.length;
    double[][] crossed = new double[clusters][width];
    for (int i = 0; i < items; i++) {
      for (int j = 0; j < width; j++) {
        crossed[cluster[i]][j] += y[i] * design[i * width + j];
      }
    }
    return crossed;
  }

  /// Overwrites `b` (width, sides) with A⁻¹b and A with its factor; false where A is singular.
  private static boolean solve(double[] a, double[] b, int sides) {
    int width = b.length / sides;
    double[] diagonal = new double[width];
    Arrays.setAll(diagonal, j -> a[j * width + j]);
    if (LAPACK.engine.posv(Layout.ROW_MAJOR, UPLO.LOWER, width, sides, a, width, b, sides) != 0) {
      return false;
    }
    for (int j = 0; j < width; j++) {
      double pivot = a[j * width + j];
      if (!(pivot * pivot > DEPENDENT * diagonal[j])) {
        return false;
      }
    }
    return true;
  }

  private double[] all(double value) {
    double[] values = new double[columns];
    Arrays.fill(values, value);
    return values;
  }

  private static void add(double[] into, double[] more) {
    for (int i = 0; i < into.length; i++) {
      into[i] += more[i];
    }
  }
}
