package org.striatum.probe.value;

import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.sparse.Standardisation;
import smile.math.blas.BLAS;
import smile.math.blas.Layout;
import smile.math.blas.Transpose;

/// A fitted value probe: how likely the model is to be right, read from one hidden state.
///
///     z = (x − mean) / deviation          V(x) = w₂ · relu(W₁ z + b₁) + b₂
///
/// Plain arrays, no engine behind them: the probe outlives the training that made it. A coordinate that never moved
/// on the training fold (deviation 0) has z = 0 whatever it does later. Immutable: readers must not change
/// the arrays. (arXiv 2602.00986, §3.1.)
///
/// @param w1 (hidden, width) row-major, on standardised coordinates
/// @param b1 (hidden)
/// @param w2 (hidden)
/// @param b2 output bias
/// @param scale moments of all training states
public record ValueProbe(float[] w1, float[] b1, float[] w2, float b2, Standardisation scale) {
  private static final int ROWS_AT_ONCE = 2048;

  public ValueProbe {
    if (b1.length == 0 || scale.width() == 0 || w1.length != b1.length * scale.width() || w2.length != b1.length) {
      throw new IllegalArgumentException("a value probe's arrays must be w1 (hidden, width), b1 and w2 (hidden), found"
          + " w1 " + w1.length + ", b1 " + b1.length + ", w2 " + w2.length + " at width " + scale.width());
    }
    w1 = w1.clone();
    b1 = b1.clone();
    w2 = w2.clone();
  }

  /// Trains a probe.
  ///
  /// The generator decides initialisation and shuffling, so equal generators give equal probes, bit for bit, on one
  /// machine, whatever else is trained at the time.
  ///
  /// @param train trajectories to fit on; their moments standardise the inputs
  /// @param validation trajectories that decide when to stop
  /// @throws IllegalArgumentException if a fold is empty, their widths differ or a state holds NaN or ∞
  public static ValueProbeFit train(Trajectories train, Trajectories validation, ValueProbeTraining training,
      RandomGenerator random) {
    return ProbeTrainings.one(new ProbeJob(train, validation, training, random));
  }

  /// The same on a scale that is given rather than taken from the training states: for inputs that are standardised
  /// already. Where every trajectory is a single state and the target is [ValueProbeTraining.Target#MONTE_CARLO], this
  /// is plain least squares of the reward, which may then be any number, on the state.
  ///
  /// @throws IllegalArgumentException as above, or if the scale has another width
  public static ValueProbeFit train(Trajectories train, Trajectories validation, ValueProbeTraining training,
      Standardisation scale, RandomGenerator random) {
    return ProbeTrainings.one(new ProbeJob(train, validation, training, Optional.of(scale), random));
  }

  /// Coordinates of a state, d.
  public int width() {
    return scale.width();
  }

  /// Hidden units.
  public int hidden() {
    return b1.length;
  }

  /// V of the state at `offset`.
  public double value(float[] state, int offset) {
    double[] z = new double[width()];
    for (int j = 0; j < z.length; j++) {
      z[j] = scale.z(j, state[offset + j]);
    }
    double value = b2;
    for (int h = 0; h < hidden(); h++) {
      double sum = b1[h];
      for (int j = 0; j < z.length; j++) {
        sum += w1[h * z.length + j] * z[j];
      }
      value += w2[h] * Math.max(0, sum);
    }
    return value;
  }

  /// V of every row, equal to [#value] up to rounding in single precision.
  ///
  /// @param rows (count, width) row-major
  public double[] values(float[] rows, int count) {
    return values(rows, count, IntStream.range(0, width()).toArray());
  }

  /// V of every row with every other coordinate at its training mean (z = 0), as the paper prunes.
  ///
  /// @param rows (count, width) row-major
  /// @param kept coordinates, rising
  public double[] values(float[] rows, int count, int[] kept) {
    int[] live = live(kept);
    float[] weights = live.length == width() ? w1 : columns(live);
    double[] values = new double[count];
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int n = Math.min(ROWS_AT_ONCE, count - from);
      float[] hidden = activations(rows, from, n, live, weights); // (n, hidden)
      for (int i = 0; i < n; i++) {
        double value = b2;
        for (int h = 0; h < hidden(); h++) {
          value += w2[h] * (double) hidden[i * hidden() + h];
        }
        values[from + i] = value;
      }
    }
    return values;
  }

  /// The temporal-difference errors of one trajectory: δₜ = γV(sₜ₊₁) − V(sₜ), and r − V(s_T) for its last state. With
  /// γ = 1 they sum to r − V(s₀).
  ///
  /// @param states (length, width) row-major
  /// @return (length)
  public double[] tdErrors(float[] states, int length, double reward, double gamma) {
    double[] values = values(states, length);
    double[] errors = new double[length];
    for (int t = 0; t < length; t++) {
      errors[t] = (t + 1 < length ? gamma * values[t + 1] : reward) - values[t];
    }
    return errors;
  }

  /// ∂V/∂z averaged in magnitude: (1/count) Σ |∂V/∂zⱼ|, per coordinate.
  ///
  /// @param rows (count, width) row-major
  double[] meanAbsoluteGradient(float[] rows, int count) {
    int d = width();
    int[] all = live(IntStream.range(0, width()).toArray());
    float[] weights = all.length == d ? w1 : columns(all);
    double[] sums = new double[d];
    float[] gradients = new float[Math.min(ROWS_AT_ONCE, count) * d];
    for (int from = 0; from < count; from += ROWS_AT_ONCE) {
      int n = Math.min(ROWS_AT_ONCE, count - from);
      float[] open = activations(rows, from, n, all, weights);
      for (int i = 0; i < n * hidden(); i++) {
        open[i] = open[i] > 0 ? w2[i % hidden()] : 0;
      }
      BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.NO_TRANSPOSE, Transpose.NO_TRANSPOSE, n, d, hidden(), 1, open,
          hidden(), w1, d, 0, gradients, d);
      for (int i = 0; i < n * d; i++) {
        sums[i % d] += Math.abs(gradients[i]);
      }
    }
    for (int j = 0; j < d; j++) {
      sums[j] /= count;
    }
    return sums;
  }

  /// relu(W₁ z + b₁) of `n` rows from `from` on: (n, hidden).
  private float[] activations(float[] rows, int from, int n, int[] live, float[] weights) {
    float[] z = new float[n * live.length];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < live.length; j++) {
        z[i * live.length + j] = (float) scale.z(live[j], rows[(from + i) * width() + live[j]]);
      }
    }
    float[] hidden = new float[n * hidden()];
    for (int i = 0; i < n; i++) {
      System.arraycopy(b1, 0, hidden, i * hidden(), hidden());
    }
    if (live.length > 0) {
      BLAS.engine.gemm(Layout.ROW_MAJOR, Transpose.NO_TRANSPOSE, Transpose.TRANSPOSE, n, hidden(), live.length, 1, z,
          live.length, weights, live.length, 1, hidden, hidden());
    }
    for (int i = 0; i < hidden.length; i++) {
      hidden[i] = Math.max(0, hidden[i]);
    }
    return hidden;
  }

  /// Those that reach the hidden layer at all: an L1 penalty leaves few.
  private int[] live(int[] coordinates) {
    return Arrays.stream(coordinates).filter(j -> {
      for (int h = 0; h < hidden(); h++) {
        if (w1[h * width() + j] != 0) {
          return true;
        }
      }
      return false;
    }).toArray();
  }

  /// W₁ restricted to some columns: (hidden, columns).
  private float[] columns(int[] columns) {
    float[] chosen = new float[hidden() * columns.length];
    for (int h = 0; h < hidden(); h++) {
      for (int j = 0; j < columns.length; j++) {
        chosen[h * columns.length + j] = w1[h * width() + columns[j]];
      }
    }
    return chosen;
  }
}
