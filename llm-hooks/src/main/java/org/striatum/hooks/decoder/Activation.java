package org.striatum.hooks.decoder;

import java.util.Map;
import java.util.TreeSet;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ModelConfig;

/// The non-linearity of an MLP.
public enum Activation {
  /// x · σ(x).
  SILU,
  /// x · Φ(x), Φ the normal distribution function.
  GELU,
  /// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
  GELU_TANH,
  /// x · σ(1.702 x).
  GELU_QUICK,
  /// max(x, 0).
  RELU,
  /// max(x, 0)².
  RELU_SQUARED,
  /// σ(x).
  SIGMOID,
  /// tanh(x).
  TANH;

  /// By the names that configurations use.
  private static final Map<String, Activation> NAMED = Map.ofEntries(Map.entry("silu", SILU), Map.entry("swish", SILU),
      Map.entry("gelu", GELU), Map.entry("gelu_python", GELU), Map.entry("gelu_pytorch_tanh", GELU_TANH),
      Map.entry("gelu_new", GELU_TANH), Map.entry("gelu_fast", GELU_TANH), Map.entry("gelu_python_tanh", GELU_TANH),
      Map.entry("gelu_accurate", GELU_TANH), Map.entry("quick_gelu", GELU_QUICK), Map.entry("relu", RELU),
      Map.entry("relu2", RELU_SQUARED), Map.entry("sigmoid", SIGMOID), Map.entry("tanh", TANH));

  /// The activation that `key` names.
  ///
  /// @param otherwise the family's own, where the key is absent
  /// @throws CheckpointException if it names another
  static Activation read(ModelConfig config, String key, Activation otherwise) throws CheckpointException {
    if (!config.has(key)) {
      return otherwise;
    }
    Activation named = NAMED.get(config.text(key));
    if (named == null) {
      throw config.unsupported(key, String.join(", ", new TreeSet<>(NAMED.keySet())));
    }
    return named;
  }
}
