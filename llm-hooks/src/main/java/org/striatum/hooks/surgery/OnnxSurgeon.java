package org.striatum.hooks.surgery;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.GateNodes;
import org.striatum.hooks.onnx.OnnxGraph;
import org.striatum.hooks.surgery.SiteMap.Signal;
import org.striatum.probe.model.HookPoint;

/// Puts outputs and gates into a copy of a foreign graph; the graph itself stays as it is.
///
/// A gate takes its value's place: what makes the value is renamed and the gated value gets the old name, so that every
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
  Trial trial() {
    Set<String> values = new HashSet<>();
    found.map().sites().values().forEach(site -> {
      values.add(site.value());
      values.add(site.signal().value());
    });
    OnnxGraph copy = new OnnxGraph(prepared(Surgery.recording(found.map().sites().keySet(), Set.of())), prefix);
    Map<String, String> outputs = new HashMap<>();
    GraphProto.Builder exposed = GraphProto.newBuilder();
    for (String value : values) {
      String output = prefix + "trial" + outputs.size();
      copy.named("", "Identity", List.of(value), List.of(output));
      exposed.addOutput(ValueInfoProto.newBuilder().setName(output));
      outputs.put(value, output);
    }
    GraphProto whole = copy.proto().toBuilder().clearOutput().addAllOutput(exposed.getOutputList()).build();
    return new Trial(pruned(whole), outputs);
  }

  /// A graph whose outputs are all hook points.
  ///
  /// @param outputs value → output
  record Trial(GraphProto graph, Map<String, String> outputs) {}

  /// The changed copy.
  ///
  /// @param measured what a trial run found out about every value a hook point or a signal stands for
  GraphProto operate(Surgery surgery, Map<String, Measured> measured) {
    GraphProto.Builder base = prepared(surgery).toBuilder();
    Map<String, List<HookPoint>> touched = new LinkedHashMap<>(); // value → its hook points
    surgery.touched().forEach(point -> {
      String value = sites().at(point).value();
      touched.put(value, sites().at(value));
    });
    Set<String> replaced = new HashSet<>();
    touched.forEach((value, points) -> {
      if (points.stream().anyMatch(point -> surgery.gated().contains(point) || fedAt(surgery, value))) {
        rename(base, value);
        replaced.add(value);
        stored(base, value);
      }
    });
    OnnxGraph copy = new OnnxGraph(base.clearOutput().build(), prefix);
    List<ValueInfoProto> outputs = new ArrayList<>();
    touched.forEach((value, points) -> {
      Measured size = measured.get(value);
      String flowing = !replaced.contains(value) ? value : fedAt(surgery, value) ? fed(copy, size) : raw(value);
      for (HookPoint point : points) {
        if (surgery.gated().contains(point)) {
          flowing = gated(copy, point, flowing, size, measured);
        }
        if (surgery.recorded().contains(point)) {
          outputs.add(output(copy, point.toString(), flowing, size.type()));
        }
      }
      if (replaced.contains(value)) {
        copy.named("", "Identity", List.of(flowing), List.of(value));
      }
    });
    switch (surgery.tail()) {
      case NONE -> {
      }
      case LOGITS -> outputs.add(output(copy, LOGITS, found.logits(), measured.get(found.logits()).type()));
      case SCORES -> outputs.add(scores(copy, measured.get(found.logits())));
    }
    if (surgery.cache() != Surgery.CacheUse.NONE) {
      graph.getOutputList().stream().filter(Cache::isPresent).forEach(outputs::add);
    }
    return pruned(copy.proto().toBuilder().addAllOutput(outputs).build());
  }

  private boolean fedAt(Surgery surgery, String value) {
    return surgery.from().isPresent() && sites().at(surgery.from().get()).value().equals(value);
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
      if (!Topology.SKIP_NORMS.contains(node.getOpType())) {
        copy.addNode(node);
        continue;
      }
      FusedNorm norm = FusedNorm.of(node, i, prefix);
      String branch = found.biases().branchOf().getOrDefault(i, "");
      if (!branch.isEmpty() || changed.contains(norm.sum())) {
        copy.addAllNode(norm.split(node, branch, prefix + "biased" + i));
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

  private static String fed(OnnxGraph copy, Measured size) {
    return cast(copy, copy.input(HIDDEN, DataType.FLOAT, size.shape(size.width())), DataType.FLOAT, size.type());
  }

  private String gated(OnnxGraph copy, HookPoint point, String value, Measured size, Map<String, Measured> measured) {
    String h = cast(copy, value, size.type(), DataType.FLOAT);
    Signal signal = sites().at(point).signal();
    Measured opening = measured.get(signal.value());
    String z = h;
    if (!signal.value().equals(sites().at(point).value()) && opening.width() == size.width()) {
      z = cast(copy, signal.value(), opening.type(), DataType.FLOAT);
      if (!signal.bias().isEmpty()) {
        z = copy.node("Add", List.of(z, cast(copy, signal.bias(), opening.type(), DataType.FLOAT)));
      }
      if (opening.ranked() != size.ranked()) {
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

  private ValueInfoProto scores(OnnxGraph copy, Measured logits) {
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

  // Leaving out what is not needed, and ordering what is.

  private static GraphProto pruned(GraphProto whole) {
    Map<String, NodeProto> makers = new HashMap<>();
    whole.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
    Set<String> needed = new HashSet<>();
    List<NodeProto> ordered = new ArrayList<>();
    Set<NodeProto> entered = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<NodeProto> left = Collections.newSetFromMap(new IdentityHashMap<>());
    ArrayDeque<NodeProto> open = new ArrayDeque<>();
    whole.getOutputList().forEach(output -> {
      needed.add(output.getName());
      if (makers.containsKey(output.getName())) {
        open.push(makers.get(output.getName()));
      }
    });
    while (!open.isEmpty()) { // depth first: a node follows what it reads
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
    GraphProto.Builder kept = whole.toBuilder().clearNode().clearInitializer().clearInput().addAllNode(ordered);
    for (TensorProto tensor : whole.getInitializerList()) {
      if (needed.contains(tensor.getName())) {
        kept.addInitializer(tensor);
      }
    }
    whole.getInputList().stream().filter(input -> needed.contains(input.getName())).forEach(kept::addInput);
    return kept.build();
  }
}
