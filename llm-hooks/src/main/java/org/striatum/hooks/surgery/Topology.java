package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.striatum.hooks.checkpoint.CheckpointException;

/// The values of a graph and what flows from which to which.
///
/// Fused `Skip…LayerNormalization` nodes count as the addition and the norm they are. A value *flows* into another if
/// its numbers matter to it: through `Shape` and `Size` nothing flows. A value is *fixed* if it follows from weights
/// and constants alone. Values are numbered in an order of computation.
final class Topology {
  /// Outputs depend on the shapes of the inputs only.
  private static final Set<String> SHAPES = Set.of("Shape", "Size");
  private static final Set<String> RANDOM = Set.of("RandomNormal", "RandomUniform", "RandomNormalLike",
      "RandomUniformLike", "Multinomial", "Bernoulli");
  static final String NORM = "Norm";

  /// A step of the computation: a node, or one of the two halves of a fused one.
  ///
  /// @param node index of the node in the graph
  /// @param type operator, [#NORM] for the second half of a fused addition and norm
  /// @param name for people
  /// @param inputs as the operator takes them, "" where one is left out
  /// @param captured values read by its subgraphs
  record Op(int node, String type, String name, List<String> inputs, List<String> captured, List<String> outputs) {
    List<String> reads() {
      List<String> all = new ArrayList<>(inputs);
      all.addAll(captured);
      all.removeIf(String::isEmpty);
      return all;
    }
  }

  private final List<Op> ops = new ArrayList<>(); // in an order of computation
  private final Map<String, Op> makers = new HashMap<>();
  private final Map<String, Integer> number = new HashMap<>(); // value → its place in the order of computation
  private final BitSet fixed = new BitSet();
  private final Map<String, List<Op>> readers = new HashMap<>();
  private final Map<String, FusedNorm> fused = new HashMap<>(); // by its sum

  /// @param prefix begins no name of the graph; the sums inside fused nodes are named with it
  /// @throws CheckpointException if a value is made twice or never, or follows from itself
  Topology(GraphProto graph, String prefix) throws CheckpointException {
    Set<String> given = new LinkedHashSet<>();
    graph.getInitializerList().forEach(tensor -> given.add(tensor.getName()));
    graph.getSparseInitializerList().forEach(tensor -> given.add(tensor.getValues().getName()));
    Set<String> weights = new HashSet<>(given);
    graph.getInputList().forEach(input -> given.add(input.getName()));
    List<Op> unordered = new ArrayList<>();
    for (int i = 0; i < graph.getNodeCount(); i++) {
      unordered.addAll(ops(graph.getNode(i), i, prefix));
    }
    for (Op op : unordered) {
      for (String output : op.outputs()) {
        if (!output.isEmpty() && (given.contains(output) || makers.put(output, op) != null)) {
          throw new CheckpointException("the value '" + output + "' is made twice: each needs a name of its own");
        }
      }
      op.reads().forEach(value -> readers.computeIfAbsent(value, _ -> new ArrayList<>()).add(op));
    }
    for (Op op : unordered) {
      for (String input : op.reads()) {
        if (!given.contains(input) && !makers.containsKey(input)) {
          throw new CheckpointException(op.name() + " reads '" + input + "', which nothing makes");
        }
      }
    }
    for (String value : given) {
      add(value, weights.contains(value));
    }
    order(unordered);
  }

  private List<Op> ops(NodeProto node, int index, String prefix) {
    String name = name(node);
    List<String> inputs = node.getInputList();
    if (!FusedNorm.is(node)) {
      return List.of(new Op(index, node.getOpType(), name, inputs, captured(node), node.getOutputList()));
    }
    FusedNorm norm = FusedNorm.of(node, index, prefix);
    fused.put(norm.sum(), norm);
    List<Op> halves = new ArrayList<>();
    halves.add(new Op(index, "Add", name, norm.summands().all(), List.of(), List.of(norm.sum())));
    List<String> normed = new ArrayList<>(List.of(norm.sum(), norm.scale(), norm.offset()));
    List<String> outputs = new ArrayList<>(node.getOutputList().subList(0, Math.min(3, node.getOutputCount())));
    halves.add(new Op(index, NORM, name, normed, List.of(), outputs));
    return halves;
  }

  /// A node's name, or the name of what it makes: `Add_17`.
  static String name(NodeProto node) {
    String own = node.getName().isEmpty()
        ? node.getOutputList().stream().filter(output -> !output.isEmpty()).findFirst().orElse("?")
        : node.getName();
    return own.contains(node.getOpType()) ? own : node.getOpType() + " " + own;
  }

  /// Values of the surrounding graph that a node's subgraphs read.
  static List<String> captured(NodeProto node) {
    Set<String> free = new LinkedHashSet<>();
    for (AttributeProto attribute : node.getAttributeList()) {
      if (attribute.hasG()) {
        free.addAll(free(attribute.getG()));
      }
      attribute.getGraphsList().forEach(graph -> free.addAll(free(graph)));
    }
    return List.copyOf(free);
  }

  private static Set<String> free(GraphProto graph) {
    Set<String> defined = new HashSet<>();
    graph.getInputList().forEach(input -> defined.add(input.getName()));
    graph.getInitializerList().forEach(tensor -> defined.add(tensor.getName()));
    graph.getNodeList().forEach(node -> defined.addAll(node.getOutputList()));
    Set<String> free = new LinkedHashSet<>();
    for (NodeProto node : graph.getNodeList()) {
      free.addAll(node.getInputList());
      free.addAll(captured(node));
    }
    graph.getOutputList().forEach(output -> free.add(output.getName()));
    free.removeAll(defined);
    free.remove("");
    return free;
  }

  private void add(String value, boolean isFixed) {
    if (isFixed) {
      fixed.set(number.size());
    }
    number.put(value, number.size());
  }

  private void order(List<Op> unordered) throws CheckpointException {
    IdentityHashMap<Op, Integer> missing = new IdentityHashMap<>(); // inputs not yet computed
    ArrayDeque<Op> ready = new ArrayDeque<>();
    for (Op op : unordered) {
      int count = (int) op.reads().stream().filter(makers::containsKey).count();
      if (count == 0) {
        ready.add(op);
      } else {
        missing.put(op, count);
      }
    }
    while (!ready.isEmpty()) {
      Op op = ready.remove();
      ops.add(op);
      boolean isFixed = !RANDOM.contains(op.type()) && op.reads().stream().allMatch(this::fixed)
          && (op.type().equals("Constant") || !op.reads().isEmpty());
      for (String output : op.outputs()) {
        if (!output.isEmpty()) {
          add(output, isFixed);
          for (Op reader : readers.getOrDefault(output, List.of())) {
            if (missing.merge(reader, -1, Integer::sum) == 0) {
              missing.remove(reader);
              ready.add(reader);
            }
          }
        }
      }
    }
    if (ops.size() < unordered.size()) {
      Op stuck = missing.keySet().iterator().next();
      throw new CheckpointException("the graph runs in a circle at " + stuck.name() + ": it can never be computed");
    }
  }

  List<Op> ops() {
    return ops;
  }

  boolean has(String value) {
    return number.containsKey(value);
  }

  /// What makes a value; empty for inputs and weights.
  Optional<Op> maker(String value) {
    return Optional.ofNullable(makers.get(value));
  }

  /// The fused addition and norm whose sum a value is.
  Optional<FusedNorm> fused(String value) {
    return Optional.ofNullable(fused.get(value));
  }

  /// What makes a value, for people.
  String described(String value) {
    return fused(value).map(norm -> "output %d of %s".formatted(FusedNorm.SUM_OUTPUT, norm.name()))
        .or(() -> maker(value).map(Op::name)).orElse("input " + value);
  }

  /// Goes back from a value through operators of these types, by their first input.
  String through(String value, Set<String> types) {
    String at = value;
    while (true) {
      Op maker = makers.get(at);
      if (maker == null || !types.contains(maker.type()) || !at.equals(maker.outputs().getFirst())) {
        return at;
      }
      at = maker.inputs().getFirst();
    }
  }

  /// Whether a value follows from weights and constants alone.
  boolean fixed(String value) {
    return fixed.get(number.get(value));
  }

  /// The place of a value in an order of computation.
  int number(String value) {
    return number.get(value);
  }

  /// What flows directly into a value.
  List<String> sources(String value) {
    Op op = makers.get(value);
    return op == null || SHAPES.contains(op.type()) ? List.of() : op.reads();
  }

  /// Everything that flows from `source`, itself included.
  Set<String> downstream(String source) {
    Set<String> reached = new HashSet<>(Set.of(source));
    ArrayDeque<String> open = new ArrayDeque<>(List.of(source));
    while (!open.isEmpty()) {
      for (Op reader : readers.getOrDefault(open.remove(), List.of())) {
        if (!SHAPES.contains(reader.type())) {
          for (String output : reader.outputs()) {
            if (!output.isEmpty() && reached.add(output)) {
              open.add(output);
            }
          }
        }
      }
    }
    return reached;
  }

  /// Values on paths from `source` to `sink`, both included, in order of computation; empty if there is no path.
  ///
  /// @param stream everything downstream of the embedding; the path stays inside
  List<String> between(String source, String sink, Set<String> stream) {
    int from = number(source);
    Set<String> seen = new HashSet<>(Set.of(sink));
    ArrayDeque<String> open = new ArrayDeque<>(List.of(sink));
    while (!open.isEmpty()) {
      String value = open.remove();
      if (!value.equals(source)) {
        for (String input : sources(value)) {
          if (stream.contains(input) && number(input) >= from && seen.add(input)) {
            open.add(input);
          }
        }
      }
    }
    if (!seen.contains(source)) {
      return List.of();
    }
    List<String> ordered = new ArrayList<>(seen);
    ordered.sort((a, b) -> Integer.compare(number(a), number(b)));
    // Going back stopped at values computed before the source; keep what the source reaches.
    Set<String> reached = new HashSet<>(Set.of(source));
    ordered.removeIf(value -> !reached.contains(value)
        && (sources(value).stream().noneMatch(reached::contains) || !reached.add(value)));
    return ordered;
  }

  /// The values every path from `source` to `sink` runs through, in order, both included: the sweep over a DAG's
  /// ordered vertices that no edge jumps over.
  List<String> bottlenecks(String source, String sink, Set<String> stream) {
    List<String> path = between(source, sink, stream);
    Map<String, Integer> index = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      index.put(path.get(i), i);
    }
    int[] furthest = new int[path.size()]; // last vertex that reads vertex i
    Arrays.fill(furthest, -1);
    for (int i = 0; i < path.size(); i++) {
      for (String input : sources(path.get(i))) {
        Integer at = index.get(input);
        if (at != null) {
          furthest[at] = Math.max(furthest[at], i);
        }
      }
    }
    List<String> bottlenecks = new ArrayList<>();
    int reach = 0;
    for (int i = 0; i < path.size(); i++) {
      if (reach <= i) {
        bottlenecks.add(path.get(i));
      }
      reach = Math.max(reach, furthest[i]);
    }
    return bottlenecks;
  }
}
