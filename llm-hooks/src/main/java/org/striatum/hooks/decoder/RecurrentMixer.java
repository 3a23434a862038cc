package org.striatum.hooks.decoder;

import java.util.function.UnaryOperator;
import org.striatum.hooks.checkpoint.Weight;

/// What stands in attention's place in a layer that carries a state.
sealed interface RecurrentMixer permits DeltaRule, StateSpace {
  Recurrence sizes();

  /// (rows, d) → (rows, d).
  ///
  /// @param width d
  /// @param name full name of a weight of the layer
  <T> T mix(Tensors<T> t, int layer, T x, int width, UnaryOperator<String> name);

  /// exp(−exp(A) · step), A and step of each head: (rows, heads).
  static <T> T decay(Tensors<T> t, Weight logarithm, T step) {
    return t.exp(t.multiply(t.scale(t.exp(t.parameter(logarithm)), -1), step));
  }
}
