package org.striatum.peft.nta.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.stats.DotProduct;

/// The linear maps W*^m that a network is to learn, one a task: y* = W*^m x. (§2; readers must not change the arrays.)
///
/// @param outputs d_out
/// @param inputs d_in
/// @param weights W*^m: M times (outputs, inputs), row-major
public record Teachers(int outputs, int inputs, List<double[]> weights) {
  public Teachers {
    if (outputs < 1 || inputs < 1 || weights.isEmpty()) {
      throw new IllegalArgumentException("teachers need outputs, inputs and a map each, found " + outputs + " outputs, "
          + inputs + " inputs and " + weights.size() + " maps");
    }
    for (double[] map : weights) {
      if (map.length != outputs * inputs) {
        throw new IllegalArgumentException(
            "a teacher must be " + outputs + " × " + inputs + ", found " + map.length + " weights");
      }
    }
    weights = weights.stream().map(double[]::clone).toList();
  }

  /// M blocks of rows of one random orthogonal (inputs, inputs) matrix, scaled 1/√inputs: no two teachers read one
  /// direction of the input.
  ///
  /// @throws IllegalArgumentException if there are not as many directions as rows, M · outputs > inputs
  public static Teachers orthogonal(int count, int outputs, int inputs, RandomGenerator random) {
    return overlapping(count, outputs, inputs, 0, random);
  }

  /// The same with every two teachers at cosine `overlap`, row by row: W*^m = Σ_k L_mk U_k, U_k orthogonal blocks and LLᵀ
  /// the matrix of cosines.
  ///
  /// @param overlap in [0, 1)
  /// Refuses more rows than inputs have directions.
  ///
  /// @throws IllegalArgumentException if M · outputs > inputs
  public static Teachers overlapping(int count, int outputs, int inputs, double overlap, RandomGenerator random) {
    requireRoom(count, outputs, inputs);
    if (!(overlap >= 0 && overlap < 1)) {
      throw new IllegalArgumentException("teachers' overlap must be in [0, 1), found " + overlap);
    }
    double[] rows = orthonormalRows(count * outputs, inputs, random);
    double[][] l = equicorrelationRoot(count, overlap);
    double scale = 1 / Math.sqrt(inputs);
    int size = outputs * inputs;
    List<double[]> weights = new ArrayList<>();
    for (int m = 0; m < count; m++) {
      double[] map = new double[size];
      for (int k = 0; k <= m; k++) {
        for (int i = 0; i < size; i++) {
          map[i] += scale * l[m][k] * rows[k * size + i];
        }
      }
      weights.add(map);
    }
    return new Teachers(outputs, inputs, weights);
  }

  /// The smallest system there is: one input, two outputs, W*¹ = (1, 0)ᵀ and W*² = (0, 1)ᵀ, orthogonal in what they put
  /// out. (§4, the reduced system of the exact solution.)
  public static Teachers twoOutputs() {
    return new Teachers(2, 1, List.of(new double[]{1, 0}, new double[]{0, 1}));
  }

  /// Refuses more rows than inputs have directions.
  ///
  /// @throws IllegalArgumentException if M · outputs > inputs
  public static void requireRoom(int count, int outputs, int inputs) {
    if (count < 1 || (long) count * outputs > inputs) {
      throw new IllegalArgumentException(("%d teachers of %d outputs need %d orthogonal rows but only %d inputs have"
          + " directions for them: take fewer teachers, fewer outputs or more inputs")
          .formatted(count, outputs, (long) count * outputs, inputs));
    }
  }

  public int count() {
    return weights.size();
  }

  /// Weights of one teacher.
  public int size() {
    return outputs * inputs;
  }

  /// Task m: what teacher m says.
  public Task task(int m) {
    return new Task(letter(m), weights.get(m), filled(m));
  }

  /// ½(W*^m + W*^next): a task that two learned ones add up to. (§4, task composition.)
  public Task average(int m) {
    int next = (m + 1) % count();
    double[] map = new double[size()];
    for (int i = 0; i < map.length; i++) {
      map[i] = 0.5 * (weights.get(m)[i] + weights.get(next)[i]);
    }
    return new Task("½(" + letter(m) + "+" + letter(next) + ")", map, new int[0]);
  }

  /// Even outputs as teacher m has them, odd ones as the next does: a task made of parts of learned ones. (§4, subtask
  /// composition.)
  public Task interleaved(int m) {
    int next = (m + 1) % count();
    double[] map = new double[size()];
    int[] teacherOf = new int[outputs];
    for (int i = 0; i < outputs; i++) {
      teacherOf[i] = i % 2 == 0 ? m : next;
      System.arraycopy(weights.get(teacherOf[i]), i * inputs, map, i * inputs, inputs);
    }
    return new Task(letter(m) + "|" + letter(next), map, teacherOf);
  }

  /// A linear map that is to be matched for a while.
  ///
  /// @param name A, B, …
  /// @param map (outputs, inputs)
  /// @param teacherOfOutput whose row each output is: (outputs); empty where rows are mixed
  public record Task(String name, double[] map, int[] teacherOfOutput) {
    /// ½ mean Σ (y* − V x)² over all inputs, without a batch's noise: ½‖V − W*‖².
    public double loss(double[] v) {
      double sum = 0;
      for (int i = 0; i < map.length; i++) {
        double d = v[i] - map[i];
        sum += d * d;
      }
      return 0.5 * sum;
    }
  }

  private int[] filled(int m) {
    int[] teacherOf = new int[outputs];
    Arrays.fill(teacherOf, m);
    return teacherOf;
  }

  private static String letter(int m) {
    return m < 26 ? String.valueOf((char) ('A' + m)) : "T" + m;
  }

  /// Rows of a random orthogonal matrix, uniform (Haar): Gaussian rows, each made orthogonal to those before it, twice, as
  /// rounding asks.
  private static double[] orthonormalRows(int rows, int width, RandomGenerator random) {
    double[] q = new double[rows * width];
    for (int i = 0; i < q.length; i++) {
      q[i] = random.nextGaussian();
    }
    for (int r = 0; r < rows; r++) {
      for (int pass = 0; pass < 2; pass++) {
        for (int s = 0; s < r; s++) {
          double along = DotProduct.of(q, r * width, q, s * width, width);
          for (int j = 0; j < width; j++) {
            q[r * width + j] -= along * q[s * width + j];
          }
        }
        double norm = Math.sqrt(DotProduct.of(q, r * width, q, r * width, width));
        for (int j = 0; j < width; j++) {
          q[r * width + j] /= norm;
        }
      }
    }
    return q;
  }

  /// L of (1 − ρ)I + ρ11ᵀ = LLᵀ (Cholesky).
  private static double[][] equicorrelationRoot(int count, double rho) {
    double[][] l = new double[count][count];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j <= i; j++) {
        double rest = (i == j ? 1 : rho) - DotProduct.of(l[i], 0, l[j], 0, j);
        l[i][j] = i == j ? Math.sqrt(rest) : rest / l[j][j];
      }
    }
    return l;
  }
}
