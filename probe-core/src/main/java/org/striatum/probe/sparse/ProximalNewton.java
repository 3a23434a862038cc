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
import org.striatum.probe.run.NotEnoughData;

/// L1-logistic regression along a path by proximal Newton (Lee, Sun and Saunders 2014): a reading of the rows gives loss
/// and full gradient; the quadratic model with its ℓ1 term is minimised by [L1Quadratic]; the step is halved until the
/// objective falls enough (Armijo). The intercept is free.
///
/// The model's curvature, a weighted Gram matrix over the kept coordinates, costs several readings and changes little
/// along the path. It is taken again only where a coordinate outside of it must move or where steps by the old one get
/// slow; gradients and the conditions of optimality are always exact. Memory does not grow with the rows.
final class ProximalNewton {
  private static final int STEPS = 100;
  private static final int HALVINGS = 40;
  private static final int BLOCK_VALUES = 1 << 20; // 8 MB a product: many small ones would spend their time waking threads
  private static final double SLOW = 0.25; // share of the violation that a step may leave before the curvature is taken again
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
    if (!(mean >= 0 && mean <= 1)) {
      throw new IllegalArgumentException("logistic regression needs outcomes of 0 and 1, found mean " + mean);
    }
    NotEnoughData.require("logistic regression", "outcome classes", mean > 0 && mean < 1 ? 2 : 1, 2);
    base = Math.log(mean / (1 - mean));
  }

  /// A place on the path and what one reading of the rows says about it.
  ///
  /// @param b (d)
  /// @param loss mean log-loss
  /// @param slope −gradient of the loss: (d)
  /// @param interceptSlope the same for the intercept
  private record Point(double[] b, double intercept, double loss, double[] slope, double interceptSlope) {
    double objective(double lambda) {
      return loss + lambda * Arrays.stream(b).map(Math::abs).sum();
    }
  }

  /// The loss's curvature at a point, Σ w (z, 1)(z, 1)ᵀ / n over some coordinates, with the intercept minimised out.
  ///
  /// @param kept its coordinates, rising: (m)
  /// @param model the Schur complement of the intercept: (m, m)
  /// @param border Σ w z / n: (m)
  /// @param corner Σ w / n
  private record Curvature(int[] kept, double[][] model, double[] border, double corner) {}

  SparsePath path(double[] lambdas) {
    Point at = read(new double[d], base);
    Curvature curvature = curvature(at, new int[0]);
    boolean fresh = true; // whether it was taken at this very point
    List<LinearPredictor> points = new ArrayList<>();
    int unconverged = 0;
    double lambdaBefore = largestPenalty;
    for (double lambda : lambdas) {
      double allowed = tolerance * lambda;
      double strong = 2 * lambda - Math.max(lambdaBefore, lambda);
      boolean converged = false;
      double violationBefore = Double.POSITIVE_INFINITY;
      for (int step = 0; step < STEPS; step++) {
        double violation = violation(at, lambda);
        converged = violation <= allowed;
        if (converged) {
          break;
        }
        boolean slow = !fresh && violation > SLOW * violationBefore;
        if (slow || keep(curvature, at, lambda * (1 + tolerance)).length > curvature.kept.length) {
          curvature = curvature(at, keep(curvature, at, strong));
          fresh = true;
        }
        violationBefore = violation;
        double innerTolerance = Math.max(0.01 * violation, 0.1 * allowed);
        Optional<Point> next = descend(at, curvature, lambda, innerTolerance);
        if (next.isEmpty() && !fresh) {
          curvature = curvature(at, curvature.kept);
          next = descend(at, curvature, lambda, innerTolerance);
        }
        if (next.isEmpty()) {
          break; // rounding: no step lowers the objective any more
        }
        fresh = false;
        at = next.get();
      }
      unconverged += converged ? 0 : 1;
      points.add(new LinearPredictor(scale, at.intercept, at.b));
      lambdaBefore = lambda;
    }
    return new SparsePath(lambdas, points, unconverged);
  }

  /// Coordinates already kept or not 0, and those whose slope exceeds `above`.
  private int[] keep(Curvature curvature, Point at, double above) {
    boolean[] keep = new boolean[d];
    for (int j : curvature.kept) {
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

  /// One proximal Newton step over the coordinates of a curvature.
  ///
  /// @return the point reached; empty if no step lowers the objective
  private Optional<Point> descend(Point at, Curvature curvature, double lambda, double innerTolerance) {
    int[] kept = curvature.kept;
    int m = kept.length;
    double[] border = curvature.border;
    double corner = curvature.corner;
    double[] slope = new double[m];
    double[] b = new double[m];
    for (int r = 0; r < m; r++) {
      slope[r] = at.slope[kept[r]] - border[r] * at.interceptSlope / corner;
      b[r] = at.b[kept[r]];
    }
    int[] all = new int[m];
    Arrays.setAll(all, r -> r);
    new L1Quadratic(curvature.model, slope, b).solve(all, m, lambda, 0, innerTolerance);

    double[] direction = new double[d];
    double interceptStep = at.interceptSlope;
    double promised = 0;
    for (int r = 0; r < m; r++) {
      int j = kept[r];
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
        int j = kept[r];
        moved[j] = share == 1 ? b[r] : at.b[j] + share * direction[j];
      }
      Point next = read(moved, at.intercept + share * interceptStep);
      if (next.objective(lambda) <= objective + 1e-4 * share * promised + 1e-15 * Math.abs(objective)) {
        return Optional.of(next);
      }
    }
    return Optional.empty();
  }

  /// Loss and gradient, by one reading of the rows.
  private Point read(double[] b, double intercept) {
    Scores scores = new Scores(b, intercept);
    double[] inverse = inverseDeviations();
    double[] means = scale.means();
    double[] products = new double[d]; // Σ (y − p)(x − x̄)
    double[] totals = new double[3]; // loss, Σ (y − p), rows
    rows.read((values, count, targets) -> {
      for (int i = 0; i < count; i++) {
        int at = i * d;
        double y = targets[i];
        if (y != 0 && y != 1) {
          throw new IllegalArgumentException("an outcome must be 0 or 1, found " + y);
        }
        double score = scores.of(values, at);
        double tail = Math.exp(-Math.abs(score));
        double residual = y - (score >= 0 ? 1 / (1 + tail) : tail / (1 + tail));
        // Not log1p, which is slow: what it would add to 1 + tail is below the rounding of the sum.
        totals[0] += Math.log(1 + tail) + Math.max(score, 0) - y * score;
        totals[1] += residual;
        totals[2]++;
        for (int j = 0; j < d; j++) {
          products[j] += residual * (values[at + j] - means[j]);
        }
      }
    });
    double n = totals[2];
    double[] slope = new double[d];
    Arrays.setAll(slope, j -> products[j] * inverse[j] / n);
    return new Point(b, intercept, totals[0] / n, slope, totals[1] / n);
  }

  /// The curvature at a point, by one more reading.
  private Curvature curvature(Point at, int[] kept) {
    int m = kept.length;
    int stride = m + 1;
    DoubleBuffer gram = direct(stride * stride); // lower triangle, intercept last
    int blockRows = Math.max(64, BLOCK_VALUES / stride);
    if (block.capacity() < blockRows * stride) {
      block = direct(blockRows * stride);
    }
    DoubleBuffer into = block;
    double[] weighted = new double[stride]; // a row of √w (z, 1)
    Scores scores = new Scores(at.b, at.intercept);
    double[] inverse = inverseDeviations();
    double[] means = scale.means();
    double[] n = new double[1];
    rows.read((values, count, targets) -> {
      int filled = 0;
      for (int i = 0; i < count; i++) {
        int start = i * d;
        double tail = Math.exp(-Math.abs(scores.of(values, start)));
        double root = Math.sqrt(Math.max(tail / ((1 + tail) * (1 + tail)), LEAST_WEIGHT));
        for (int k = 0; k < m; k++) {
          int j = kept[k];
          weighted[k] = root * (values[start + j] - means[j]) * inverse[j];
        }
        weighted[m] = root;
        into.put(filled++ * stride, weighted);
        if (filled == blockRows || i == count - 1) {
          cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, stride, filled, 1, into, stride, 1, gram, stride);
          filled = 0;
        }
      }
      n[0] += count;
    });
    return minimisedOut(kept, gram, n[0]);
  }

  /// Takes the intercept out of a Gram matrix that has it last.
  private static Curvature minimisedOut(int[] kept, DoubleBuffer gram, double n) {
    int m = kept.length;
    int stride = m + 1;
    double corner = gram.get(stride * stride - 1) / n;
    double[] border = new double[m];
    gram.get(m * stride, border);
    Arrays.setAll(border, r -> border[r] / n);
    double[][] model = new double[m][m];
    for (int r = 0; r < m; r++) {
      gram.get(r * stride, model[r], 0, r + 1);
      for (int s = 0; s <= r; s++) {
        model[r][s] = model[r][s] / n - border[r] * border[s] / corner;
        model[s][r] = model[r][s];
      }
    }
    return new Curvature(kept, model, border, corner);
  }

  /// Scores of rows by the coordinates that bear on them.
  private final class Scores {
    private final double intercept;
    private final int[] used;
    private final double[] weights; // a unit of x
    private final double[] means;

    Scores(double[] b, double intercept) {
      this.intercept = intercept;
      LinearPredictor predictor = new LinearPredictor(scale, intercept, b);
      used = predictor.nonZero();
      weights = new double[used.length];
      means = new double[used.length];
      double[] deviations = scale.deviations();
      for (int k = 0; k < used.length; k++) {
        weights[k] = b[used[k]] / deviations[used[k]];
        means[k] = scale.means()[used[k]];
      }
    }

    double of(float[] values, int at) {
      double score = intercept;
      for (int k = 0; k < used.length; k++) {
        score += weights[k] * (values[at + used[k]] - means[k]);
      }
      return score;
    }
  }

  private double[] inverseDeviations() {
    return Arrays.stream(scale.deviations()).map(s -> s == 0 ? 0 : 1 / s).toArray();
  }

  private static DoubleBuffer direct(int doubles) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(doubles, Double.BYTES)).order(ByteOrder.nativeOrder())
        .asDoubleBuffer();
  }
}
