package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Whether a graph stores or computes numbers in fewer bits, by its operators.
enum Quantisation {
  /// Floating-point throughout.
  NONE,
  /// Weights or activations in fewer bits, scales fixed in the file.
  STATIC,
  /// Activations scaled by their own extremes in each run: padding and neighbours matter.
  DYNAMIC;

  private static final Set<String> SCALING = Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul",
      "DynamicQuantizeLSTM");
  private static final Pattern QUANTISED = Pattern
      .compile("DynamicQuantize.*|.*MatMulInteger.*|MatMulNBits|MatMulBnb4|MatMulFpQ4|DequantizeLinear|QLinear.*|QGemm"
          + "|QAttention|ConvInteger|GatherBlockQuantized");

  static Quantisation of(GraphProto graph) {
    Set<String> operators = graph.getNodeList().stream().map(NodeProto::getOpType).collect(Collectors.toSet());
    if (operators.stream().anyMatch(SCALING::contains)) {
      return DYNAMIC;
    }
    return operators.stream().anyMatch(operator -> QUANTISED.matcher(operator).matches()) ? STATIC : NONE;
  }
}
