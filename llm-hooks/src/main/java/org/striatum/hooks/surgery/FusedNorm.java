package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;

/// ONNX Runtime's `Skip(Simplified)LayerNormalization`: norm(input + skip + bias), the sum its optional 4th output.
///
/// @param node index of the node in its graph
/// @param input first summand
/// @param skip second summand
/// @param scale weight of the norm
/// @param offset bias of the norm, "" for none
/// @param bias added to the sum, "" for none
/// @param sum name of the residual sum, made up where the node does not give it
record FusedNorm(int node, String input, String skip, String scale, String offset, String bias, String sum) {
  static final int SUM_OUTPUT = 3;

  static FusedNorm of(NodeProto node, int index, String prefix) {
    boolean simplified = node.getOpType().equals("SkipSimplifiedLayerNormalization");
    String sum = node.getOutputCount() > SUM_OUTPUT ? node.getOutput(SUM_OUTPUT) : "";
    return new FusedNorm(index, node.getInput(0), node.getInput(1), node.getInput(2),
        simplified ? "" : optional(node, 3), optional(node, simplified ? 3 : 4),
        sum.isEmpty() ? prefix + "sum" + index : sum);
  }

  private static String optional(NodeProto node, int input) {
    return node.getInputCount() > input ? node.getInput(input) : "";
  }

  /// The same node with its sum exposed.
  NodeProto exposing(NodeProto fused) {
    NodeProto.Builder copy = fused.toBuilder();
    while (copy.getOutputCount() <= SUM_OUTPUT) {
      copy.addOutput("");
    }
    return copy.setOutput(SUM_OUTPUT, sum).build();
  }

  /// The node taken apart: input + skip, then the same fused norm of the sum and zeros, so that its arithmetic stays
  /// that of the kernel it had. With a bias, bias + `branch` first, called `biased`.
  ///
  /// @param branch which summand the bias belongs to; "" where there is no bias
  List<NodeProto> split(NodeProto fused, String branch, String biased) {
    List<NodeProto> parts = new ArrayList<>();
    String left = input;
    String right = skip;
    if (!branch.isEmpty()) {
      parts.add(node("Add", biased, branch, bias));
      left = branch.equals(input) ? biased : input;
      right = branch.equals(input) ? skip : biased;
    }
    parts.add(node("Add", sum, left, right));
    parts.add(node("Sub", sum + ".zero", scale, scale));
    parts.add(node("Shape", sum + ".shape", sum));
    parts.add(node("Expand", sum + ".zeros", sum + ".zero", sum + ".shape"));
    NodeProto.Builder norm = fused.toBuilder().clearInput().clearOutput().addInput(sum).addInput(sum + ".zeros")
        .addInput(scale);
    if (!offset.isEmpty()) {
      norm.addInput(offset);
    }
    fused.getOutputList().stream().limit(SUM_OUTPUT).forEach(norm::addOutput);
    parts.add(norm.build());
    return parts;
  }

  private static NodeProto node(String operator, String output, String... inputs) {
    return NodeProto.newBuilder().setOpType(operator).addAllInput(List.of(inputs)).addOutput(output).build();
  }
}
