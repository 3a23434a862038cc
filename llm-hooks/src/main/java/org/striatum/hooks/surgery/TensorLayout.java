package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;

/// Element type and axes of a value of the graph, as a run showed them.
///
/// @param type of its elements
/// @param rank 3 for (batch, positions, width), 2 for (batch · positions, width)
/// @param width coordinates
record TensorLayout(DataType type, int rank, int width) {
  /// The shape with free batch and positions, and another last axis.
  long[] shape(int last) {
    return rank == 3 ? new long[]{-1, -1, last} : new long[]{-1, last};
  }

  /// The shape for so many sequences and positions.
  long[] shape(int batch, int positions, int last) {
    return rank == 3 ? new long[]{batch, positions, last} : new long[]{(long) batch * positions, last};
  }
}
