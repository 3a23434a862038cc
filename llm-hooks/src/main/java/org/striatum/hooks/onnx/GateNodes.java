package org.striatum.hooks.onnx;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import org.striatum.probe.model.HookPoint;

/// [org.striatum.probe.model.Gate#apply] as nodes of a graph, its vectors graph inputs: `gate.HOOK.mask`, `.gain`,
/// `.threshold`, `.sharpness`, `.shift` (one for all rows or one for each), `.hard`, and `.read` and `.write` of the term along
/// a direction. Mask, shut, open and what that term reads and writes are selections, so that ∞ does not become NaN.
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
    long[] rows = mask.clone();
    Arrays.fill(rows, 0, rows.length - 1, -1);
    rows[rows.length - 1] = d;
    return insert(graph, point, d, h, z, graph.input("gate." + point + ".mask", DataType.BOOL, mask),
        graph.input("gate." + point + ".shift", DataType.FLOAT, rows));
  }

  /// Gates a value that holds only some rows, `rows` being a graph value; mask and shift are given for all of them. The
  /// remainder of a row's number and how many rows the shift has is its row there, also where that is one for all.
  static String insertAt(OnnxGraph graph, HookPoint point, int d, String h, String z, String rows) {
    String mask = graph.input("gate." + point + ".mask", DataType.BOOL, -1, 1);
    String shift = graph.input("gate." + point + ".shift", DataType.FLOAT, -1, d);
    String shifted = graph.node("Mod",
        List.of(rows, graph.node("Shape", List.of(shift), attribute("start", 0), attribute("end", 1))));
    return insert(graph, point, d, h, z, graph.node("Gather", List.of(mask, rows), attribute("axis", 0)),
        graph.node("Gather", List.of(shift, shifted), attribute("axis", 0)));
  }

  private static String insert(OnnxGraph graph, HookPoint point, int d, String h, String z, String selected,
      String shift) {
    String gate = "gate." + point;
    String gain = graph.input(gate + ".gain", DataType.FLOAT, d);
    String threshold = graph.input(gate + ".threshold", DataType.FLOAT, d);
    String sharpness = graph.input(gate + ".sharpness", DataType.FLOAT, d);
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
    String directed = graph.node("Add", List.of(gated, along(graph, gate, d, h)));
    return graph.node("Where", List.of(selected, directed, h));
  }

  /// (read · h) write. A sum over each row rather than a product of matrices, which adds in an order that depends on how many
  /// rows there are.
  private static String along(OnnxGraph graph, String gate, int d, String h) {
    String read = graph.input(gate + ".read", DataType.FLOAT, d);
    String write = graph.input(gate + ".write", DataType.FLOAT, d);
    String zero = graph.scalar(0f);
    String seen = graph.node("Where",
        List.of(graph.node("Equal", List.of(read, zero)), zero, graph.node("Mul", List.of(read, h))));
    String product = graph.node("ReduceSum", List.of(seen, graph.longs(-1)), attribute("keepdims", 1));
    return graph.node("Where",
        List.of(graph.node("Equal", List.of(write, zero)), zero, graph.node("Mul", List.of(product, write))));
  }
}
