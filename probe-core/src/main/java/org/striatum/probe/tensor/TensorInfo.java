package org.striatum.probe.tensor;

import java.util.List;

/// Where one tensor lies in a safetensors file.
///
/// @param shape outermost dimension first; empty for a scalar
/// @param offset of the first byte, absolute in the file
/// @param byteLength always elements × bytes of one element
public record TensorInfo(String name, DType dtype, List<Long> shape, long offset, long byteLength) {
  public TensorInfo {
    shape = List.copyOf(shape);
    if (offset < 0 || byteLength != byteLength(dtype, shape)) {
      throw new IllegalArgumentException("a tensor's byte length must be elements × " + dtype.bytes()
          + " at an offset ≥ 0, found shape " + shape + ", " + byteLength + " bytes at " + offset);
    }
  }

  /// How many elements it has: the product of its shape.
  public long elements() {
    return byteLength / dtype.bytes();
  }

  /// Bytes that a tensor of this type and shape takes.
  ///
  /// @throws IllegalArgumentException if a dimension is negative or the size exceeds 2⁶³ − 1
  static long byteLength(DType dtype, List<Long> shape) {
    long bytes = dtype.bytes();
    for (long dimension : shape) {
      if (dimension < 0) {
        throw new IllegalArgumentException("a shape must have dimensions ≥ 0, found " + shape);
      }
      try {
        bytes = Math.multiplyExact(bytes, dimension);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException("a tensor must be smaller than 2^63 bytes, found shape " + shape, e);
      }
    }
    return bytes;
  }
}
