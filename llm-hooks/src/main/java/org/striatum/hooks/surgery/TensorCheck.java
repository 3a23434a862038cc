package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Checks a tensor of an untrusted file: shape, element type, and whether its data is as long as they say.
///
/// @param path of the file, for messages
record TensorCheck(Path path) {
  private static final Set<Integer> FLOATS = Set.of(DataType.FLOAT_VALUE, DataType.FLOAT16_VALUE,
      DataType.BFLOAT16_VALUE, DataType.DOUBLE_VALUE);

  /// Elements that a tensor's shape holds.
  long elements(TensorProto tensor) throws CheckpointException {
    long elements = 1;
    for (long size : tensor.getDimsList()) {
      if (size < 0) {
        throw refusal(tensor, "has a negative size in its shape " + tensor.getDimsList());
      }
      try {
        elements = Math.multiplyExact(elements, size);
      } catch (ArithmeticException overflow) {
        throw refusal(tensor, "has the impossible shape " + tensor.getDimsList());
      }
    }
    if (elements == 0 && tensor.getDimsCount() >= 2 && FLOATS.contains(tensor.getDataType())) {
      throw refusal(tensor, "is empty: shape " + tensor.getDimsList());
    }
    return elements;
  }

  /// Bytes that so many elements take.
  long bytes(TensorProto tensor, long elements) throws CheckpointException {
    try {
      return Math.ceilDiv(Math.multiplyExact(elements, (long) bits(tensor)), 8L);
    } catch (ArithmeticException overflow) {
      throw refusal(tensor, "has the impossible shape " + tensor.getDimsList());
    }
  }

  private int bits(TensorProto tensor) throws CheckpointException {
    DataType type = DataType.forNumber(tensor.getDataType());
    if (type == null) {
      throw refusal(tensor, "has the unknown element type " + tensor.getDataType());
    }
    return switch (type) {
      case UINT4, INT4 -> 4;
      case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
      case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
      case FLOAT, INT32, UINT32 -> 32;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
      case COMPLEX128 -> 128;
      case UNDEFINED, STRING -> throw refusal(tensor, "has the element type " + type);
    };
  }

  /// Refuses embedded data of another length than the shape's.
  void checkEmbedded(TensorProto tensor, long elements, long bytes) throws CheckpointException {
    long values = typedValues(tensor);
    if (tensor.hasRawData() || values == 0) {
      if (tensor.getRawData().size() != bytes) {
        throw refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + bytes + " bytes, found "
            + tensor.getRawData().size());
      }
      return;
    }
    long needed = switch (tensor.getDataType()) {
      case DataType.UINT4_VALUE, DataType.INT4_VALUE -> Math.ceilDiv(elements, 2L);
      case DataType.COMPLEX64_VALUE, DataType.COMPLEX128_VALUE -> 2 * elements;
      default -> elements;
    };
    long own = ownValues(tensor);
    if (values != needed || own != needed) {
      throw refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + needed + " values of its type, found "
          + (values == needed ? own : values));
    }
  }

  /// Values in the fields that hold them by type rather than as raw bytes.
  private static long typedValues(TensorProto tensor) {
    return (long) tensor.getFloatDataCount() + tensor.getInt32DataCount() + tensor.getInt64DataCount()
        + tensor.getDoubleDataCount() + tensor.getUint64DataCount();
  }

  /// Values in the one field where those of the tensor's type stand.
  private static int ownValues(TensorProto tensor) {
    return switch (tensor.getDataType()) {
      case DataType.FLOAT_VALUE, DataType.COMPLEX64_VALUE -> tensor.getFloatDataCount();
      case DataType.DOUBLE_VALUE, DataType.COMPLEX128_VALUE -> tensor.getDoubleDataCount();
      case DataType.INT64_VALUE -> tensor.getInt64DataCount();
      case DataType.UINT32_VALUE, DataType.UINT64_VALUE -> tensor.getUint64DataCount();
      default -> tensor.getInt32DataCount();
    };
  }

  /// Refuses NaN among the values of a FLOAT tensor that is no scalar.
  void checkNumbers(TensorProto tensor) throws CheckpointException {
    if (tensor.getDataType() != DataType.FLOAT_VALUE || tensor.getDimsCount() == 0) {
      return;
    }
    boolean nan = tensor.getFloatDataList().stream().anyMatch(value -> value.isNaN());
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (!nan && raw.remaining() >= 4) {
      nan = Float.isNaN(raw.getFloat());
    }
    if (nan) {
      throw refusal(tensor, "contains NaN: the file is damaged or its training diverged");
    }
  }

  CheckpointException refusal(TensorProto tensor, String problem) {
    return new CheckpointException("tensor '" + tensor.getName() + "' of " + path + " " + problem);
  }
}
