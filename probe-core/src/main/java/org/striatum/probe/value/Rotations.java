package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.RotationPoint;
import org.striatum.probe.value.OutcomeRegression.Order;
import smile.math.blas.BLAS;
import smile.math.blas.LAPACK;
import smile.math.blas.Layout;
import smile.math.blas.Transpose;

/// Pruning in the native basis and in random orthogonal bases of the z-scored states, ranking chosen anew in each. See
/// [RotationControl] for the rule.
final class Rotations {
  /// What is said of every basis: shares of coordinates removed.
  private static final double[] RATIOS = {0.9, 0.95, 0.98, 0.99};

  private final ControlledProbe probe;
  private final ControlSettings settings;
  private final RandomGenerator random;
  private int drawn; // rotations, from the generator

  Rotations(ControlledProbe probe, ControlSettings settings, RandomGenerator random) {
    this.probe = probe;
    this.settings = settings;
    this.random = random;
  }

  /// A rotation drawn from the Haar measure: Q of a Gaussian matrix, signs set so that R's diagonal is positive.
  /// (Mezzadri 2007.)
  ///
  /// @return (d, d) row-major, orthogonal
  static double[] haar(int d, RandomGenerator random) {
    double[] matrix = new double[d * d];
    Arrays.setAll(matrix, _ -> random.nextGaussian());
    double[] reflectors = new double[d];
    LAPACK.engine.geqrf(Layout.ROW_MAJOR, d, d, matrix, d, reflectors);
    boolean[] negative = new boolean[d];
    for (int j = 0; j < d; j++) {
      negative[j] = matrix[j * d + j] < 0;
    }
    LAPACK.engine.orgqr(Layout.ROW_MAJOR, d, d, d, matrix, d, reflectors);
    for (int i = 0; i < matrix.length; i++) {
      matrix[i] = negative[i % d] ? -matrix[i] : matrix[i];
    }
    return matrix;
  }

  /// z-scored states in another basis: row ↦ z Q.
  static InitialStates rotated(InitialStates states, Standardisation scale, double[] q) {
    int d = states.width();
    double[] z = new double[states.size() * d];
    for (int i = 0; i < z.length; i++) {
      z[i] = scale.z(i % d, states.rows()[i]);
    }
    double[] turned = new double[z.length];
    BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.NO_TRANSPOSE, Transpose.NO_TRANSPOSE, states.size(), d, d, 1, z, d, q,
        d, 0, turned, d);
    float[] rows = new float[z.length];
    for (int i = 0; i < z.length; i++) {
      rows[i] = (float) turned[i];
    }
    return new InitialStates(rows, d, states.successes(), states.problems());
  }

  /// Test scores of pruned probes in one basis: (ratios, test).
  private record Scores(double[][] of) {}

  /// @param name of the pieces, distinct
  /// @param pieces one a basis, the native one first
  RotationControl run(String name, Pieces pieces) {
    int[] counts = counts();
    List<Scores> bases = pieces.all(Work.of(name, Scores.class, 1 + settings.rotations(), probe.operations(),
        basis -> new Scores(basis == 0 ? pruned(probe, counts) : turned(basis - 1, counts))));
    skip(settings.rotations());
    double[][] unrotated = bases.getFirst().of; // (ratios, test)
    double[][][] turned = new double[counts.length][settings.rotations()][]; // (ratios, rotations, test)
    double[] means = new double[settings.rotations()];
    for (int r = 0; r < settings.rotations(); r++) {
      double[][] scores = bases.get(1 + r).of;
      means[r] = mean(scores);
      for (int i = 0; i < counts.length; i++) {
        turned[i][r] = scores[i];
      }
    }
    List<RotationPoint> points = new ArrayList<>();
    for (int i = 0; i < counts.length; i++) {
      double[] aurocs = Arrays.stream(turned[i]).mapToDouble(probe.test()::auroc).toArray();
      double[] sorted = Arrays.stream(aurocs).sorted().toArray();
      points.add(new RotationPoint(RATIOS[i], counts[i], probe.auroc(unrotated[i], random),
          Arrays.stream(aurocs).average().orElseThrow(), Bootstrap.quantile(sorted, 0.025),
          Bootstrap.quantile(sorted, 0.975), probe.difference(new double[][]{unrotated[i]}, turned[i], random),
          EmpiricalP.high(probe.test().auroc(unrotated[i]), aurocs)));
    }
    Estimate difference = difference(unrotated, turned);
    double p = EmpiricalP.high(mean(unrotated), means);
    return new RotationControl(means.length, points, difference, p,
        answer(difference, p, means.length, settings.margin()));
  }

  /// Whether the answer is YES; no further basis is tried once it cannot be.
  boolean isAligned() {
    int[] counts = counts();
    double[][] unrotated = pruned(probe, counts);
    double[][][] turned = new double[counts.length][settings.rotations()][];
    double[] means = new double[settings.rotations()];
    Arrays.fill(means, Double.NEGATIVE_INFINITY); // of rotations to come
    for (int r = 0; r < settings.rotations(); r++) {
      double[][] scores = turned(r, counts);
      means[r] = mean(scores);
      if (!beats(EmpiricalP.high(mean(unrotated), means), means.length)) {
        return false;
      }
      for (int i = 0; i < counts.length; i++) {
        turned[i][r] = scores[i];
      }
    }
    return answer(difference(unrotated, turned), EmpiricalP.high(mean(unrotated), means), means.length,
        settings.margin()) == Verdict.YES;
  }

  private int[] counts() {
    return Arrays.stream(RATIOS).mapToInt(ratio -> (int) Math.max(1, Math.round(probe.width() * (1 - ratio))))
        .toArray();
  }

  /// Test scores of pruned probes in a random basis: (counts, test).
  ///
  /// @param rotation not before the one that was drawn last
  private double[][] turned(int rotation, int[] counts) {
    skip(rotation);
    Standardisation scale = probe.regression().whole().scale();
    double[] q = haar(probe.width(), random);
    drawn++;
    return pruned(ControlledProbe.of(rotated(probe.fit(), scale, q), probe.folds(), rotated(probe.test(), scale, q),
        probe.resamples()), counts);
  }

  /// Draws what rotations need that were computed elsewhere.
  ///
  /// @param rotations that are drawn then
  private void skip(int rotations) {
    if (drawn > rotations) {
      throw new IllegalStateException("rotation " + rotations + " is asked for after " + drawn + " were drawn");
    }
    for (long i = (long) (rotations - drawn) * probe.width() * probe.width(); i > 0; i--) {
      random.nextGaussian();
    }
    drawn = rotations;
  }

  /// AUROC averaged over ratios.
  private double mean(double[][] scores) {
    return Arrays.stream(scores).mapToDouble(probe.test()::auroc).average().orElseThrow();
  }

  private Estimate difference(double[][] unrotated, double[][][] turned) {
    return probe.difference(unrotated, Arrays.stream(turned).flatMap(Arrays::stream).toArray(double[][]::new), random);
  }

  private static boolean beats(double p, int rotations) {
    return p <= Math.max(0.05, 1.0 / (1 + rotations));
  }

  static Verdict answer(Estimate difference, double p, int rotations, double margin) {
    if (difference.low() > 0 && beats(p, rotations)) {
      return Verdict.YES;
    }
    return difference.high() < margin ? Verdict.NO : Verdict.UNDECIDED;
  }

  /// Test scores of the probe refitted on the best coordinates, ranking chosen by cross-validation: (counts, test).
  private static double[][] pruned(ControlledProbe probe, int[] counts) {
    Order[] orders = Order.values();
    double[][] aurocs = OutcomeRegression.crossFit(probe.fit(), probe.folds(), orders, counts).aurocs();
    double[][] scores = new double[counts.length][];
    for (int k = 0; k < counts.length; k++) {
      int column = k;
      int order = ControlledProbe.best(Arrays.stream(aurocs).mapToDouble(row -> row[column]).toArray());
      scores[k] = probe
          .testScores(probe.regression().head(probe.regression().order(orders[order], counts[k]), counts[k]));
    }
    return scores;
  }
}
