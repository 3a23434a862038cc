package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Brings a graph's computation to one level: model-local functions are replaced by their bodies, and an `If` whose
/// condition is `use_cache_branch` (merged decoders) or a constant by the branch that would be taken. Any other `If`
/// stays. Half precision becomes single.
final class Inlining {
  private static final int DEEPEST = 32;
  private static final int MAX_NODES = 1_000_000;
  private static final Set<String> PASSING = Set.of("Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape", "Gather",
      "Slice");

  private final String prefix;
  private final boolean cached;
  private final Map<String, FunctionProto> functions = new HashMap<>();
  private final Map<String, NodeProto> makers = new HashMap<>();
  private final Map<String, Boolean> constants = new HashMap<>();
  private final Set<String> switches = new HashSet<>();
  private final Set<String> taken = new HashSet<>();
  private final GraphProto.Builder flat;
  private boolean branched;
  private int copies;
  private int unfolded;

  /// A graph on one level.
  ///
  /// @param branched whether a branch was chosen by `use_cache_branch`
  record Flat(GraphProto graph, boolean branched) {}

  private Inlining(ModelProto model, boolean cached, String prefix) {
    this.prefix = prefix;
    this.cached = cached;
    GraphProto graph = model.getGraph();
    Set<String> weights = new HashSet<>();
    graph.getInitializerList().forEach(tensor -> weights.add(tensor.getName()));
    this.flat = graph.toBuilder().clearNode().clearInput(); // old exporters list weights as inputs with a default
    graph.getInputList().stream().filter(input -> !weights.contains(input.getName())).forEach(flat::addInput);
    model.getFunctionsList()
        .forEach(function -> functions.put(key(function.getDomain(), function.getName()), function));
    graph.getInputList().forEach(input -> {
      taken.add(input.getName());
      if (isSwitch(input)) {
        switches.add(input.getName());
      }
    });
    graph.getInitializerList().forEach(this::define);
    graph.getNodeList().forEach(node -> taken.addAll(node.getOutputList()));
  }

  /// @param cached which branch of a merged decoder to take: the one that reads the cache, or the one that does not
  static Flat flatten(ModelProto model, boolean cached, String prefix) throws CheckpointException {
    Inlining inlining = new Inlining(model, cached, prefix);
    for (NodeProto node : model.getGraph().getNodeList()) {
      inlining.add(node, 0);
    }
    return new Flat(Widening.widen(inlining.flat.build(), prefix), inlining.branched);
  }

  static boolean isSwitch(ValueInfoProto input) {
    return input.getType().getTensorType().getElemType() == DataType.BOOL_VALUE
        && input.getName().contains("use_cache");
  }

  private static String key(String domain, String name) {
    return (domain.equals("ai.onnx") ? "" : domain) + "::" + name;
  }

  private void define(TensorProto tensor) {
    taken.add(tensor.getName());
    truth(tensor).ifPresent(value -> constants.put(tensor.getName(), value));
  }

  private static Optional<Boolean> truth(TensorProto tensor) {
    if (tensor.getDataType() != DataType.BOOL_VALUE || tensor.getDimsList().stream().anyMatch(size -> size != 1)) {
      return Optional.empty();
    }
    return tensor.getRawData().size() == 1
        ? Optional.of(tensor.getRawData().byteAt(0) != 0)
        : tensor.getInt32DataCount() == 1 ? Optional.of(tensor.getInt32Data(0) != 0) : Optional.empty();
  }

  private void add(NodeProto node, int depth) throws CheckpointException {
    if (depth > DEEPEST) {
      throw new CheckpointException("functions and branches are nested deeper than " + DEEPEST + " at node '"
          + node.getName() + "' (" + node.getOpType() + ")");
    }
    if (++unfolded > MAX_NODES) {
      throw new CheckpointException("functions unfold to more than " + MAX_NODES + " nodes: not a language model");
    }
    FunctionProto function = functions.get(key(node.getDomain(), node.getOpType()));
    if (function != null) {
      call(node, function, depth);
      return;
    }
    if (node.getOpType().equals("If")) {
      Optional<Boolean> condition = node.getInputCount() == 0 ? Optional.empty() : condition(node.getInput(0));
      if (condition.isPresent()) {
        branch(node, condition.get() ? "then_branch" : "else_branch", depth);
        return;
      }
    }
    flat.addNode(node);
    node.getOutputList().forEach(output -> makers.put(output, node));
    if (node.getOpType().equals("Constant")) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasT()) {
          truth(attribute.getT()).ifPresent(value -> constants.put(node.getOutput(0), value));
        }
      }
    }
  }

  /// The value of a condition, if it is known: a constant, or what `use_cache_branch` is set to.
  private Optional<Boolean> condition(String value) {
    boolean inverted = false;
    String at = value;
    while (true) {
      if (switches.contains(at)) {
        branched = true;
        return Optional.of(cached != inverted);
      }
      if (constants.containsKey(at)) {
        return Optional.of(constants.get(at) != inverted);
      }
      NodeProto maker = makers.get(at);
      if (maker == null || maker.getInputCount() == 0) {
        return Optional.empty();
      }
      if (maker.getOpType().equals("Not")) {
        inverted = !inverted;
      } else if (!PASSING.contains(maker.getOpType())) {
        return Optional.empty();
      }
      at = maker.getInput(0);
    }
  }

  private void branch(NodeProto node, String which, int depth) throws CheckpointException {
    GraphProto body = node.getAttributeList().stream().filter(attribute -> attribute.getName().equals(which))
        .map(AttributeProto::getG).findFirst()
        .orElseThrow(() -> new CheckpointException("the If '" + node.getName() + "' has no " + which));
    if (body.getOutputCount() != node.getOutputCount()) {
      throw new CheckpointException("the " + which + " of the If '" + node.getName() + "' gives "
          + body.getOutputCount() + " values where " + node.getOutputCount() + " are read");
    }
    Map<String, String> renamed = new HashMap<>();
    for (TensorProto tensor : body.getInitializerList()) {
      TensorProto unique = tensor.toBuilder().setName(fresh(tensor.getName())).build();
      renamed.put(tensor.getName(), unique.getName());
      flat.addInitializer(unique);
      define(unique);
    }
    nameOutputs(body.getNodeList(), renamed);
    for (NodeProto inner : body.getNodeList()) {
      add(renamed(inner, renamed), depth + 1);
    }
    for (int i = 0; i < node.getOutputCount(); i++) {
      String inside = body.getOutput(i).getName();
      add(identity(renamed.getOrDefault(inside, inside), node.getOutput(i)), depth + 1);
    }
  }

  private void call(NodeProto node, FunctionProto function, int depth) throws CheckpointException {
    Map<String, String> renamed = new HashMap<>();
    for (int i = 0; i < function.getInputCount(); i++) {
      renamed.put(function.getInput(i), i < node.getInputCount() ? node.getInput(i) : "");
    }
    nameOutputs(function.getNodeList(), renamed);
    Map<String, AttributeProto> given = new HashMap<>();
    function.getAttributeProtoList().forEach(attribute -> given.put(attribute.getName(), attribute));
    node.getAttributeList().forEach(attribute -> given.put(attribute.getName(), attribute));
    for (NodeProto inner : function.getNodeList()) {
      add(renamed(bound(inner, given), renamed), depth + 1);
    }
    for (int i = 0; i < Math.min(node.getOutputCount(), function.getOutputCount()); i++) {
      if (!node.getOutput(i).isEmpty()) {
        String inside = function.getOutput(i);
        add(identity(renamed.getOrDefault(inside, inside), node.getOutput(i)), depth + 1);
      }
    }
  }

  private static NodeProto identity(String from, String to) {
    return NodeProto.newBuilder().setOpType("Identity").addInput(from).addOutput(to).build();
  }

  private void nameOutputs(List<NodeProto> nodes, Map<String, String> renamed) {
    for (NodeProto node : nodes) {
      for (String output : node.getOutputList()) {
        if (!output.isEmpty()) {
          renamed.put(output, fresh(output));
        }
      }
    }
  }

  /// The name itself if it is free, else one made unique.
  private String fresh(String name) {
    return taken.add(name) ? name : prefix + "inlined" + copies++ + "/" + name;
  }

  private static NodeProto renamed(NodeProto node, Map<String, String> names) {
    NodeProto.Builder copy = node.toBuilder().clearInput().clearOutput().clearAttribute();
    node.getInputList().forEach(input -> copy.addInput(names.getOrDefault(input, input)));
    node.getOutputList().forEach(output -> copy.addOutput(names.getOrDefault(output, output)));
    for (AttributeProto attribute : node.getAttributeList()) {
      AttributeProto.Builder rewritten = attribute.toBuilder().clearGraphs();
      if (attribute.hasG()) {
        rewritten.setG(renamed(attribute.getG(), names));
      }
      attribute.getGraphsList().forEach(graph -> rewritten.addGraphs(renamed(graph, names)));
      copy.addAttribute(rewritten);
    }
    return copy.build();
  }

  /// A subgraph whose references to the outside follow the new names; its own names stay.
  private static GraphProto renamed(GraphProto graph, Map<String, String> names) {
    Map<String, String> outside = new HashMap<>(names);
    graph.getInputList().forEach(input -> outside.remove(input.getName()));
    graph.getInitializerList().forEach(tensor -> outside.remove(tensor.getName()));
    graph.getNodeList().forEach(node -> node.getOutputList().forEach(outside::remove));
    GraphProto.Builder copy = graph.toBuilder().clearNode();
    graph.getNodeList().forEach(node -> copy.addNode(renamed(node, outside)));
    for (int i = 0; i < graph.getOutputCount(); i++) {
      String output = graph.getOutput(i).getName();
      copy.getOutputBuilder(i).setName(outside.getOrDefault(output, output));
    }
    return copy.build();
  }

  /// A function's node with the call's attributes in place of references to them.
  private static NodeProto bound(NodeProto node, Map<String, AttributeProto> given) {
    NodeProto.Builder copy = node.toBuilder().clearAttribute();
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.getRefAttrName().isEmpty()) {
        AttributeProto.Builder inner = attribute.toBuilder();
        if (attribute.hasG()) {
          GraphProto.Builder graph = attribute.getG().toBuilder().clearNode();
          attribute.getG().getNodeList().forEach(nested -> graph.addNode(bound(nested, given)));
          inner.setG(graph);
        }
        copy.addAttribute(inner);
      } else if (given.containsKey(attribute.getRefAttrName())) {
        copy.addAttribute(given.get(attribute.getRefAttrName()).toBuilder().setName(attribute.getName()));
      }
    }
    return copy.build();
  }
}
