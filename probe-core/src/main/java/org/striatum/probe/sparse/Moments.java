package org.striatum.probe.sparse;

import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.Arrays;
import org.striatum.probe.run.NotEnoughData;

/// Sufficient statistics of rows and their target, streamed: all that lasso, elastic net and ridge need.
///
///     G = Σ (x − x̄)(x − x̄)ᵀ,   g = Σ (x − x̄)(y − ȳ),   v = Σ (y − ȳ)²
///
/// Each block is centred on its own mean before it is squared, and blocks are joined by the rank-one term of Chan, Golub
/// and LeVeque (1983), which rides along as one more row of the block. So means a thousand times the deviation, common in
/// residual streams, cost no digits. Products are the native OpenBLAS that Smile ships (`dsyrk`, half the work of the
/// `dgemm` Smile itself offers), in double precision. Rows with NaN or ∞ are left out and counted.
///
/// The same rows give the same bits however they are cut into calls. Memory is 8 (d + 1)² bytes and one block outside
/// the heap. Not thread-safe.
public final class Moments {
  private static final int BLOCK = 1024;
  private static final int WIDEST = 16_000; // the Gram matrix is one buffer below 2 GiB

  private final int width;
  private final int columns; // the coordinates, then the target
  private final double[] means; // (columns)
  private final DoubleBuffer gram; // (columns, columns), lower triangle
  private final float[] pending; // (BLOCK, width)
  private final double[] pendingTargets = new double[BLOCK];
  private final DoubleBuffer centred; // (BLOCK + 1, columns)
  // Of the block that is flushed: kept, so that long streams leave no garbage.
  private final double[] blockMeans; // (columns)
  private final double[] shift; // (columns)
  private final double[] row; // (columns)
  private int waiting;
  private long rows;
  private long excluded;

  /// Moments of no row yet.
  ///
  /// @throws IllegalArgumentException if the width is not in [1, 16000]
  public Moments(int width) {
    if (width < 1 || width > WIDEST) {
      throw new IllegalArgumentException(
          "moments need a width in [1, " + WIDEST + "], found " + width + ": choose fewer coordinates");
    }
    this.width = width;
    columns = width + 1;
    means = new double[columns];
    gram = direct(columns * columns);
    pending = new float[BLOCK * width];
    centred = direct((BLOCK + 1) * columns);
    blockMeans = new double[columns];
    shift = new double[columns];
    row = new double[columns];
  }

  /// Moments of all rows.
  public static Moments of(LabelledRows rows) {
    Moments moments = new Moments(rows.width());
    rows.read(moments::add);
    return moments;
  }

  /// Adds the first `count` rows.
  ///
  /// @param block (≥ count, d) row-major
  /// @param targets (≥ count)
  public void add(float[] block, int count, double[] targets) {
    if (count < 0 || count > targets.length || (long) count * width > block.length) {
      throw new IllegalArgumentException("cannot add " + count + " rows of width " + width + " from " + block.length
          + " values and " + targets.length + " targets");
    }
    for (int i = 0; i < count; i++) {
      if (!LabelledRows.isFinite(block, i, width, targets[i])) {
        excluded++;
        continue;
      }
      System.arraycopy(block, i * width, pending, waiting * width, width);
      pendingTargets[waiting++] = targets[i];
      if (waiting == BLOCK) {
        flush();
      }
    }
  }

  /// Adds everything `other` has seen; `other` keeps it too.
  ///
  /// @throws IllegalArgumentException on different widths
  public void add(Moments other) {
    if (other.width != width) {
      throw new IllegalArgumentException("moments of width " + other.width + " do not fit width " + width);
    }
    flush();
    other.flush();
    excluded += other.excluded;
    if (other.rows == 0) {
      return;
    }
    Arrays.setAll(shift, j -> other.means[j] - means[j]);
    double weight = (double) rows * other.rows / (rows + other.rows);
    for (int i = 0; i < columns; i++) {
      for (int j = 0; j <= i; j++) {
        int at = i * columns + j;
        gram.put(at, gram.get(at) + other.gram.get(at) + weight * shift[i] * shift[j]);
      }
    }
    advance(other.rows);
  }

  private void flush() {
    if (waiting == 0) {
      return;
    }
    Arrays.fill(blockMeans, 0);
    for (int i = 0; i < waiting; i++) {
      for (int j = 0; j < width; j++) {
        blockMeans[j] += pending[i * width + j];
      }
      blockMeans[width] += pendingTargets[i];
    }
    for (int j = 0; j < columns; j++) {
      blockMeans[j] /= waiting;
    }
    for (int i = 0; i < waiting; i++) {
      for (int j = 0; j < width; j++) {
        row[j] = pending[i * width + j] - blockMeans[j];
      }
      row[width] = pendingTargets[i] - blockMeans[width];
      centred.put(i * columns, row);
    }
    double weight = Math.sqrt((double) rows * waiting / (rows + waiting));
    for (int j = 0; j < columns; j++) {
      shift[j] = blockMeans[j] - means[j];
      row[j] = weight * shift[j];
    }
    centred.put(waiting * columns, row);
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, columns, waiting + 1, 1, centred, columns, 1, gram, columns);
    advance(waiting);
    waiting = 0;
  }

  /// Counts rows in whose mean is `shift` from that of the rows before.
  private void advance(long more) {
    rows += more;
    for (int j = 0; j < columns; j++) {
      means[j] += shift[j] * more / rows;
    }
  }

  public int width() {
    return width;
  }

  /// Rows counted in.
  public long rows() {
    return rows + waiting;
  }

  /// Rows left out because they or their target hold NaN or ∞.
  public long excluded() {
    return excluded;
  }

  public double targetMean() {
    flush();
    return means[width];
  }

  /// Population variance of the target.
  public double targetVariance() {
    flush();
    return gram.get(columns * columns - 1) / rows;
  }

  /// Means and population standard deviations. A deviation below 10⁻¹² of the mean is rounding, and counts as 0.
  ///
  /// @throws NotEnoughData without rows
  public Standardisation scale() {
    flush();
    NotEnoughData.require("standardisation", "finite rows of " + (rows + excluded), rows, 1);
    double[] deviations = new double[width];
    for (int j = 0; j < width; j++) {
      double deviation = Math.sqrt(gram.get(j * columns + j) / rows);
      deviations[j] = deviation > 1e-12 * Math.abs(means[j]) ? deviation : 0;
    }
    return new Standardisation(Arrays.copyOf(means, width), deviations);
  }

  /// ZᵀZ / n of the standardised coordinates, the correlation matrix; rows and columns of constant ones are 0.
  ///
  /// @return (d, d), rows as arrays of their own
  public double[][] correlations() {
    double[] inverse = inverseDeviations();
    double[][] correlations = new double[width][width];
    for (int i = 0; i < width; i++) {
      gram.get(i * columns, row, 0, i + 1);
      double scale = inverse[i] / rows;
      for (int j = 0; j <= i; j++) {
        correlations[i][j] = row[j] * scale * inverse[j];
      }
    }
    // Mirrored in tiles, so that neither side misses the cache at each step.
    int tile = 32;
    for (int i0 = 0; i0 < width; i0 += tile) {
      for (int j0 = 0; j0 <= i0; j0 += tile) {
        for (int i = i0; i < Math.min(i0 + tile, width); i++) {
          for (int j = j0; j < Math.min(j0 + tile, i); j++) {
            correlations[j][i] = correlations[i][j];
          }
        }
      }
    }
    return correlations;
  }

  /// Zᵀ(y − ȳ) / n of the standardised coordinates, 0 for constant ones: (d).
  public double[] targetProducts() {
    double[] inverse = inverseDeviations();
    double[] products = new double[width];
    for (int j = 0; j < width; j++) {
      products[j] = gram.get(width * columns + j) * inverse[j] / rows;
    }
    return products;
  }

  /// The smallest lasso penalty at which every coefficient is 0: max |Zᵀ(y − ȳ)| / n. For an outcome in {0, 1} it is
  /// that of the L1-logistic path too.
  public double largestPenalty() {
    return Arrays.stream(targetProducts()).map(Math::abs).max().orElseThrow();
  }

  private double[] inverseDeviations() {
    return Arrays.stream(scale().deviations()).map(s -> s == 0 ? 0 : 1 / s).toArray();
  }

  private static DoubleBuffer direct(int doubles) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(doubles, Double.BYTES)).order(ByteOrder.nativeOrder())
        .asDoubleBuffer();
  }
}
