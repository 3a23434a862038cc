package org.striatum.probe.tensor;

import java.util.Arrays;
import java.util.Locale;
import org.striatum.probe.run.PrintedLater;

/// An element type of the safetensors format, by the name its headers use. All are little endian.
public enum DType implements PrintedLater {
  F64(8), F32(4), F16(2), BF16(2), I64(8), I32(4), I16(2), I8(1), U8(1), BOOL(1),
  // Of quantised weights: where they lie is read, their numbers are not.
  F8_E4M3(1), F8_E5M2(1), F8_E8M0(1), U16(2), U32(4), U64(8);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /// As options and records have it; headers have it in capitals.
  @Override
  public String printed() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Bytes of one element.
  public int bytes() {
    return bytes;
  }

  /// A number as it is read back when it was written as this type of floating-point numbers: the nearest one, of two the even one.
  ///
  /// @throws IllegalArgumentException if this type holds others
  public float rounded(float value) {
    return switch (this) {
      case F64, F32 -> value;
      case F16 -> Float.float16ToFloat(Float.floatToFloat16(value));
      case BF16 -> Float.intBitsToFloat(upperHalf(value) << 16);
      default -> throw new IllegalArgumentException(this + " holds no floating-point numbers that are written here");
    };
  }

  /// The upper half of a float, rounded to nearest even. (NaN keeps a bit of its payload, so it stays NaN.)
  static short upperHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) (Float.isNaN(value) ? (bits >>> 16) | 0x40 : (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /// Reads the name a header uses.
  ///
  /// @throws IllegalArgumentException if elements of this type are not read, listing those that are
  public static DType parse(String name) {
    for (DType dtype : values()) {
      if (dtype.name().equals(name)) {
        return dtype;
      }
    }
    throw new IllegalArgumentException(
        "unknown element type '" + name + "', the types read are " + Arrays.toString(values()));
  }
}
