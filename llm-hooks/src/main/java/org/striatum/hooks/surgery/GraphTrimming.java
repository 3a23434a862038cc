package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Leaves out of a graph what its outputs do not need, and orders the rest: a node follows what it reads.
final class GraphTrimming {
  private final Map<String, NodeProto> makers = new HashMap<>();
  private final Set<String> needed = new HashSet<>();
  private final List<NodeProto> ordered = new ArrayList<>();

  private GraphTrimming(GraphProto whole) {
    whole.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
  }

  static GraphProto trimmed(GraphProto whole) {
    GraphTrimming trimming = new GraphTrimming(whole);
    trimming.visit(whole);
    GraphProto.Builder kept = whole.toBuilder().clearNode().clearInitializer().clearInput()
        .addAllNode(trimming.ordered);
    for (TensorProto tensor : whole.getInitializerList()) {
      if (trimming.needed.contains(tensor.getName())) {
        kept.addInitializer(tensor);
      }
    }
    whole.getInputList().stream().filter(input -> trimming.needed.contains(input.getName())).forEach(kept::addInput);
    return kept.build();
  }

  /// Depth first from the outputs.
  private void visit(GraphProto whole) {
    Set<NodeProto> entered = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<NodeProto> left = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<NodeProto> open = new ArrayDeque<>();
    whole.getOutputList().forEach(output -> {
      needed.add(output.getName());
      if (makers.containsKey(output.getName())) {
        open.push(makers.get(output.getName()));
      }
    });
    while (!open.isEmpty()) {
      NodeProto node = open.peek();
      if (entered.add(node)) {
        List<String> reads = new ArrayList<>(node.getInputList());
        reads.addAll(Topology.captured(node));
        needed.addAll(reads);
        reads.stream().map(makers::get).filter(maker -> maker != null && !entered.contains(maker)).forEach(open::push);
      } else {
        open.pop();
        if (left.add(node)) {
          ordered.add(node);
        }
      }
    }
  }
}
