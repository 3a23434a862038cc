package org.striatum.probe.tensor;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/// Where one tensor lies in a file.
///
/// @param shape outermost dimension first; empty for a scalar
/// @param offset of the first byte, absolute in the file
/// @param byteLength always elements × bytes of one element
public record TensorInfo(String name, DType dtype, List<Long> shape, long offset, long byteLength) {
  static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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

  int arrayLength(Path file) {
    // A few elements below the largest int, as the JVM itself keeps some.
    if (elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException("tensor '" + name + "' of " + file + " must have fewer than 2^31 "
          + "elements to be copied to an array, found " + elements() + ": read its data in parts");
    }
    return (int) elements();
  }

  IllegalArgumentException wrongType(Path file, String expected) {
    return new IllegalArgumentException(
        "tensor '" + name + "' of " + file + " must be " + expected + ", found " + dtype);
  }

  /// Bytes that a tensor of this type and shape takes.
  ///
  /// @throws IllegalArgumentException if a dimension is negative or the size exceeds 2⁶³ − 1
  public static long byteLength(DType dtype, List<Long> shape) {
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
