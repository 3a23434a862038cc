package org.striatum.probe.value;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.value.ValueProbeTraining.Optimiser;

/// The weights of a [ValueProbe] while they are trained: V(x) = w₂ · relu(W₁ x + b₁) + b₂, its gradient written out, and
/// AdamW.
final class ProbeNetwork {
  private static final float BETA_1 = 0.9f;
  private static final float BETA_2 = 0.999f;
  private static final float EPSILON = 1e-8f;

  private final int width;
  private final int hidden;
  private final Optimiser optimiser;
  private final Parameter w1; // (hidden, width)
  private final Parameter b1; // (hidden)
  private final Parameter w2; // (1, hidden)
  private final Parameter b2; // (1)
  private float[] units = new float[0]; // (rows, hidden)
  private float[] ones = new float[0];
  private int updates;

  /// Weights with AdamW's running moments of their gradient.
  private record Parameter(float[] weight, float[] gradient, float[] mean, float[] square) {
    /// As PyTorch's linear layer begins: uniform in ±1/√(inputs), weights and biases alike.
    static Parameter drawn(int size, int inputs, RandomGenerator random) {
      float bound = (float) (1 / Math.sqrt(inputs));
      float[] initial = new float[size];
      for (int i = 0; i < size; i++) {
        initial[i] = random.nextFloat(-bound, bound);
      }
      return new Parameter(initial, new float[size], new float[size], new float[size]);
    }
  }

  ProbeNetwork(int width, int hidden, Optimiser optimiser, RandomGenerator random) {
    this.width = width;
    this.hidden = hidden;
    this.optimiser = optimiser;
    w1 = Parameter.drawn(Math.multiplyExact(hidden, width), width, random);
    b1 = Parameter.drawn(hidden, width, random);
    w2 = Parameter.drawn(hidden, hidden, random);
    b2 = Parameter.drawn(1, hidden, random);
  }

  /// V of `rows` states: (rows).
  ///
  /// @param x (rows, width), standardised
  float[] values(float[] x, int rows) {
    if (units.length < Math.multiplyExact(rows, hidden)) {
      units = new float[rows * hidden];
    }
    for (int i = 0; i < rows; i++) {
      System.arraycopy(b1.weight, 0, units, i * hidden, hidden);
    }
    HeapProducts.timesTransposed(x, w1.weight, 1, units, rows, hidden, width);
    for (int i = 0; i < rows * hidden; i++) {
      units[i] = Math.max(0, units[i]);
    }
    float[] values = new float[rows];
    Arrays.fill(values, b2.weight[0]);
    HeapProducts.timesTransposed(units, w2.weight, 1, values, rows, 1, hidden);
    return values;
  }

  /// One update. The states' values must have been the last ones computed.
  ///
  /// @param x (rows, width), standardised
  /// @param slopes of the loss in each value: (rows)
  void descend(float[] x, float[] slopes) {
    int rows = slopes.length;
    HeapProducts.transposedTimes(units, slopes, w2.gradient, hidden, 1, rows);
    b2.gradient[0] = 0;
    for (float slope : slopes) {
      b2.gradient[0] += slope;
    }
    for (int i = 0; i < rows; i++) {
      passBack(slopes[i], w2.weight, units, i * hidden);
    }
    if (ones.length < rows) {
      ones = new float[rows];
      Arrays.fill(ones, 1);
    }
    HeapProducts.transposedTimes(units, ones, b1.gradient, hidden, 1, rows);
    HeapProducts.transposedTimes(units, x, w1.gradient, hidden, width, rows);
    updates++;
    for (Parameter parameter : new Parameter[]{w1, b1, w2, b2}) {
      adamW(parameter.weight, parameter.gradient, parameter.mean, parameter.square);
    }
  }

  /// Slopes of the loss in one row's units, in their place: a unit at 0 passes nothing on. Units are never below 0, so that
  /// those above it are those whose bits, negated, have the sign bit; a branch would be guessed wrong half of the time.
  private static void passBack(float slope, float[] outgoing, float[] units, int from) {
    for (int h = 0; h < outgoing.length; h++) {
      int above = -Float.floatToRawIntBits(units[from + h]) >> (Integer.SIZE - 1);
      units[from + h] = Float.intBitsToFloat(above & Float.floatToRawIntBits(slope * outgoing[h]));
    }
  }

  /// AdamW (Loshchilov & Hutter 2019), decay decoupled: w ← w − lr·decay·w, then Adam's step.
  private void adamW(float[] weight, float[] gradient, float[] mean, float[] square) {
    double rate = optimiser.learningRate();
    float step = (float) (rate / (1 - Math.pow(BETA_1, updates)));
    float correction = (float) (1 / Math.sqrt(1 - Math.pow(BETA_2, updates)));
    float kept = (float) (1 - rate * optimiser.weightDecay());
    for (int i = 0; i < weight.length; i++) {
      float slope = gradient[i];
      float m = BETA_1 * mean[i] + (1 - BETA_1) * slope;
      float v = BETA_2 * square[i] + (1 - BETA_2) * slope * slope;
      mean[i] = m;
      square[i] = v;
      weight[i] = kept * weight[i] - step * m / ((float) Math.sqrt(v) * correction + EPSILON);
    }
  }

  /// Σₕ |W₁(h, j)|: (width).
  double[] columnSizes() {
    double[] sizes = new double[width];
    for (int h = 0; h < hidden; h++) {
      for (int j = 0; j < width; j++) {
        sizes[j] += Math.abs(w1.weight[h * width + j]);
      }
    }
    return sizes;
  }

  /// The probe as it is now.
  ValueProbe probe(Standardisation scale) {
    return new ValueProbe(w1.weight, b1.weight, w2.weight, b2.weight[0], scale);
  }
}
