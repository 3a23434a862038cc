package org.striatum.probe.value;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.sparse.SparsePath;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Coordinates ordered by how much they carry the value, by one measure. Every measure looks at training problems only.
///
/// @param name e.g. `td-first-layer-l1`
/// @param scores (width), higher is more important
/// @param order (width), best first, ties by lower index
public record NeuronRanking(String name, double[] scores, int[] order) {
  /// The paper's ranking (arXiv 2602.00986, §3.2): the first-layer weights of the TD probe.
  public static final String PAPER = "td-first-layer-l1";

  private static final String FIRST_LAYER_L1 = "-first-layer-l1";
  private static final String FUNCTIONAL = "-functional";
  private static final String GRADIENT = "-gradient";
  private static final String AUROC = "auroc";
  private static final String MEAN_DIFFERENCE = "mean-difference";
  private static final String SPARSE_PATH = "sparse-path";
  private static final int GRADIENT_STATES = 4096;

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

  /// Every ranking a study computes.
  public static List<String> names() {
    Stream<String> ofProbes = Arrays.stream(Target.values())
        .flatMap(target -> Stream.of(FIRST_LAYER_L1, FUNCTIONAL, GRADIENT).map(name -> target.printed() + name));
    return Stream.concat(ofProbes, Stream.of(AUROC, MEAN_DIFFERENCE, SPARSE_PATH)).toList();
  }

  /// Σₕ |W₁(h, j)|: the size of the coordinate's column.
  public static NeuronRanking firstLayerL1(Target target, ValueProbe probe) {
    double[] ones = new double[probe.hidden()];
    Arrays.fill(ones, 1);
    return of(target.printed() + FIRST_LAYER_L1, weightedColumns(probe, ones));
  }

  /// Σₕ |W₁(h, j)| |w₂(h)|: the column again, hidden units counting by what they add to V.
  public static NeuronRanking functional(Target target, ValueProbe probe) {
    double[] outgoing = new double[probe.hidden()];
    Arrays.setAll(outgoing, h -> Math.abs(probe.w2()[h]));
    return of(target.printed() + FUNCTIONAL, weightedColumns(probe, outgoing));
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
    return of(target.printed() + GRADIENT, probe.meanAbsoluteGradient(chosen, count));
  }

  /// |AUROC − ½| of the coordinate alone, at s₀.
  static NeuronRanking auroc(InitialStates train) {
    double[] scores = new double[train.width()];
    Arrays.setAll(scores, j -> Math.abs(Auroc.of(train.coordinate(j), train.successes()) - 0.5));
    return of(AUROC, scores);
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
    return of(MEAN_DIFFERENCE, scores);
  }

  /// The penalty at which the coordinate enters the L1-logistic path, see [SparsePath#importance].
  static NeuronRanking sparsePath(SparsePath path) {
    return of(SPARSE_PATH, path.importance());
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
