package org.striatum.probe.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// A mapped file of named tensors, row-major and little endian, whatever its format: nothing is copied but what is asked
/// for.
///
/// Safe for concurrent reading; whoever opens it closes it, after which no slice may be touched.
public interface TensorFile extends AutoCloseable {
  /// Where it lies.
  Path path();

  /// Every tensor by its name, in the order of their bytes. Two names can stand for the same bytes.
  SequencedMap<String, TensorInfo> tensors();

  /// The whole file, read-only, valid until it is closed.
  MemorySegment bytes();

  @Override
  void close();

  /// Where a tensor lies.
  ///
  /// @throws IllegalArgumentException if there is no such tensor, naming a few that exist
  default TensorInfo tensor(String name) {
    TensorInfo tensor = tensors().get(name);
    if (tensor == null) {
      String some = tensors().keySet().stream().limit(5).collect(Collectors.joining(", "));
      throw new IllegalArgumentException(path() + " has no tensor '" + name + "', it holds " + tensors().size()
          + (tensors().isEmpty() ? "" : ": " + some + (tensors().size() > 5 ? ", …" : "")));
    }
    return tensor;
  }

  /// A tensor's bytes, read-only, valid until this file is closed.
  ///
  /// @throws IllegalArgumentException if there is no such tensor
  default MemorySegment data(String name) {
    TensorInfo tensor = tensor(name);
    return bytes().asSlice(tensor.offset(), tensor.byteLength());
  }

  /// A floating-point tensor widened (F64: narrowed) to float, row-major.
  ///
  /// @throws IllegalArgumentException if there is no such tensor, it holds no floating-point numbers or does not fit
  ///     an array
  default float[] floats(String name) {
    float[] values = new float[tensor(name).arrayLength(path())];
    floats(name, 0, values, 0, values.length);
    return values;
  }

  /// Copies `count` elements of a floating-point tensor, from its element `first` on, to `into` from `offset` on.
  ///
  /// @throws IllegalArgumentException if there is no such tensor or it holds no floating-point numbers
  /// @throws IndexOutOfBoundsException if the tensor or the array has no such elements
  default void floats(String name, long first, float[] into, int offset, int count) {
    TensorInfo tensor = tensor(name);
    MemorySegment data = data(name);
    switch (tensor.dtype()) {
      case F32 -> MemorySegment.copy(data, TensorInfo.FLOAT,
          first * Float.BYTES, into, offset, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = Float.float16ToFloat(data.get(TensorInfo.SHORT, (first + i) * Short.BYTES));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = Float.intBitsToFloat(data.get(TensorInfo.SHORT, (first + i) * Short.BYTES) << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          into[offset + i] = (float) data.get(TensorInfo.DOUBLE, (first + i) * Double.BYTES);
        }
      }
      default -> throw tensor.wrongType(path(), "F32, F16, BF16 or F64");
    }
  }
}
