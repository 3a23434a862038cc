package org.striatum.hooks.decoder;

import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.model.HookPoint;

/// The vocabulary a decoder is written in. An interpreter gives `T` a meaning: a value in an ONNX graph, a tensor with
/// gradients.
///
/// Activations are rows, one a token of one sequence: `(rows, width)`, F32. How rows belong to sequences and positions
/// is the interpreter's business; only [#embed], [#rope] and [#attention] depend on it.
public interface Tensors<T> {
  /// The rows of `table` (vocabulary, d) at the input tokens: (rows, d).
  T embed(Weight table);

  /// x·Wᵀ + b, with W (out, in) and b (out): (rows, in) → (rows, out).
  ///
  /// @param bias null for none
  T linear(T x, Weight weight, Weight bias);

  /// x / √(mean(x²) + ε) ⊙ w over the last axis.
  T rmsNorm(T x, Weight weight, double epsilon);

  /// a + b, elementwise.
  T add(T a, T b);

  /// a ⊙ b, elementwise.
  T multiply(T a, T b);

  /// x ⊙ σ(x).
  T silu(T x);

  /// Rotates the heads of x (rows, heads · headWidth) by their positions.
  T rope(T x, int heads, Rope rope);

  /// Causal attention of rotated queries (rows, heads · headWidth) on keys and values (rows, keyValueHeads ·
  /// headWidth) of the same sequence: (rows, heads · headWidth).
  ///
  /// @param layer whose cache the keys and values belong to
  T attention(int layer, T queries, T keys, T values, Attention attention);

  /// A place where the value can be read and gated; what is returned flows on.
  ///
  /// @param signal the gating signal z, of the same shape: the value itself on the residual stream
  T hook(HookPoint point, T value, T signal);
}
