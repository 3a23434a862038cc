package org.striatum.hooks.onnx;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import org.striatum.probe.model.HookPoint;

/// [org.striatum.probe.model.Gate#apply] as nodes of a graph, its vectors graph inputs: `gate.HOOK.mask`, `.gain`,
/// `.threshold`, `.sharpness`, `.shift`, `.hard`. Mask, shut and open are selections, so that ∞ does not become NaN.
public final class GateNodes {
  private GateNodes() {}

  /// Gates a value of the graph.
  ///
  /// @param d coordinates of the hook point
  /// @param h the value that flows on, (…, d)
  /// @param z the gating signal, of the same shape
  /// @param mask shape of the mask, broadcast against h; a negative size is free
  /// @return the gated value
  public static String insert(OnnxGraph graph, HookPoint point, int d, String h, String z, long... mask) {
    return insert(graph, point, d, h, z, graph.input("gate." + point + ".mask", DataType.BOOL, mask));
  }

  /// Gates a value that holds only some rows, `rows` being a graph value; the mask is given for all of them.
  static String insertAt(OnnxGraph graph, HookPoint point, int d, String h, String z, String rows) {
    String mask = graph.input("gate." + point + ".mask", DataType.BOOL, -1, 1);
    return insert(graph, point, d, h, z, graph.node("Gather", List.of(mask, rows), attribute("axis", 0)));
  }

  private static String insert(OnnxGraph graph, HookPoint point, int d, String h, String z, String selected) {
    String gate = "gate." + point;
    String gain = graph.input(gate + ".gain", DataType.FLOAT, d);
    String threshold = graph.input(gate + ".threshold", DataType.FLOAT, d);
    String sharpness = graph.input(gate + ".sharpness", DataType.FLOAT, d);
    String shift = graph.input(gate + ".shift", DataType.FLOAT, d);
    String hard = graph.input(gate + ".hard", DataType.BOOL);
    String alwaysOpen = graph.node("IsInf", List.of(threshold), attribute("detect_positive", 0));
    String unity = graph.node("Or", List.of(hard, alwaysOpen)); // (d): g is 1 wherever the gate is open
    String open = graph.node("Or", List.of(graph.node("Or", List.of(alwaysOpen, graph.node("Not", List.of(hard)))),
        graph.node("Greater", List.of(z, threshold))));
    String distance = graph.node("Mul", List.of(sharpness, graph.node("Sub", List.of(z, threshold))));
    String g = graph.node("Where", List.of(unity, graph.scalar(1f), graph.node("Sigmoid", List.of(distance))));
    String passing = graph.node("And",
        List.of(open, graph.node("Not", List.of(graph.node("Equal", List.of(gain, graph.scalar(0f)))))));
    String scaled = graph.node("Mul", List.of(graph.node("Mul", List.of(gain, g)), h));
    String gated = graph.node("Add",
        List.of(shift, graph.node("Where", List.of(passing, scaled, graph.scalar(0f)))));
    return graph.node("Where", List.of(selected, gated, h));
  }
}
