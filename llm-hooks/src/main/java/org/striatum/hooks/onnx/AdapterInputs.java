package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// An adapter's tensors as inputs of every graph: views of its mapped file. They are inputs rather than weights of the graph,
/// so that they may lie in another folder than the base's, and nothing is copied.
final class AdapterInputs implements AutoCloseable {
  private final Map<String, OnnxTensor> tensors;

  private AdapterInputs(Map<String, OnnxTensor> tensors) {
    this.tensors = tensors;
  }

  /// The tensors of a checkpoint's adapter, none where it has none.
  ///
  /// @throws CheckpointException if one is too large for a view, or no floating-point numbers
  static AdapterInputs of(Checkpoint checkpoint) throws CheckpointException {
    Map<String, OnnxTensor> tensors = new TreeMap<>();
    if (checkpoint.adapter().isPresent()) {
      TensorFile file = checkpoint.adapter().get().file();
      for (TensorInfo tensor : file.tensors().values()) {
        tensors.put(name(checkpoint.adapter().get().placeOf(tensor.name())), view(file, tensor));
      }
    }
    return new AdapterInputs(Collections.unmodifiableMap(tensors));
  }

  /// The graph's input for a tensor.
  static String name(String tensor) {
    return "adapter " + tensor;
  }

  /// By the graph's names.
  Map<String, OnnxTensor> tensors() {
    return tensors;
  }

  private static OnnxTensor view(TensorFile file, TensorInfo tensor) throws CheckpointException {
    if (tensor.byteLength() > Integer.MAX_VALUE) {
      throw new CheckpointException(file.path() + ": '" + tensor.name() + "' must have fewer than 2^31 bytes, found "
          + tensor.byteLength() + ": merge the adapter into the weights");
    }
    return GraphSession.tensor(file.data(tensor.name()).asByteBuffer().order(ByteOrder.nativeOrder()),
        typeOf(file, tensor), tensor.shape().stream().mapToLong(Long::longValue).toArray());
  }

  private static OnnxJavaType typeOf(TensorFile file, TensorInfo tensor) throws CheckpointException {
    return switch (tensor.dtype()) {
      case F32 -> OnnxJavaType.FLOAT;
      case F64 -> OnnxJavaType.DOUBLE;
      case F16 -> OnnxJavaType.FLOAT16;
      case BF16 -> OnnxJavaType.BFLOAT16;
      default -> throw new CheckpointException(file.path() + ": '" + tensor.name() + "' must be "
          + DType.F32 + ", F16, BF16 or F64, found " + tensor.dtype());
    };
  }

  @Override
  public void close() {
    tensors.values().forEach(OnnxTensor::close);
  }
}
