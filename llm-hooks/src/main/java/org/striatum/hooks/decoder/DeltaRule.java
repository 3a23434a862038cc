package org.striatum.hooks.decoder;

import java.util.List;
import java.util.function.UnaryOperator;
import org.striatum.hooks.checkpoint.Weight;

/// Gated delta rule (arXiv 2412.06464) as Qwen3-Next and Qwen3.5 have it.
///
/// @param keyHeads heads of queries and keys, a divisor of `valueHeads`
/// @param valueHeads heads of values and of the state
/// @param kernel positions of the convolution
/// @param fused whether queries, keys, values and gate are one projection, by key head
/// @param activation behind the convolution
/// @param epsilon of the norm
record DeltaRule(int keyHeads, int valueHeads, int keyWidth, int valueWidth, int kernel, boolean fused,
    Activation activation, double epsilon) implements RecurrentMixer {
  private static final double UNIT_EPSILON = 1e-6; // of the reference implementation's l2norm

  private int keys() {
    return keyHeads * keyWidth;
  }

  private int values() {
    return valueHeads * valueWidth;
  }

  @Override
  public Recurrence sizes() {
    return new Recurrence(2 * keys() + values(), kernel, valueHeads, keyWidth, valueWidth);
  }

  /// @param mixed queries, keys, values
  /// @param gate of the output
  /// @param rate (rows, heads)
  /// @param step (rows, heads)
  private record Projected<T>(T mixed, T gate, T rate, T step) {}

  @Override
  public <T> T mix(Tensors<T> t, int layer, T x, int width, UnaryOperator<String> name) {
    UnaryOperator<String> own = part -> name.apply("linear_attn." + part);
    Projected<T> p = fused ? byKeyHead(t, x, width, own) : separate(t, x, width, own);
    int channels = sizes().channels();
    T mixed = t.activate(t.convolve(layer, p.mixed(), Weight.of(own.apply("conv1d.weight"), channels, 1, kernel), null),
        activation);
    T step = t.softplus(t.add(p.step(), t.parameter(Weight.of(own.apply("dt_bias"), valueHeads))));
    T queries = t.scale(heads(t, t.columns(mixed, 1, channels, 0, keys())), 1 / Math.sqrt(keyWidth));
    T recurred = t.recur(layer, sizes(), new Tensors.Flow<>(queries,
        heads(t, t.columns(mixed, 1, channels, keys(), 2 * keys())),
        t.columns(mixed, 1, channels, 2 * keys(), channels),
        RecurrentMixer.decay(t, Weight.of(own.apply("A_log"), valueHeads), step),
        t.activate(p.rate(), Activation.SIGMOID)));
    T normed = t.rmsNorm(recurred, valueHeads, Weight.of(own.apply("norm.weight"), valueWidth), 0, epsilon);
    return t.linear(t.multiply(normed, t.activate(p.gate(), Activation.SILU)),
        Weight.of(own.apply("out_proj.weight"), width, values()), null);
  }

  /// Queries or keys with length one, one head for each of the values'.
  private <T> T heads(Tensors<T> t, T x) {
    T unit = t.scale(t.unitNorm(x, keyHeads, keyWidth, UNIT_EPSILON / keyWidth), 1 / Math.sqrt(keyWidth));
    return t.repeat(unit, keyHeads, keyWidth, valueHeads / keyHeads);
  }

  private <T> Projected<T> separate(Tensors<T> t, T x, int width, UnaryOperator<String> own) {
    return new Projected<>(linear(t, x, own, "in_proj_qkv", 2 * keys() + values(), width),
        linear(t, x, own, "in_proj_z", values(), width), linear(t, x, own, "in_proj_b", valueHeads, width),
        linear(t, x, own, "in_proj_a", valueHeads, width));
  }

  /// Of each key head: its query, its key, the values that go with it, their gates; and their rates and steps.
  private <T> Projected<T> byKeyHead(Tensors<T> t, T x, int width, UnaryOperator<String> own) {
    int each = valueHeads / keyHeads;
    int values = each * valueWidth;
    int group = 2 * keyWidth + 2 * values;
    T all = linear(t, x, own, "in_proj_qkvz", keyHeads * group, width);
    T mixed = t.sideBySide(List.of(t.columns(all, keyHeads, group, 0, keyWidth),
        t.columns(all, keyHeads, group, keyWidth, 2 * keyWidth),
        t.columns(all, keyHeads, group, 2 * keyWidth, 2 * keyWidth + values)));
    T both = linear(t, x, own, "in_proj_ba", 2 * valueHeads, width);
    return new Projected<>(mixed, t.columns(all, keyHeads, group, 2 * keyWidth + values, group),
        t.columns(both, keyHeads, 2 * each, 0, each), t.columns(both, keyHeads, 2 * each, each, 2 * each));
  }

  private static <T> T linear(Tensors<T> t, T x, UnaryOperator<String> own, String name, int out, int width) {
    return t.linear(x, Weight.of(own.apply(name + ".weight"), out, width), null);
  }
}
