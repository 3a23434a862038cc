package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.stream.IntStream;
import org.striatum.probe.model.Gate;

/// [Gate#apply] on arrays with gradients. What a gate must not see is replaced before the arithmetic, not after it, so
/// that ∞ turns into NaN neither in the value nor in a gradient.
final class GateArrays {
  private final Gate gate;
  private final NDArray gain; // (d), as the next three
  private final NDArray threshold;
  private final NDArray sharpness;
  private final NDArray shift;
  private final NDArray read; // (d); null without a direction
  private final NDArray write; // (d); null without a direction
  private final NDArray passing; // gain ≠ 0
  private final NDArray alwaysOpen; // threshold = −∞
  private final NDArray finite; // whether the threshold is
  private final NDArray beyond; // g where it is not
  private final NDArray zero; // scalar
  private final NDArray infinity; // scalar
  private final boolean anyShut;
  private final boolean anyFinite;
  private final boolean allFinite;

  /// What a gate lets through.
  ///
  /// @param value y, (rows, d)
  /// @param openness g, (rows, d) or (d)
  record GateOutput(NDArray value, NDArray openness) {}

  /// @param trainable whether the four vectors carry gradients
  GateArrays(NDManager manager, Gate gate, boolean trainable) {
    this.gate = gate;
    this.gain = vector(manager, gate.gain(), trainable);
    this.threshold = vector(manager, gate.threshold(), trainable);
    this.sharpness = vector(manager, gate.sharpness(), trainable);
    this.shift = vector(manager, gate.shift(), trainable);
    boolean directed = !gate.direction().isNone();
    this.read = directed ? manager.create(gate.direction().read()) : null;
    this.write = directed ? manager.create(gate.direction().write()) : null;
    int d = gate.width();
    boolean[] passes = new boolean[d];
    boolean[] opens = new boolean[d];
    boolean[] isFinite = new boolean[d];
    float[] limits = new float[d];
    for (int i = 0; i < d; i++) {
      passes[i] = gate.gain()[i] != 0;
      opens[i] = gate.threshold()[i] == Float.NEGATIVE_INFINITY;
      isFinite[i] = Float.isFinite(gate.threshold()[i]);
      limits[i] = opens[i] ? 1 : (float) (1 / (1 + Math.exp(gate.sharpness()[i] * Double.POSITIVE_INFINITY)));
    }
    this.passing = manager.create(passes);
    this.alwaysOpen = manager.create(opens);
    this.finite = manager.create(isFinite);
    this.beyond = manager.create(limits);
    this.zero = manager.create(0f);
    this.infinity = manager.create(Float.POSITIVE_INFINITY);
    this.anyShut = IntStream.range(0, d).anyMatch(i -> !passes[i]);
    this.anyFinite = IntStream.range(0, d).anyMatch(i -> isFinite[i]);
    this.allFinite = IntStream.range(0, d).allMatch(i -> isFinite[i]);
  }

  private static NDArray vector(NDManager manager, float[] values, boolean trainable) {
    NDArray vector = manager.create(values);
    if (trainable) {
      vector.setRequiresGradient(true);
    }
    return vector;
  }

  /// y = Where(selected, shift + gain · g · h + (read · h) write, h).
  ///
  /// @param h the value that flows on, (rows, d)
  /// @param z the gating signal, of the same shape
  /// @param selected (rows, 1), or null for every row
  /// @param rows the shift of each row, (rows, d), or null for the gate's own, which is one for all
  GateOutput apply(NDArray h, NDArray z, NDArray selected, NDArray rows) {
    Shape shape = h.getShape();
    NDArray where = selected == null ? null : selected.broadcast(shape);
    NDArray value = seen(h, where);
    NDArray added = rows == null ? shift : rows;
    NDArray g;
    NDArray gated;
    if (gate.hard()) {
      NDArray open = z.gt(threshold).logicalOr(alwaysOpen); // (rows, d)
      g = open.toType(DataType.FLOAT32, false);
      gated = added.add(gain.mul(NDArrays.where(open, value, zero)));
    } else {
      g = soft(z.getUid().equals(h.getUid()) ? value : seen(z, where));
      gated = added.add(gain.mul(g).mul(value));
    }
    if (read != null) {
      gated = gated.add(along(where == null ? h : NDArrays.where(where, h, zero)));
    }
    return new GateOutput(where == null ? gated : NDArrays.where(where, gated, h), g);
  }

  /// (read · h) write, neither read nor written where they are 0.
  private NDArray along(NDArray h) {
    NDArray seen = NDArrays.where(read.neq(zero).broadcast(h.getShape()), h, zero).mul(read);
    NDArray product = seen.sum(new int[]{-1}, true).broadcast(h.getShape());
    return NDArrays.where(write.neq(zero).broadcast(h.getShape()), product, zero).mul(write);
  }

  /// x where the gate acts on it, else 0: not at other rows, and not ∞ or NaN behind a gain of 0. A finite x behind a
  /// gain of 0 stays, for it is what the gain's gradient is made of.
  private NDArray seen(NDArray x, NDArray where) {
    NDArray acts = where;
    if (anyShut) {
      NDArray harmless = x.stopGradient().abs().lt(infinity).logicalOr(passing);
      acts = where == null ? harmless : harmless.logicalAnd(where);
    }
    return acts == null ? x : NDArrays.where(acts, x, zero);
  }

  /// σ(sharpness · (z − threshold)); at a threshold of ±∞ its limit, a constant.
  private NDArray soft(NDArray z) {
    if (!anyFinite) {
      return beyond;
    }
    NDArray bounded = z.clip(-Float.MAX_VALUE, Float.MAX_VALUE); // σ is flat out there, but 0 · ∞ is not 0
    NDArray thresholds = allFinite ? threshold : NDArrays.where(finite, threshold, zero);
    NDArray g = sharpness.mul(bounded.sub(thresholds)).getNDArrayInternal().sigmoid();
    return allFinite ? g : NDArrays.where(finite.broadcast(g.getShape()), g, beyond);
  }

  /// The gradient gathered in the vectors so far.
  ///
  /// @param openness mean of g by coordinate
  GateGradient gradient(float[] openness) {
    return new GateGradient(gradient(gain), gradient(threshold), gradient(sharpness), gradient(shift), openness);
  }

  private static float[] gradient(NDArray vector) {
    return vector.getGradient().toFloatArray();
  }

  Gate gate() {
    return gate;
  }
}
