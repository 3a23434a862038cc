package org.striatum.probe.sparse;

import static org.bytedeco.openblas.global.openblas.CblasLower;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dsyrk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// L1-logistic regression along a path by proximal Newton (Lee, Sun and Saunders 2014): one reading of the rows gives
/// loss, full gradient and, over the kept coordinates, the weighted Gram matrix; the quadratic model with its ℓ1 term is
/// minimised by [L1Quadratic]; the step is halved until the objective falls enough (Armijo). The intercept is free.
/// Memory does not grow with the rows.
final class ProximalNewton {
  private static final int STEPS = 100;
  private static final int HALVINGS = 40;
  private static final int BLOCK_VALUES = 1 << 20; // 8 MB a product: many small ones would spend their time waking threads
  private static final double LEAST_WEIGHT = 1e-6; // keeps the model convex where rows are predicted with certainty

  private final LabelledRows rows;
  private final Standardisation scale;
  private final double largestPenalty;
  private final double base; // log-odds of the target's mean
  private final int d;
  private final double tolerance;
  private DoubleBuffer block = direct(0); // (rows, kept + 1), used by every reading

  /// @param rows finite rows
  /// @param moments of these rows
  ProximalNewton(LabelledRows rows, Moments moments, double tolerance) {
    this.rows = rows;
    this.tolerance = tolerance;
    scale = moments.scale();
    d = scale.width();
    largestPenalty = moments.largestPenalty();
    double mean = moments.targetMean();
    if (!(mean > 0 && mean < 1)) {
      throw new IllegalArgumentException(
          "logistic regression needs outcomes of both classes, 0 and 1, found mean " + mean + ": add rollouts");
    }
    base = Math.log(mean / (1 - mean));
  }

  /// A place on the path and what one reading of the rows says about it.
  ///
  /// @param b (d)
  /// @param kept coordinates of `gram`
  /// @param loss mean log-loss
  /// @param slope −gradient of the loss: (d)
  /// @param interceptSlope the same for the intercept
  /// @param gram Σ w (z, 1)(z, 1)ᵀ / n over the kept coordinates, intercept last, lower triangle
  private record Point(double[] b, double intercept, int[] kept, double loss, double[] slope, double interceptSlope,
      DoubleBuffer gram) {
    double objective(double lambda) {
      return loss + lambda * Arrays.stream(b).map(Math::abs).sum();
    }
  }

  SparsePath path(double[] lambdas) {
    Point at = read(new double[d], base, new int[0]);
    List<LinearPredictor> points = new ArrayList<>();
    int unconverged = 0;
    double before = largestPenalty;
    for (double lambda : lambdas) {
      double allowed = tolerance * lambda;
      int[] kept = keep(at, 2 * lambda - Math.max(before, lambda));
      boolean converged = false;
      for (int step = 0; step < STEPS; step++) {
        double violation = violation(at, lambda);
        converged = violation <= allowed;
        if (converged) {
          break;
        }
        Optional<Point> next = descend(at, lambda, kept, Math.max(0.01 * violation, 0.1 * allowed));
        if (next.isEmpty() && kept.length == at.kept.length) {
          break; // rounding: no step lowers the objective any more
        }
        Point here = at;
        int[] wanted = kept;
        at = next.orElseGet(() -> read(here.b, here.intercept, wanted));
        kept = keep(at, lambda * (1 + tolerance));
      }
      unconverged += converged ? 0 : 1;
      points.add(new LinearPredictor(scale, at.intercept, at.b));
      before = lambda;
    }
    return new SparsePath(lambdas, points, unconverged);
  }

  /// Coordinates already kept or not 0, and those whose slope exceeds `above`.
  private int[] keep(Point at, double above) {
    boolean[] keep = new boolean[d];
    for (int j : at.kept) {
      keep[j] = true;
    }
    int count = 0;
    int[] kept = new int[d];
    for (int j = 0; j < d; j++) {
      if (!scale.isConstant(j) && (keep[j] || at.b[j] != 0 || Math.abs(at.slope[j]) > above)) {
        kept[count++] = j;
      }
    }
    return Arrays.copyOf(kept, count);
  }

  private double violation(Point at, double lambda) {
    double largest = Math.abs(at.interceptSlope);
    for (int j = 0; j < d; j++) {
      if (!scale.isConstant(j)) {
        largest = Math.max(largest, L1Quadratic.violation(at.slope[j], at.b[j], lambda));
      }
    }
    return largest;
  }

  /// One proximal Newton step over the coordinates `at` has a Gram matrix of.
  ///
  /// @param kept coordinates the next Gram matrix shall have
  /// @return the point reached, read with `kept`; empty if no step lowers the objective
  private Optional<Point> descend(Point at, double lambda, int[] kept, double innerTolerance) {
    int m = at.kept.length;
    int stride = m + 1;
    double corner = at.gram.get(stride * stride - 1);
    double[] border = new double[m];
    at.gram.get(m * stride, border);
    double[] model = new double[m * m];
    double[] row = new double[m];
    double[] slope = new double[m];
    double[] b = new double[m];
    for (int r = 0; r < m; r++) {
      // The intercept is minimised out: a Schur complement.
      at.gram.get(r * stride, row, 0, r + 1);
      for (int s = 0; s <= r; s++) {
        model[r * m + s] = row[s] - border[r] * border[s] / corner;
        model[s * m + r] = model[r * m + s];
      }
      slope[r] = at.slope[at.kept[r]] - border[r] * at.interceptSlope / corner;
      b[r] = at.b[at.kept[r]];
    }
    int[] all = new int[m];
    Arrays.setAll(all, r -> r);
    new L1Quadratic(model, slope, b).solve(all, m, lambda, 0, innerTolerance);

    double[] direction = new double[d];
    double interceptStep = at.interceptSlope;
    double promised = 0;
    for (int r = 0; r < m; r++) {
      int j = at.kept[r];
      direction[j] = b[r] - at.b[j];
      interceptStep -= border[r] * direction[j];
      promised += lambda * (Math.abs(b[r]) - Math.abs(at.b[j])) - at.slope[j] * direction[j];
    }
    interceptStep /= corner;
    promised -= at.interceptSlope * interceptStep;
    double objective = at.objective(lambda);
    double share = 1;
    for (int halving = 0; halving < HALVINGS; halving++, share /= 2) {
      double[] moved = at.b.clone();
      for (int r = 0; r < m; r++) {
        int j = at.kept[r];
        moved[j] = share == 1 ? b[r] : at.b[j] + share * direction[j];
      }
      Point next = read(moved, at.intercept + share * interceptStep, kept);
      if (next.objective(lambda) <= objective + 1e-4 * share * promised + 1e-15 * Math.abs(objective)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /// One reading of the rows.
  private Point read(double[] b, double intercept, int[] kept) {
    int m = kept.length;
    int stride = m + 1;
    DoubleBuffer gram = direct(stride * stride);
    int blockRows = Math.max(64, BLOCK_VALUES / stride);
    if (block.capacity() < blockRows * stride) {
      block = direct(blockRows * stride);
    }
    DoubleBuffer into = block;
    double[] weighted = new double[stride]; // a row of √w (z, 1)
    double[] inverse = Arrays.stream(scale.deviations()).map(s -> s == 0 ? 0 : 1 / s).toArray();
    double[] means = scale.means();
    int[] nonZero = new LinearPredictor(scale, intercept, b).nonZero();
    double[] products = new double[d]; // Σ (y − p)(x − x̄)
    double[] totals = new double[3]; // loss, Σ (y − p), rows
    rows.read((values, count, targets) -> {
      int filled = 0;
      for (int i = 0; i < count; i++) {
        int at = i * d;
        double y = targets[i];
        if (y != 0 && y != 1) {
          throw new IllegalArgumentException("an outcome must be 0 or 1, found " + y);
        }
        double score = intercept;
        for (int j : nonZero) {
          score += b[j] * (values[at + j] - means[j]) * inverse[j];
        }
        double tail = Math.exp(-Math.abs(score));
        double p = score >= 0 ? 1 / (1 + tail) : tail / (1 + tail);
        double residual = y - p;
        totals[0] += Math.log1p(tail) + Math.max(score, 0) - y * score;
        totals[1] += residual;
        totals[2]++;
        for (int j = 0; j < d; j++) {
          products[j] += residual * (values[at + j] - means[j]);
        }
        double root = Math.sqrt(Math.max(p * (1 - p), LEAST_WEIGHT));
        for (int k = 0; k < m; k++) {
          int j = kept[k];
          weighted[k] = root * (values[at + j] - means[j]) * inverse[j];
        }
        weighted[m] = root;
        into.put(filled++ * stride, weighted);
        if (filled == blockRows || i == count - 1) {
          cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, stride, filled, 1, into, stride, 1, gram, stride);
          filled = 0;
        }
      }
    });
    double n = totals[2];
    for (int k = 0; k < stride * stride; k++) {
      gram.put(k, gram.get(k) / n);
    }
    double[] slope = new double[d];
    Arrays.setAll(slope, j -> products[j] * inverse[j] / n);
    return new Point(b, intercept, kept, totals[0] / n, slope, totals[1] / n, gram);
  }

  private static DoubleBuffer direct(int doubles) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(doubles, Double.BYTES)).order(ByteOrder.nativeOrder())
        .asDoubleBuffer();
  }
}
