package org.striatum.peft.nta.network;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.striatum.peft.network.Mlp;
import org.striatum.probe.run.Offline;
import org.striatum.probe.value.GradientTape;

/// A fully connected network that learns all at once: weights at one rate, and a threshold τ and a gain γ of each hidden unit
/// at another.
///
///     h = γ ⊙ σ(s(z − τ)) ⊙ max(0, z)
///
/// Gains may be kept non-negative and bounded as the gates of neural task abstraction are: with n hidden units,
///
///     λ · (w₀ · 10 Σ max(0, −γ) + w₁ · 10 · ½ n (mean |γ| − 1)²) / (w₀ + w₁)
///
/// is added to the cross-entropy. (Gate: arXiv 2602.11726; regulariser: arXiv 2411.03840.) One at a time a process, for the
/// engine keeps one gradient tape. Whoever opens it closes it.
public final class GatedMlp implements AutoCloseable {
  private static final float PENALTY = 10;

  private final int[] widths;
  private final NDManager manager;
  private final NDArray sharpness;
  private final List<NDArray> weights = new ArrayList<>(); // W, b a layer
  private final List<NDArray> gates = new ArrayList<>(); // τ, γ a hidden layer

  /// The regulariser of the gains.
  ///
  /// @param lambda λ ≥ 0; 0 for none
  /// @param nonneg w₀ ≥ 0
  /// @param norm w₁ ≥ 0
  public record Bound(double lambda, double nonneg, double norm) {
    public static final Bound NONE = new Bound(0, 1, 1);

    public Bound {
      if (!(lambda >= 0 && Double.isFinite(lambda) && nonneg >= 0 && norm >= 0 && nonneg + norm > 0)) {
        throw new IllegalArgumentException("λ and its weights must be ≥ 0 and the weights not both 0, found " + lambda
            + ", " + nonneg + " and " + norm);
      }
    }
  }

  /// A copy of a network, gates at τ = 0 and γ = 1.
  ///
  /// @param s sharpness > 0
  public GatedMlp(Mlp start, double s) {
    if (!(s > 0 && Double.isFinite(s))) {
      throw new IllegalArgumentException("a gate's sharpness must be > 0 and finite, found " + s);
    }
    this.widths = start.widths();
    Offline.djl();
    this.manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
    this.sharpness = manager.create((float) s);
    for (int l = 0; l < start.layers(); l++) {
      weights.add(manager.create(start.weights().get(l), new Shape(widths[l + 1], widths[l])));
      weights.add(manager.create(start.biases().get(l)));
      if (l + 1 < start.layers()) {
        gates.add(manager.zeros(new Shape(widths[l + 1])));
        gates.add(manager.ones(new Shape(widths[l + 1])));
      }
    }
    weights.forEach(array -> array.setRequiresGradient(true));
    gates.forEach(array -> array.setRequiresGradient(true));
  }

  /// One step of plain gradient descent.
  ///
  /// @param x (n, inputs)
  /// @param labels (n)
  /// @param weightRate of weights and biases, ≥ 0
  /// @param gateRate of τ and γ, ≥ 0
  /// @return the cross-entropy before it
  public double step(float[] x, byte[] labels, double weightRate, double gateRate, Bound bound) {
    long[] wide = new long[labels.length];
    Arrays.setAll(wide, i -> labels[i]);
    try (NDScope _ = new NDScope(); GradientTape tape = GradientTape.start()) {
      NDArray logits = logits(manager.create(x, new Shape(labels.length, widths[0])));
      NDArray loss = logits.logSoftmax(-1).gather(manager.create(wide, new Shape(labels.length, 1)), 1).mean().neg();
      double found = loss.getFloat();
      tape.backward(bound.lambda() == 0 ? loss : loss.add(cost(bound)));
      update(weights, (float) weightRate);
      update(gates, (float) gateRate);
      return found;
    }
  }

  private NDArray cost(Bound bound) {
    NDArray negative = null;
    NDArray sum = null;
    int units = 0;
    for (int g = 1; g < gates.size(); g += 2) {
      NDArray gain = gates.get(g);
      NDArray below = gain.neg().getNDArrayInternal().relu().sum();
      negative = negative == null ? below : negative.add(below);
      sum = sum == null ? gain.abs().sum() : sum.add(gain.abs().sum());
      units += (int) gain.size();
    }
    if (sum == null) {
      return manager.zeros(new Shape());
    }
    NDArray excess = sum.div(manager.create((float) units)).sub(manager.create(1f));
    double share = bound.lambda() / (bound.nonneg() + bound.norm());
    return negative.mul(manager.create((float) (share * bound.nonneg() * PENALTY)))
        .add(excess.mul(excess).mul(manager.create((float) (share * bound.norm() * PENALTY * 0.5 * units))));
  }

  private static void update(List<NDArray> arrays, float rate) {
    for (NDArray values : arrays) {
      values.getNDArrayInternal().sgdUpdate(new NDList(values, values.getGradient()), new NDList(values), rate, 0, 1,
          -1, 0, true);
    }
  }

  private NDArray logits(NDArray x) {
    NDArray h = x;
    for (int l = 0; l < widths.length - 1; l++) {
      NDArray z = Linear.linear(h, weights.get(2 * l)).singletonOrThrow().add(weights.get(2 * l + 1));
      h = l + 2 < widths.length
          ? z.sub(gates.get(2 * l)).mul(sharpness).getNDArrayInternal().sigmoid()
              .mul(z.getNDArrayInternal().relu()).mul(gates.get(2 * l + 1))
          : z;
    }
    return h;
  }

  /// Runs the network.
  ///
  /// @param x (n, inputs)
  /// @return (n, classes)
  public float[] logits(float[] x) {
    try (NDScope _ = new NDScope()) {
      return logits(manager.create(x, new Shape(x.length / widths[0], widths[0]))).toFloatArray();
    }
  }

  /// Every hidden unit's γ, layer after layer.
  public float[] gains() {
    return joined(1);
  }

  /// Every hidden unit's τ, layer after layer.
  public float[] thresholds() {
    return joined(0);
  }

  /// Puts other gates in place of the present ones.
  ///
  /// @param thresholds as [#thresholds] gives them
  /// @param gains as [#gains] gives them
  /// @throws IllegalArgumentException if they are not one a hidden unit
  public void put(float[] thresholds, float[] gains) {
    int units = gates.stream().mapToInt(array -> (int) array.size()).sum() / 2;
    if (thresholds.length != units || gains.length != units) {
      throw new IllegalArgumentException("a network of " + units + " hidden units takes as many thresholds and gains,"
          + " found " + thresholds.length + " and " + gains.length);
    }
    int from = 0;
    for (int g = 0; g < gates.size(); g += 2) {
      int to = from + (int) gates.get(g).size();
      gates.get(g).set(Arrays.copyOfRange(thresholds, from, to));
      gates.get(g + 1).set(Arrays.copyOfRange(gains, from, to));
      from = to;
    }
  }

  private float[] joined(int from) {
    float[] all = new float[0];
    for (int g = from; g < gates.size(); g += 2) {
      float[] layer = gates.get(g).toFloatArray();
      int at = all.length;
      all = Arrays.copyOf(all, at + layer.length);
      System.arraycopy(layer, 0, all, at, layer.length);
    }
    return all;
  }

  @Override
  public void close() {
    manager.close();
  }
}
