package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.transfer.TransferResults.Basis;

/// Decides from activations whether coordinate j of one model is coordinate j of another, as it is among checkpoints of
/// one training run and models tuned from them, and is not between models trained apart, or after a rotation.
///
///     alignment = mean over j of r(aⱼ, bⱼ)    over s₀ of the prompts both runs have
///
/// against the same mean with b's coordinates permuted. A common basis needs p at its least and alignment of at least
/// [#LEAST_ALIGNMENT]: a trace of kinship is no licence to compare sets of coordinates. It is evidence, not proof: nothing
/// here reads a checkpoint's history.
final class CommonBasis {
  /// Least mean correlation of namesakes.
  static final double LEAST_ALIGNMENT = 0.25;
  private static final int LEAST_PROMPTS = 20;

  private CommonBasis() {}

  /// Pairs of matrices of the same prompts, one per dataset and hook point: (prompts, width) row-major.
  record Shared(float[] first, float[] second, int width, int prompts) {
    /// The first rollout of every problem that both have.
    static Shared of(FirstStates a, FirstStates b) {
      Map<String, Integer> rowOf = new HashMap<>();
      for (int i = b.size() - 1; i >= 0; i--) {
        rowOf.put(b.problems()[i], i);
      }
      List<int[]> pairs = new ArrayList<>();
      for (int i = 0; i < a.size(); i++) {
        Integer other = rowOf.remove(a.problems()[i]);
        if (other != null) {
          pairs.add(new int[]{i, other});
        }
      }
      int width = a.width();
      float[] first = new float[pairs.size() * width];
      float[] second = new float[first.length];
      for (int k = 0; k < pairs.size(); k++) {
        System.arraycopy(a.rows(), pairs.get(k)[0] * width, first, k * width, width);
        System.arraycopy(b.rows(), pairs.get(k)[1] * width, second, k * width, width);
      }
      return new Shared(first, second, width, pairs.size());
    }
  }

  /// Decides over everything both runs have. All matrices have one width.
  static Basis decide(String first, String second, List<Shared> shared, int permutations, RandomGenerator random) {
    List<Shared> usable = shared.stream().filter(one -> one.prompts() >= LEAST_PROMPTS).toList();
    int prompts = shared.stream().mapToInt(Shared::prompts).max().orElse(0);
    if (usable.isEmpty()) {
      return refused(first, second, "they share " + prompts
          + " prompts of a dataset, fewer than the " + LEAST_PROMPTS
          + " that it takes to tell whether their coordinates agree",
          prompts);
    }
    int width = usable.getFirst().width();
    double[][] r = new double[width][width]; // mean correlation of aⱼ and bₖ
    for (Shared one : usable) {
      addCorrelations(r, one, usable.size());
    }
    double alignment = trace(r, IntStream.range(0, width).toArray());
    double[] nulls = new double[permutations];
    int[] order = IntStream.range(0, width).toArray();
    for (int m = 0; m < permutations; m++) {
      Ranks.shuffle(order, random);
      nulls[m] = trace(r, order);
    }
    double recognised = IntStream.range(0, width)
        .filter(j -> r[j][j] > 0 && Arrays.stream(r[j]).max().orElseThrow() <= r[j][j]).count() / (double) width;
    double p = EmpiricalP.high(alignment, nulls);
    double high = Arrays.stream(nulls).max().orElseThrow();
    boolean common = p <= 1.0 / (1 + permutations) && alignment >= LEAST_ALIGNMENT;
    String figures = "coordinates correlate with their namesakes at %.2f on average over the same prompts, at most %.2f when permuted"
        .formatted(alignment, high);
    return new Basis(first, second, common,
        common
            ? "common basis: " + figures
            : "no common basis: " + figures + "; at least %.2f is asked".formatted(LEAST_ALIGNMENT),
        prompts, alignment, high, recognised, p);
  }

  /// Of two runs of one checkpoint: nothing has to be shown, and nothing is measured.
  static Basis same(String first, String second) {
    return new Basis(first, second, true, "common basis: both are runs of the same weights", 0, Double.NaN, Double.NaN,
        Double.NaN, Double.NaN);
  }

  static Basis refused(String first, String second, String reason, int prompts) {
    return new Basis(first, second, false, "no common basis: " + reason, prompts, Double.NaN, Double.NaN, Double.NaN,
        Double.NaN);
  }

  /// Adds each correlation over `parts`; a constant coordinate correlates with none.
  private static void addCorrelations(double[][] r, Shared shared, int parts) {
    double[][] a = standardisedColumns(shared.first(), shared.width(), shared.prompts());
    double[][] b = standardisedColumns(shared.second(), shared.width(), shared.prompts());
    for (int j = 0; j < r.length; j++) {
      for (int k = 0; k < r.length; k++) {
        double sum = 0;
        for (int i = 0; i < shared.prompts(); i++) {
          sum += a[j][i] * b[k][i];
        }
        r[j][k] += sum / parts;
      }
    }
  }

  /// Columns with mean 0 and length 1: (width, n).
  private static double[][] standardisedColumns(float[] rows, int width, int n) {
    double[][] columns = new double[width][n];
    for (int j = 0; j < width; j++) {
      double mean = 0;
      for (int i = 0; i < n; i++) {
        mean += rows[i * width + j] / (double) n;
      }
      double squares = 0;
      for (int i = 0; i < n; i++) {
        columns[j][i] = rows[i * width + j] - mean;
        squares += columns[j][i] * columns[j][i];
      }
      for (int i = 0; i < n && squares > 0; i++) {
        columns[j][i] /= Math.sqrt(squares);
      }
    }
    return columns;
  }

  private static double trace(double[][] r, int[] partner) {
    return IntStream.range(0, r.length).mapToDouble(j -> r[j][partner[j]]).average().orElseThrow();
  }
}
