package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a graph input is for. Tokens are known by topology, the rest by name, as exporters agree on them.
enum InputRole {
  /// Token ids, (batch, positions).
  TOKENS,
  /// 1 where a key is real, (batch, past + positions).
  ATTENTION_MASK,
  /// Positions in the sequence, (batch, positions).
  POSITIONS,
  /// Keys or values of earlier tokens, empty at first.
  PAST,
  /// Whether the cache is read.
  USE_CACHE,
  /// How many tokens are cached.
  PAST_LENGTH,
  /// How many tokens are cached or given.
  TOTAL_LENGTH,
  /// Index of the last key of each sequence, (batch).
  LAST_KEY,
  /// Positions of the given tokens, (positions).
  CACHE_POSITION,
  /// How many positions get logits, 0 for all.
  LOGITS_KEPT;

  private static final Set<Integer> INTEGERS = Set.of(DataType.INT64_VALUE, DataType.INT32_VALUE);

  /// Whether an integer input of this name may be the tokens.
  static boolean mayBeTokens(String name) {
    return !name.contains("position") && !name.contains("mask") && !name.contains("token_type");
  }

  /// The role of an input that is not the tokens; empty if it is not understood.
  static Optional<InputRole> of(ValueInfoProto input) {
    String name = input.getName();
    TypeProto.Tensor type = input.getType().getTensorType();
    boolean integers = INTEGERS.contains(type.getElemType());
    int rank = type.getShape().getDimCount();
    if (name.endsWith("attention_mask") && rank == 2) {
      return Optional.of(ATTENTION_MASK);
    }
    if (name.endsWith("position_ids") && rank == 2 && integers) {
      return Optional.of(POSITIONS);
    }
    if (Inlining.isSwitch(input)) {
      return Optional.of(USE_CACHE);
    }
    if (name.equals("past_sequence_length") && integers) {
      return Optional.of(PAST_LENGTH);
    }
    if (name.equals("total_sequence_length") && integers) {
      return Optional.of(TOTAL_LENGTH);
    }
    if (name.equals("seqlens_k") && integers) {
      return Optional.of(LAST_KEY);
    }
    if (name.equals("cache_position") && rank == 1 && integers) {
      return Optional.of(CACHE_POSITION);
    }
    if (List.of("num_logits_to_keep", "logits_to_keep").contains(name) && integers) {
      return Optional.of(LOGITS_KEPT);
    }
    if (name.startsWith("past") && rank >= 4) {
      return Optional.of(PAST);
    }
    return Optional.empty();
  }
}
