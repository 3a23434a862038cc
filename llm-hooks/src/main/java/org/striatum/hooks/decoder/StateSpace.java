package org.striatum.hooks.decoder;

import java.util.List;
import java.util.function.UnaryOperator;
import org.striatum.hooks.checkpoint.Weight;

/// Mamba-2 (arXiv 2405.21060): a state-space layer as linear attention whose queries, keys and values are C, B and step · x.
///
/// @param heads of x
/// @param headWidth coordinates of a head
/// @param groups of heads that share B and C
/// @param state coordinates of B and C
/// @param kernel positions of the convolution
/// @param biases of the convolution and of the projections
/// @param output how the output is gated and normed, and what it is scaled by
record StateSpace(int heads, int headWidth, int groups, int state, int kernel, StateSpace.Biases biases,
    StateSpace.Output output) implements RecurrentMixer {
  record Biases(boolean convolution, boolean input, boolean output) {}

  /// @param norm what is normed
  /// @param activation behind the convolution
  /// @param scales of the input, of gate, x, B, C and step behind their projection, and of the output
  record Output(Norm norm, double epsilon, Activation activation, List<Double> scales) {
    enum Norm {
      /// gate ⊙ o alone.
      NONE,
      /// gate ⊙ norm(o), each group by itself.
      BEFORE_GATE,
      /// norm(gate ⊙ o), each group by itself.
      AFTER_GATE,
      /// norm(gate ⊙ o), all at once.
      AFTER_GATE_WHOLE
    }
  }

  private int inner() {
    return heads * headWidth;
  }

  @Override
  public Recurrence sizes() {
    return new Recurrence(inner() + 2 * groups * state, kernel, heads, state, headWidth);
  }

  @Override
  public <T> T mix(Tensors<T> t, int layer, T x, int width, UnaryOperator<String> name) {
    UnaryOperator<String> own = part -> name.apply("mamba." + part);
    int n = inner();
    int shared = groups * state;
    int channels = sizes().channels();
    int all = n + channels + heads;
    List<Double> scales = output.scales();
    T projected = t.linear(t.scale(x, scales.get(0)), Weight.of(own.apply("in_proj.weight"), all, width),
        biases.input() ? Weight.of(own.apply("in_proj.bias"), all) : null);
    T gate = t.scale(t.columns(projected, 1, all, 0, n), scales.get(1));
    T convolved = t.activate(t.convolve(layer, scaled(t, t.columns(projected, 1, all, n, n + channels)),
        Weight.of(own.apply("conv1d.weight"), channels, 1, kernel),
        biases.convolution() ? Weight.of(own.apply("conv1d.bias"), channels) : null), output.activation());
    T values = t.columns(convolved, 1, channels, 0, n);
    T raw = t.scale(t.columns(projected, 1, all, n + channels, all), scales.get(5));
    T step = t.softplus(t.add(raw, t.parameter(Weight.of(own.apply("dt_bias"), heads))));
    T recurred = t.recur(layer, sizes(), new Tensors.Flow<>(
        t.repeat(t.columns(convolved, 1, channels, n + shared, channels), groups, state, heads / groups),
        t.repeat(t.columns(convolved, 1, channels, n, n + shared), groups, state, heads / groups),
        t.multiply(values, t.repeat(step, heads, 1, headWidth)),
        RecurrentMixer.decay(t, Weight.of(own.apply("A_log"), heads), step), null));
    T skipped = t.multiply(values, t.repeat(t.parameter(Weight.of(own.apply("D"), heads)), heads, 1, headWidth));
    T mixed = gated(t, t.add(recurred, skipped), gate, own);
    return t.scale(t.linear(mixed, Weight.of(own.apply("out_proj.weight"), width, n),
        biases.output() ? Weight.of(own.apply("out_proj.bias"), width) : null), scales.get(6));
  }

  /// x, B and C, each by its scale.
  private <T> T scaled(Tensors<T> t, T x) {
    List<Double> scales = output.scales().subList(2, 5);
    if (scales.stream().allMatch(scale -> scale == 1)) {
      return x;
    }
    int channels = sizes().channels();
    int n = inner();
    int shared = groups * state;
    return t.sideBySide(List.of(t.scale(t.columns(x, 1, channels, 0, n), scales.get(0)),
        t.scale(t.columns(x, 1, channels, n, n + shared), scales.get(1)),
        t.scale(t.columns(x, 1, channels, n + shared, channels), scales.get(2))));
  }

  private <T> T gated(Tensors<T> t, T x, T gate, UnaryOperator<String> own) {
    T open = t.activate(gate, Activation.SILU);
    return switch (output.norm()) {
      case NONE -> t.multiply(x, open);
      case BEFORE_GATE -> t.multiply(normed(t, x, groups, own), open);
      case AFTER_GATE -> normed(t, t.multiply(x, open), groups, own);
      case AFTER_GATE_WHOLE -> normed(t, t.multiply(x, open), 1, own);
    };
  }

  private <T> T normed(Tensors<T> t, T x, int runs, UnaryOperator<String> own) {
    return t.multiply(t.unitNorm(x, runs, inner() / runs, output.epsilon()),
        t.parameter(Weight.of(own.apply("norm.weight"), inner())));
  }
}
