package org.striatum.probe.value;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import smile.math.blas.BLAS;
import smile.math.blas.Layout;
import smile.math.blas.Transpose;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.sparse.Moments;
import org.striatum.probe.sparse.Ridge;
import org.striatum.probe.sparse.SparsePath;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.Ranking.Measure;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Coordinates ordered by how much they carry the value, by one measure. Every measure looks at training problems only.
///
/// @param name e.g. `td-first-layer-l1`
/// @param scores (width), higher is more important
/// @param order (width), best first, ties by lower index
public record NeuronRanking(String name, double[] scores, int[] order) {
  private static final int GRADIENT_STATES = 4096;
  private static final int PERMUTED_STATES = 512;
  /// Of squared error; what C = 0.02 of the linear probe's log-loss amounts to near even odds, where its curvature is ¼.
  static final double RIDGE_PENALTY = 4 / LinearProbe.DEFAULT_C;

  public NeuronRanking {
    if (scores.length != order.length) {
      throw new IllegalArgumentException(
          "a ranking '" + name + "' needs one place a score, found " + scores.length + " scores and " + order.length
              + " places");
    }
    scores = scores.clone();
    order = order.clone();
  }

  /// Orders coordinates by their scores.
  ///
  /// @throws IllegalArgumentException on a NaN score
  public static NeuronRanking of(String name, double[] scores) {
    return new NeuronRanking(name, scores, Ranks.top(scores, scores.length));
  }

  /// Σₕ |W₁(h, j)|: the size of the coordinate's column.
  public static NeuronRanking firstLayerL1(Target target, ValueProbe probe) {
    double[] ones = new double[probe.hidden()];
    Arrays.fill(ones, 1);
    return of(Ranking.of(target, Measure.FIRST_LAYER_L1).printed(), weightedColumns(probe, ones));
  }

  /// Σₕ |W₁(h, j)| |w₂(h)|: the column again, hidden units counting by what they add to V.
  public static NeuronRanking functional(Target target, ValueProbe probe) {
    double[] outgoing = new double[probe.hidden()];
    Arrays.setAll(outgoing, h -> Math.abs(probe.w2()[h]));
    return of(Ranking.of(target, Measure.FUNCTIONAL).printed(), weightedColumns(probe, outgoing));
  }

  private static double[] weightedColumns(ValueProbe probe, double[] weights) {
    double[] scores = new double[probe.width()];
    float[] w1 = probe.w1();
    for (int i = 0; i < w1.length; i++) {
      scores[i % scores.length] += Math.abs(w1[i]) * weights[i / scores.length];
    }
    return scores;
  }

  /// Mean |∂V/∂zⱼ| over training states, at most 4096 of them, evenly spaced.
  public static NeuronRanking gradient(Target target, ValueProbe probe, Trajectories train) {
    int width = train.width();
    long states = 0;
    for (int i = 0; i < train.size(); i++) {
      states += train.length(i);
    }
    int count = (int) Math.min(states, GRADIENT_STATES);
    float[] chosen = new float[count * width];
    float[] rows = new float[0];
    long row = 0;
    int taken = 0;
    for (int i = 0; i < train.size() && taken < count; i++) {
      int length = train.length(i);
      if (rows.length < length * width) {
        rows = new float[length * width];
      }
      train.states(i, rows, 0);
      for (int t = 0; t < length && taken < count; t++, row++) {
        if (row >= taken * states / count) {
          System.arraycopy(rows, t * width, chosen, taken++ * width, width);
        }
      }
    }
    return of(Ranking.of(target, Measure.GRADIENT).printed(), probe.meanAbsoluteGradient(chosen, count));
  }

  /// By how much mean (V(s₀) − r)² over training rollouts, at most 512 of them, evenly spaced, rises when the coordinate's
  /// values are dealt to other rollouts, once. (Breiman 2001.) Below 0 where the probe would do better without it.
  static NeuronRanking permutation(Target target, ValueProbe probe, InitialStates train, RandomGenerator random) {
    int width = train.width();
    int hidden = probe.hidden();
    int n = Math.min(train.size(), PERMUTED_STATES);
    float[] z = new float[n * width];
    double[] rewards = new double[n];
    for (int i = 0; i < n; i++) {
      int row = (int) ((long) i * train.size() / n);
      rewards[i] = train.successes()[row] ? 1 : 0;
      for (int j = 0; j < width; j++) {
        z[i * width + j] = (float) probe.scale().z(j, train.rows()[row * width + j]);
      }
    }
    float[] w1 = probe.w1();
    float[] inputs = new float[n * hidden]; // W₁z + b₁
    for (int i = 0; i < n; i++) {
      System.arraycopy(probe.b1(), 0, inputs, i * hidden, hidden);
    }
    BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.NO_TRANSPOSE, Transpose.TRANSPOSE, n, hidden, width, 1, z, width, w1,
        width, 1, inputs, hidden);
    double whole = squaredError(probe, inputs, rewards, new float[n], new float[hidden]);
    double[] scores = new double[width];
    float[] column = new float[hidden];
    float[] change = new float[n];
    int[] order = IntStream.range(0, n).toArray();
    for (int j = 0; j < width; j++) {
      Ranks.shuffle(order, random);
      for (int i = 0; i < n; i++) {
        change[i] = z[order[i] * width + j] - z[i * width + j];
      }
      for (int h = 0; h < hidden; h++) {
        column[h] = w1[h * width + j];
      }
      scores[j] = probe.scale().isConstant(j) ? 0 : squaredError(probe, inputs, rewards, change, column) - whole;
    }
    return of(Ranking.of(target, Measure.PERMUTATION).printed(), scores);
  }

  /// Mean (V − r)² where one coordinate is changed: its column reaches the hidden units with the change of each row.
  private static double squaredError(ValueProbe probe, float[] inputs, double[] rewards, float[] change,
      float[] column) {
    float[] w2 = probe.w2();
    double sum = 0;
    for (int i = 0; i < rewards.length; i++) {
      float value = 0;
      int at = i * w2.length;
      for (int h = 0; h < w2.length; h++) {
        value += w2[h] * Math.max(0, inputs[at + h] + change[i] * column[h]);
      }
      double error = value + probe.b2() - rewards[i];
      sum += error * error;
    }
    return sum / rewards.length;
  }

  /// |coefficient| of ridge regression of the outcome on z-scored s₀.
  static NeuronRanking ridge(InitialStates train) {
    return of(Ranking.RIDGE.printed(), Ridge.fit(Moments.of(train.labelled()), RIDGE_PENALTY).importance());
  }

  /// |AUROC − ½| of the coordinate alone, at s₀.
  static NeuronRanking auroc(InitialStates train) {
    double[] scores = new double[train.width()];
    Arrays.setAll(scores, j -> Math.abs(Auroc.of(train.coordinate(j), train.successes()) - 0.5));
    return of(Ranking.UNIVARIATE_AUROC.printed(), scores);
  }

  /// |AUROC − ½| of the coordinate alone, at s₀, among rollouts with like nuisance variables.
  static NeuronRanking auroc(Ranking name, InitialStates train, NuisanceStrata strata) {
    double[] scores = new double[train.width()];
    Arrays.setAll(scores, j -> Math.abs(strata.auroc(train.coordinate(j)) - 0.5));
    return of(name.printed(), scores);
  }

  /// |mean over successes − mean over failures| at s₀, in pooled standard deviations; 0 for a constant coordinate.
  static NeuronRanking meanDifference(InitialStates train) {
    double[] scores = new double[train.width()];
    boolean[] successes = train.successes();
    for (int j = 0; j < scores.length; j++) {
      double[] x = train.coordinate(j);
      double[] mean = new double[2];
      int[] n = new int[2];
      for (int i = 0; i < x.length; i++) {
        int side = successes[i] ? 1 : 0;
        mean[side] += (x[i] - mean[side]) / ++n[side];
      }
      double squares = 0;
      for (int i = 0; i < x.length; i++) {
        squares += Math.pow(x[i] - mean[successes[i] ? 1 : 0], 2);
      }
      double difference = Math.abs(mean[1] - mean[0]);
      scores[j] = difference == 0 ? 0 : difference / Math.sqrt(squares / x.length);
    }
    return of(Ranking.MEAN_DIFFERENCE.printed(), scores);
  }

  /// The penalty at which the coordinate enters the L1-logistic path, see [SparsePath#importance].
  static NeuronRanking sparsePath(SparsePath path) {
    return of(Ranking.SPARSE_PATH.printed(), path.importance());
  }

  public int width() {
    return scores.length;
  }

  /// The k best: true there.
  ///
  /// @throws IllegalArgumentException if k is not in [0, width]
  public boolean[] top(int k) {
    requireCount(k);
    boolean[] top = new boolean[width()];
    for (int i = 0; i < k; i++) {
      top[order[i]] = true;
    }
    return top;
  }

  /// How far this ranking and another agree.
  ///
  /// @param k how many of the best the overlap looks at
  public Agreement with(NeuronRanking other, int k) {
    return new Agreement(name, other.name, Spearman.of(scores, other.scores).rho(), k,
        Overlap.of(best(k), other.best(k), width()).iou());
  }

  private Set<Integer> best(int k) {
    requireCount(k);
    return IntStream.range(0, k).mapToObj(i -> order[i]).collect(Collectors.toCollection(HashSet::new));
  }

  private void requireCount(int k) {
    if (k < 0 || k > width()) {
      throw new IllegalArgumentException("top k must be in [0, " + width() + "], found " + k);
    }
  }
}
