package org.striatum.hooks.surgery;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.GateNodes;
import org.striatum.hooks.onnx.OnnxGraph;
import org.striatum.hooks.surgery.SiteMap.GatingSignal;
import org.striatum.probe.model.HookPoint;

/// Puts outputs and gates into a copy of a foreign graph; the graph itself stays as it is.
///
/// A gate replaces its value: what makes the value is renamed and the gated value gets the old name, so that every
/// reader (later blocks, fused norms, subgraphs, outputs) sees the gated one. A fused `Skip…LayerNormalization` gives
/// its residual sum as 4th output; where the sum is gated or fed in, or the node adds a bias of the branch, it is taken
/// apart into additions and norm. What the outputs asked for do not need is left out.
public final class OnnxSurgeon {
  /// Names in the copy, behind the file's prefix.
  static final String HIDDEN = "hidden";
  static final String ROWS = "rows";
  static final String TARGETS = "targets";
  static final String SCORES = "scores";
  static final String LOGITS = "head";

  private final ModelProto model;
  private final GraphProto graph;
  private final String prefix;
  private final SiteFinder.Found found;
  private final boolean branched;

  private OnnxSurgeon(ModelProto model, Inlining.Flat flat, String prefix) throws CheckpointException {
    this.model = model;
    this.graph = flat.graph();
    this.branched = flat.branched();
    this.prefix = prefix;
    this.found = SiteFinder.find(graph, prefix);
  }

  /// Reads the topology of a file.
  ///
  /// @param cached which branch of a merged decoder to work on; without meaning for other files
  /// @throws CheckpointException saying what was looked for and what was found instead
  static OnnxSurgeon of(OnnxFile file, boolean cached) throws CheckpointException {
    try {
      return new OnnxSurgeon(file.model(), Inlining.flatten(file.model(), cached, file.prefix()), file.prefix());
    } catch (CheckpointException refused) {
      throw new CheckpointException(file.path() + ": " + refused.getMessage(), refused);
    }
  }

  /// The hook points of a file, each with how it was recognised.
  ///
  /// @throws CheckpointException saying what was looked for and what was found instead
  public static SiteMap sites(OnnxFile file) throws CheckpointException {
    return of(file, false).sites();
  }

  SiteMap sites() {
    return found.map();
  }

  /// Whether the file is a merged decoder.
  boolean branched() {
    return branched;
  }

  /// The graph before any change, on one level.
  GraphProto graph() {
    return graph;
  }

  /// Every value that a hook point or a signal stands for, as outputs `value` → output name.
  Exposed exposed() {
    Set<String> values = new HashSet<>();
    found.map().sites().values().forEach(site -> {
      values.add(site.value());
      values.add(site.signal().value());
    });
    OnnxGraph copy = new OnnxGraph(prepared(Surgery.recording(found.map().sites().keySet(), Set.of())), prefix);
    Map<String, String> outputs = new HashMap<>();
    GraphProto.Builder declared = GraphProto.newBuilder();
    for (String value : values) {
      String output = prefix + "site" + outputs.size();
      copy.named("", "Identity", List.of(value), List.of(output));
      declared.addOutput(ValueInfoProto.newBuilder().setName(output));
      outputs.put(value, output);
    }
    GraphProto whole = copy.proto().toBuilder().clearOutput().addAllOutput(declared.getOutputList()).build();
    return new Exposed(GraphTrimming.trimmed(whole), outputs);
  }

  /// A graph whose outputs are all hook points.
  ///
  /// @param outputs value → output
  record Exposed(GraphProto graph, Map<String, String> outputs) {}

  /// The changed copy.
  ///
  /// @param layouts of every value that a hook point or a signal stands for
  GraphProto operate(Surgery surgery, Map<String, TensorLayout> layouts) {
    Map<String, List<HookPoint>> touched = new LinkedHashMap<>(); // value → its hook points
    surgery.touched().stream().map(point -> sites().at(point).value())
        .forEach(value -> touched.put(value, sites().at(value)));
    GraphProto.Builder base = prepared(surgery).toBuilder();
    Set<String> replaced = replaced(surgery, touched);
    for (String value : replaced) {
      rename(base, value);
      stored(base, value);
    }
    OnnxGraph copy = new OnnxGraph(base.clearOutput().build(), prefix);
    List<ValueInfoProto> outputs = new ArrayList<>();
    touched.forEach((value, points) -> {
      TensorLayout size = layouts.get(value);
      String entering = !replaced.contains(value) ? value : fedAt(surgery, value) ? fed(copy, size) : raw(value);
      String leaving = hooked(copy, surgery, points, entering, layouts, outputs);
      if (replaced.contains(value)) {
        copy.named("", "Identity", List.of(leaving), List.of(value));
      }
    });
    tail(copy, surgery, layouts.get(found.logits())).ifPresent(outputs::add);
    if (surgery.cache() != Surgery.CacheUse.NONE) {
      graph.getOutputList().stream().filter(Cache::isPresent).forEach(outputs::add);
    }
    return GraphTrimming.trimmed(copy.proto().toBuilder().addAllOutput(outputs).build());
  }

  /// Values whose readers must see something else: gated ones, and the one that is fed in.
  private Set<String> replaced(Surgery surgery, Map<String, List<HookPoint>> touched) {
    Set<String> replaced = new LinkedHashSet<>();
    touched.forEach((value, points) -> {
      if (fedAt(surgery, value) || points.stream().anyMatch(surgery.gated()::contains)) {
        replaced.add(value);
      }
    });
    return replaced;
  }

  /// Gates and records the hook points of one value in turn; what flows on.
  private String hooked(OnnxGraph copy, Surgery surgery, List<HookPoint> points, String entering,
      Map<String, TensorLayout> layouts, List<ValueInfoProto> outputs) {
    String flowing = entering;
    for (HookPoint point : points) {
      TensorLayout size = layouts.get(sites().at(point).value());
      if (surgery.gated().contains(point)) {
        flowing = gated(copy, point, flowing, size, layouts);
      }
      if (surgery.recorded().contains(point)) {
        outputs.add(output(copy, point.toString(), flowing, size.type()));
      }
    }
    return flowing;
  }

  private Optional<ValueInfoProto> tail(OnnxGraph copy, Surgery surgery, TensorLayout logits) {
    return switch (surgery.tail()) {
      case NONE -> Optional.empty();
      case LOGITS -> Optional.of(output(copy, LOGITS, found.logits(), logits.type()));
      case SCORES -> Optional.of(scores(copy, logits));
    };
  }

  private boolean fedAt(Surgery surgery, String value) {
    return surgery.from().isPresent() && sites().at(surgery.from().get()).value().equals(value);
  }

  /// What a changed copy wants to be fed of the file's own inputs.
  ///
  /// @throws CheckpointException naming an input that is not understood
  GraphSignature signature(GraphProto changed) throws CheckpointException {
    return GraphSignature.read(changed, Cache.read(graph), sites().tokens(), prefix);
  }

  /// The model around a graph, serialised: weights that are external stay so.
  byte[] bytes(GraphProto changed) {
    return model.toBuilder().setGraph(changed).build().toByteArray();
  }

  // Preparing: fused norms that must give, or give up, their sum.

  private GraphProto prepared(Surgery surgery) {
    Set<String> given = new HashSet<>();
    Set<String> changed = new HashSet<>();
    surgery.recorded().forEach(point -> given.add(sites().at(point).value()));
    surgery.gated().forEach(point -> changed.add(sites().at(point).value()));
    surgery.from().ifPresent(point -> changed.add(sites().at(point).value()));
    GraphProto.Builder copy = graph.toBuilder().clearNode().clearValueInfo().clearQuantizationAnnotation();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      NodeProto node = graph.getNode(i);
      if (!FusedNorm.is(node)) {
        copy.addNode(node);
        continue;
      }
      FusedNorm norm = FusedNorm.of(node, i, prefix);
      String branch = found.biases().getOrDefault(i, "");
      if (!branch.isEmpty() || changed.contains(norm.sum())) {
        copy.addAllNode(norm.split(node, branch));
      } else {
        copy.addNode(given.contains(norm.sum()) ? norm.exposing(node) : node);
      }
    }
    return copy.build();
  }

  private String raw(String value) {
    return prefix + "raw." + value;
  }

  private void rename(GraphProto.Builder base, String value) {
    for (NodeProto.Builder node : base.getNodeBuilderList()) {
      for (int i = 0; i < node.getOutputCount(); i++) {
        if (node.getOutput(i).equals(value)) {
          node.setOutput(i, raw(value));
        }
      }
    }
  }

  /// Where a value is read from fewer bits, and others read the bits themselves: they get the changed value, rounded to
  /// the same scale.
  private void stored(GraphProto.Builder base, String value) {
    for (NodeProto.Builder node : base.getNodeBuilderList()) {
      if (node.getOpType().equals("DequantizeLinear") && node.getOutput(0).equals(raw(value))) {
        String bits = node.getInput(0);
        boolean computed = base.getNodeList().stream().anyMatch(maker -> maker.getOutputList().contains(bits));
        long readers = base.getNodeList().stream().filter(reader -> reader.getInputList().contains(bits)).count();
        if (computed && readers > 1) {
          rename(base, bits);
          base.addNode(node.clone().setName(prefix + "stored").setOpType("QuantizeLinear").setInput(0, value)
              .setOutput(0, bits));
          node.setInput(0, raw(bits));
        }
        return;
      }
    }
  }

  // Gates and outputs.

  private static String fed(OnnxGraph copy, TensorLayout size) {
    return cast(copy, copy.input(HIDDEN, DataType.FLOAT, size.shape(size.width())), DataType.FLOAT, size.type());
  }

  private String gated(OnnxGraph copy, HookPoint point, String value, TensorLayout size,
      Map<String, TensorLayout> layouts) {
    String h = cast(copy, value, size.type(), DataType.FLOAT);
    GatingSignal signal = sites().at(point).signal();
    TensorLayout opening = layouts.get(signal.value());
    String z = h;
    if (!signal.value().equals(sites().at(point).value()) && opening.width() == size.width()) {
      z = cast(copy, signal.value(), opening.type(), DataType.FLOAT);
      if (!signal.bias().isEmpty()) {
        z = copy.node("Add", List.of(z, cast(copy, signal.bias(), opening.type(), DataType.FLOAT)));
      }
      if (opening.rank() != size.rank()) {
        z = copy.node("Reshape", List.of(z, copy.node("Shape", List.of(h))));
      }
    }
    String gated = GateNodes.insert(copy, point, size.width(), h, z, size.shape(1));
    return cast(copy, gated, DataType.FLOAT, size.type());
  }

  private static String cast(OnnxGraph copy, String value, DataType from, DataType to) {
    return from == to ? value : copy.node("Cast", List.of(value), attribute("to", to.getNumber()));
  }

  private ValueInfoProto output(OnnxGraph copy, String name, String value, DataType type) {
    copy.named("", "Identity", List.of(cast(copy, value, type, DataType.FLOAT)), List.of(prefix + name));
    return floats(prefix + name);
  }

  private ValueInfoProto scores(OnnxGraph copy, TensorLayout logits) {
    String rows = copy.input(ROWS, DataType.INT64, -1);
    String targets = copy.input(TARGETS, DataType.INT64, -1, 1);
    String all = cast(copy, found.logits(), logits.type(), DataType.FLOAT);
    String flat = copy.node("Reshape", List.of(all, copy.longs(-1, logits.width())));
    String chosen = copy.node("Gather", List.of(flat, rows), attribute("axis", 0));
    String probabilities = copy.node("LogSoftmax", List.of(chosen), attribute("axis", -1));
    return output(copy, SCORES,
        copy.node("GatherElements", List.of(probabilities, targets), attribute("axis", 1)), DataType.FLOAT);
  }

  private static ValueInfoProto floats(String name) {
    return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(DataType.FLOAT_VALUE))).build();
  }
}
