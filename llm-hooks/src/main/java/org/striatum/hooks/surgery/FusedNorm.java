package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;

/// ONNX Runtime's `Skip(Simplified)LayerNormalization`: norm(input + skip + bias), the sum its optional 4th output.
///
/// @param node index of the node in its graph
/// @param name of the node, for people
/// @param summands what is added
/// @param scale weight of the norm
/// @param offset bias of the norm, "" for none
/// @param sum name of the residual sum, made up where the node does not give it
/// @param biased name of a summand with the bias added
record FusedNorm(int node, String name, Summands summands, String scale, String offset, String sum, String biased) {
  static final int SUM_OUTPUT = 3;
  /// Without the weight of its norm a node is none of these: the runtime refuses it.
  private static final int FEWEST_INPUTS = 3;
  private static final String PLAIN = "SkipLayerNormalization";
  private static final String SIMPLIFIED = "SkipSimplifiedLayerNormalization";

  /// @param bias "" for none
  record Summands(String input, String skip, String bias) {
    List<String> all() {
      return List.of(input, skip, bias);
    }
  }

  static boolean is(NodeProto node) {
    return (node.getOpType().equals(PLAIN) || node.getOpType().equals(SIMPLIFIED))
        && node.getInputCount() >= FEWEST_INPUTS;
  }

  static FusedNorm of(NodeProto node, int index, String prefix) {
    boolean simplified = node.getOpType().equals(SIMPLIFIED);
    String sum = node.getOutputCount() > SUM_OUTPUT ? node.getOutput(SUM_OUTPUT) : "";
    Summands summands = new Summands(node.getInput(0), node.getInput(1), optional(node, simplified ? 3 : 4));
    return new FusedNorm(index, Topology.name(node), summands, node.getInput(2), simplified ? "" : optional(node, 3),
        sum.isEmpty() ? prefix + "sum" + index : sum, prefix + "biased" + index);
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
  /// that of the kernel it had. With a bias, bias + `branch` first.
  ///
  /// @param branch which summand the bias belongs to; "" where there is no bias
  List<NodeProto> split(NodeProto fused, String branch) {
    List<NodeProto> parts = new ArrayList<>();
    String left = summands.input();
    String right = summands.skip();
    if (!branch.isEmpty()) {
      parts.add(node("Add", biased, branch, summands.bias()));
      if (branch.equals(left)) {
        left = biased;
      } else {
        right = biased;
      }
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
