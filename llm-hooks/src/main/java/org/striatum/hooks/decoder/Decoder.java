package org.striatum.hooks.decoder;

import java.util.List;
import java.util.Map;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;

/// One transformer family, described once: embedding, blocks, head. Interpreters decide where a run begins (at the
/// tokens or above a hooked layer) and which rows reach the head.
public interface Decoder {
  /// Families by `model_type`.
  Map<String, Family> FAMILIES = Map.of("qwen2", Qwen2Decoder::describe);

  /// Reads a family's configuration.
  @FunctionalInterface
  interface Family {
    Decoder describe(Checkpoint checkpoint) throws CheckpointException;
  }

  /// The description of a checkpoint.
  ///
  /// @throws CheckpointException if its `model_type`, or a value in its configuration, is not supported
  static Decoder of(Checkpoint checkpoint) throws CheckpointException {
    String type = checkpoint.config().text("model_type");
    Family family = FAMILIES.get(type);
    if (family == null) {
      throw checkpoint.config().unsupported("model_type",
          String.join(", ", FAMILIES.keySet().stream().sorted().toList()));
    }
    if (checkpoint.config().has("quantization_config")) {
      throw checkpoint.config().unsupported("quantization_config", "absent: open the unquantised checkpoint");
    }
    return family.describe(checkpoint);
  }

  DecoderShape shape();

  /// Keys of config.json that this description does not read, as the reference implementation doesn't.
  List<String> ignoredKeys();

  /// The residual stream entering block 0: (rows, d).
  <T> T embed(Tensors<T> t);

  /// Block `layer`: (rows, d) → (rows, d).
  <T> T block(Tensors<T> t, int layer, T x);

  /// Final norm and head: (rows, d) → (rows, vocabulary).
  <T> T head(Tensors<T> t, T x);
}
