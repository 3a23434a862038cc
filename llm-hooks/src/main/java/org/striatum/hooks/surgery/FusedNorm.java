package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
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
/// @param simplified whether the norm is an RMS norm
record FusedNorm(int node, String input, String skip, String scale, String offset, String bias, String sum,
    boolean simplified) {
  static final int SUM_OUTPUT = 3;
  private static final float DEFAULT_EPSILON = 1e-12f; // of the fused operators; the plain ones have another

  static FusedNorm of(NodeProto node, int index, String prefix) {
    boolean simplified = node.getOpType().equals("SkipSimplifiedLayerNormalization");
    String sum = node.getOutputCount() > SUM_OUTPUT ? node.getOutput(SUM_OUTPUT) : "";
    return new FusedNorm(index, node.getInput(0), node.getInput(1), node.getInput(2),
        simplified ? "" : optional(node, 3), optional(node, simplified ? 3 : 4),
        sum.isEmpty() ? prefix + "sum" + index : sum, simplified);
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

  /// The node taken apart: input + skip, then the norm. With a bias, bias + `branch` first, called `biased`.
  ///
  /// @param branch which summand the bias belongs to; "" where there is no bias
  List<NodeProto> split(NodeProto fused, String branch, String biased) {
    List<NodeProto> parts = new ArrayList<>();
    String left = input;
    String right = skip;
    if (!branch.isEmpty()) {
      parts.add(add(branch, bias, biased));
      left = branch.equals(input) ? biased : input;
      right = branch.equals(input) ? skip : biased;
    }
    parts.add(add(left, right, sum));
    NodeProto.Builder norm = NodeProto.newBuilder().setName(fused.getName())
        .setOpType(simplified ? "SimplifiedLayerNormalization" : "LayerNormalization").addInput(sum).addInput(scale);
    if (!offset.isEmpty()) {
      norm.addInput(offset);
    }
    fused.getOutputList().stream().limit(SUM_OUTPUT).forEach(norm::addOutput);
    norm.addAttribute(fused.getAttributeList().stream().filter(attribute -> attribute.getName().equals("epsilon"))
        .findFirst().orElse(AttributeProto.newBuilder().setName("epsilon").setType(AttributeProto.AttributeType.FLOAT)
            .setF(DEFAULT_EPSILON).build()));
    norm.addAttribute(AttributeProto.newBuilder().setName("axis").setType(AttributeProto.AttributeType.INT).setI(-1));
    parts.add(norm.build());
    return parts;
  }

  private static NodeProto add(String left, String right, String sum) {
    return NodeProto.newBuilder().setOpType("Add").addInput(left).addInput(right).addOutput(sum).build();
  }
}
