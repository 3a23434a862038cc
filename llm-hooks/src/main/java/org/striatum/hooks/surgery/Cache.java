package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The key-value cache in a graph's signature: which output continues which input.
///
/// @param slots one per tensor
record Cache(List<Slot> slots) {
  /// One tensor of the cache.
  ///
  /// @param past the input
  /// @param present the output that continues it
  /// @param shape of the input, −1 where free
  /// @param batchAxis which of them counts sequences
  /// @param lengthAxis which counts cached tokens
  record Slot(String past, String present, long[] shape, int batchAxis, int lengthAxis) {
    /// The shape of an empty cache.
    long[] empty(int batch) {
      long[] sizes = shape.clone();
      sizes[batchAxis] = batch;
      sizes[lengthAxis] = 0;
      return sizes;
    }
  }

  Cache {
    slots = List.copyOf(slots);
  }

  static boolean isPresent(ValueInfoProto output) {
    return output.getName().startsWith("present");
  }

  /// Reads a signature; a present output that no past input matches, or the reverse, leaves the cache unused.
  ///
  /// @return the cache, without present outputs where they do not all match
  static Cache read(GraphProto graph) {
    Map<String, String> presents = new HashMap<>();
    graph.getOutputList().stream().filter(Cache::isPresent)
        .forEach(output -> presents.put(key(output.getName()), output.getName()));
    List<Slot> slots = new ArrayList<>();
    for (ValueInfoProto input : graph.getInputList()) {
      if (InputRole.of(input).equals(Optional.of(InputRole.PAST))) {
        slot(input, presents.getOrDefault(key(input.getName()), "")).ifPresent(slots::add);
      }
    }
    return new Cache(slots);
  }

  private static String key(String name) {
    return name.replaceFirst("^(past_key_values|present_key_values|past|present)[._]", "");
  }

  private static Optional<Slot> slot(ValueInfoProto input, String present) {
    List<Dimension> dims = input.getType().getTensorType().getShape().getDimList();
    long[] shape = new long[dims.size()];
    List<Integer> free = new ArrayList<>();
    for (int i = 0; i < shape.length; i++) {
      shape[i] = dims.get(i).hasDimValue() ? dims.get(i).getDimValue() : -1;
      if (shape[i] < 0) {
        free.add(i);
      }
    }
    int type = input.getType().getTensorType().getElemType();
    int batchAxis = shape.length == 5 ? 1 : 0; // (2, batch, heads, length, width), or (batch, heads, length, width)
    free.remove(Integer.valueOf(batchAxis));
    return free.size() == 1 && type == DataType.FLOAT_VALUE
        ? Optional.of(new Slot(input.getName(), present, shape, batchAxis, free.getFirst()))
        : Optional.empty();
  }

  /// Whether every part of the cache comes back to be fed again.
  boolean continues() {
    return !slots.isEmpty() && slots.stream().noneMatch(slot -> slot.present().isEmpty());
  }
}
