package org.striatum.hooks.decoder;

import java.util.List;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.model.HookPoint;

/// The vocabulary a decoder is written in. An interpreter gives `T` a meaning: a value in an ONNX graph, a tensor with
/// gradients.
///
/// Activations are rows, one per token: `(rows, width)`, F32. How rows belong to sequences and positions
/// is the interpreter's business; only [#embed], [#embedPositions], [#rope], [#attention], [#convolve] and [#recur] depend on
/// it.
public interface Tensors<T> {
  /// The rows of `table` (vocabulary, d) at the input tokens: (rows, d).
  T embed(Weight table);

  /// The rows of `table` (positions, d) at each row's position in its sequence, plus `offset`: (rows, d).
  T embedPositions(Weight table, int offset);

  /// x·Wᵀ + b, with W (out, in) and b (out): (rows, in) → (rows, out).
  ///
  /// @param bias null for none
  T linear(T x, Weight weight, Weight bias);

  /// x·W + b, with W (in, out) and b (out), GPT-2's layout: (rows, in) → (rows, out).
  T conv1d(T x, Weight weight, Weight bias);

  /// x / √(mean(x²) + ε) ⊙ (offset + w), with w (n): (rows, groups · n), each group normed by itself.
  ///
  /// @param groups 1, or heads where each head is normed
  /// @param offset 0, or 1 where the weight is stored as its difference from one
  T rmsNorm(T x, int groups, Weight weight, double offset, double epsilon);

  /// LayerNorm of x (rows, groups · width).
  T layerNorm(T x, LayerNorm norm);

  /// a + b, elementwise.
  T add(T a, T b);

  /// a ⊙ b, elementwise; either may have one column, which meets all columns of the other.
  T multiply(T a, T b);

  /// x / √(mean(x²) + ε), each of `groups` runs of n columns by itself: (rows, groups · n).
  T unitNorm(T x, int groups, int n, double epsilon);

  /// A weight (n) as a row that meets every row.
  T parameter(Weight weight);

  /// exp(x).
  T exp(T x);

  /// ln(1 + exp(x)).
  T softplus(T x);

  /// Each of `groups` runs of `width` columns several times, one behind the other: (rows, groups · times · width).
  T repeat(T x, int groups, int width, int times);

  /// Σ_j `kernel[j]` ⊙ x at position p − (kernel positions − 1) + j, plus the bias; x is 0 before a sequence begins.
  ///
  /// @param layer whose state it belongs to
  /// @param x (rows, channels)
  /// @param kernel (channels, 1, positions)
  /// @param bias (channels), or null
  T convolve(int layer, T x, Weight kernel, Weight bias);

  /// A matrix S of each head, carried along every sequence: S ← decay · S + keyᵀ · value, then query · S. With a rate (the
  /// delta rule, arXiv 2412.06464) the value is rate · (value − key · decay · S).
  ///
  /// @param layer whose state it is
  /// @param sizes of the state
  /// @param flow what goes in
  /// @return (rows, heads · valueWidth)
  T recur(int layer, Recurrence sizes, Flow<T> flow);

  /// What a recurrence reads of each row.
  ///
  /// @param queries (rows, heads · keyWidth)
  /// @param keys (rows, heads · keyWidth)
  /// @param values (rows, heads · valueWidth)
  /// @param decay (rows, heads)
  /// @param rate (rows, heads), or null for none
  record Flow<T>(T queries, T keys, T values, T decay, T rate) {}

  /// factor · x; x itself where the factor is one.
  T scale(T x, double factor);

  /// x held to [least, most].
  ///
  /// @param least −∞ for no lower limit
  T clip(T x, double least, double most);

  /// x · (1 + β ln(1 + ⌊p / context⌋)), p each row's position in its sequence.
  T growByPosition(T x, double beta, int context);

  /// cap · tanh(x / cap).
  T softCap(T x, double cap);

  /// The non-linearity of an MLP, elementwise.
  T activate(T x, Activation activation);

  /// xIELU (arXiv 2411.13010), with a₊ = softplus(alphaP) and a₋ = β + softplus(alphaN):
  ///
  ///     a₊ x² + β x where x > 0;  a₋ (exp(min(x, ε)) − 1 − x) + β x elsewhere
  ///
  /// @param alphaP (1)
  /// @param alphaN (1)
  /// @param beta a scalar
  /// @param epsilon a scalar, a little below zero
  T xielu(T x, Weight alphaP, Weight alphaN, Weight beta, Weight epsilon);

  /// Columns `from` (inclusive) to `to` (exclusive) of each of `groups` equal runs of columns: (rows, groups · w) →
  /// (rows, groups · (to − from)). Takes fused projections apart.
  ///
  /// @param width w, the columns of one group
  T columns(T x, int groups, int width, int from, int to);

  /// Several values of the same rows as one: (rows, Σ widths).
  T sideBySide(List<T> parts);

  /// Rotates the heads of x (rows, heads · headWidth) by their positions. Coordinates beyond the rotated ones pass.
  T rope(T x, int heads, int headWidth, Rope rope);

  /// Causal attention of rotated queries (rows, heads · headWidth) on keys and values (rows, keyValueHeads ·
  /// headWidth) of the same sequence: (rows, heads · headWidth).
  ///
  /// @param layer whose cache the keys and values belong to
  T attention(int layer, T queries, T keys, T values, Attention attention);

  /// What a router's logits (rows, experts) give each expert's output: (rows, experts), 0 for those not chosen.
  T route(T logits, Routing routing);

  /// Σ `weights[e]` · expert e (x) over experts e: (rows, d). An expert that has no weight in any row is not computed, and one
  /// that has some is computed for those rows alone.
  ///
  /// @param weights of each expert for each row: (rows, count)
  /// @param chosen how many of a row's weights are not 0, at most
  /// @param expert what an expert makes of some rows
  T experts(T x, T weights, int count, int chosen, Expert<T> expert);

  /// The experts of a mixture.
  @FunctionalInterface
  interface Expert<T> {
    /// What expert `index` makes of rows (n, d): (n, d).
    T of(T rows, int index);
  }

  /// A place where the value can be read and gated; what is returned flows on.
  ///
  /// @param signal the gating signal z, of the same shape: the value itself on the residual stream
  T hook(HookPoint point, T value, T signal);

  /// A place whose value is its own gating signal.
  default T hook(HookPoint point, T value) {
    return hook(point, value, value);
  }
}
