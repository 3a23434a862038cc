package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.surgery.Topology.Op;

/// Finds the hook points of a graph by its topology: which input is the tokens, which output the logits, and between them
/// the residual stream ([StreamFinder]) and what is named after it ([SiteNaming]).
final class SiteFinder {
  private final GraphProto graph;
  private final Topology topology;
  private final Map<String, TensorProto> weights = new HashMap<>();

  /// What is found in a graph.
  ///
  /// @param biases node → the summand to which it adds a bias, as [ResidualStream#biases]
  record Found(SiteMap map, Map<Integer, String> biases, String logits) {}

  private SiteFinder(GraphProto graph, String prefix) throws CheckpointException {
    this.graph = graph;
    this.topology = new Topology(graph, prefix);
    graph.getInitializerList().forEach(tensor -> weights.put(tensor.getName(), tensor));
  }

  /// @param prefix begins no name of the graph
  /// @throws CheckpointException saying what was looked for and what was found instead
  static Found find(GraphProto graph, String prefix) throws CheckpointException {
    return new SiteFinder(graph, prefix).find();
  }

  /// Tries outputs and inputs in turn, the likeliest first; if none fits, the first refusal says why.
  private Found find() throws CheckpointException {
    Map<String, List<Op>> lookups = lookups();
    if (lookups.isEmpty()) {
      throw new CheckpointException("no token embedding was found: looked for a table (vocabulary, d) gathered at an"
          + " integer input, found the inputs " + graph.getInputList().stream().map(ValueInfoProto::getName).toList());
    }
    CheckpointException refusal = null;
    for (String logits : candidates()) {
      for (Map.Entry<String, List<Op>> lookup : lookups.entrySet()) {
        try {
          return find(lookup.getKey(), lookup.getValue(), logits);
        } catch (CheckpointException otherwise) {
          refusal = refusal == null ? otherwise : refusal;
        }
      }
    }
    throw refusal == null
        ? new CheckpointException("no logits were found: looked for a floating-point output that is no cache, found "
            + graph.getOutputList().stream().map(ValueInfoProto::getName).toList())
        : refusal;
  }

  private Found find(String tokens, List<Op> lookups, String logits) throws CheckpointException {
    Flow flow = new Flow(topology, lookups.size() == 1 ? lookups.getFirst().outputs().getFirst() : tokens);
    if (!flow.reaches(logits)) {
      throw new CheckpointException("the output '" + logits + "' does not depend on the tokens in '" + tokens + "'");
    }
    ResidualStream stream = new StreamFinder(topology, flow).find(logits);
    SiteMap map = new SiteMap(SiteNaming.name(topology, flow, stream, logits), stream.layers(), tokens,
        positions(flow, stream.additions().getFirst().before()));
    return new Found(map, stream.biases(), logits);
  }

  /// Outputs that may be the logits, the likeliest first.
  private List<String> candidates() {
    List<String> floats = new ArrayList<>(graph.getOutputList().stream()
        .filter(output -> Set.of(DataType.FLOAT_VALUE, DataType.FLOAT16_VALUE, DataType.BFLOAT16_VALUE)
            .contains(output.getType().getTensorType().getElemType()))
        .map(ValueInfoProto::getName).filter(name -> !name.startsWith("present") && topology.has(name)).toList());
    floats.sort((a, b) -> Boolean.compare(b.equals("logits"), a.equals("logits")));
    return floats;
  }

  /// Tables looked up at an integer input, by input.
  private Map<String, List<Op>> lookups() {
    Map<String, List<Op>> found = new LinkedHashMap<>();
    Set<String> inputs = graph.getInputList().stream().filter(SiteFinder::integers).map(ValueInfoProto::getName)
        .filter(InputRole::mayBeTokens).collect(Collectors.toSet());
    for (Op op : topology.ops()) {
      if (Operators.LOOKUPS.contains(op.type()) && op.inputs().size() > 1 && topology.fixed(op.inputs().get(0))
          && mayBeTable(op.inputs().get(0))) {
        String index = topology.through(op.inputs().get(1), Operators.PASSING);
        if (inputs.contains(index)) {
          found.computeIfAbsent(index, _ -> new ArrayList<>()).add(op);
        }
      }
    }
    return found;
  }

  private static boolean integers(ValueInfoProto input) {
    int type = input.getType().getTensorType().getElemType();
    return type == DataType.INT64_VALUE || type == DataType.INT32_VALUE;
  }

  private boolean mayBeTable(String value) {
    TensorProto weight = weights.get(value);
    return weight == null || weight.getDimsCount() == 2;
  }

  /// Rows of a table that is added to the embedding and does not depend on the tokens: learned positions.
  private Optional<Integer> positions(Flow flow, String embedded) {
    return flow.between(flow.source(), embedded).stream().map(topology::maker).flatMap(Optional::stream)
        .filter(op -> Operators.SUMS.contains(op.type())).flatMap(op -> op.reads().stream())
        .filter(value -> !flow.reaches(value)).map(value -> topology.through(value, Operators.PASSING))
        .map(topology::maker).flatMap(Optional::stream).filter(op -> op.type().equals("Gather"))
        .map(op -> weights.get(op.inputs().getFirst())).filter(table -> table != null && table.getDimsCount() == 2)
        .map(table -> (int) Math.min(Integer.MAX_VALUE, table.getDims(0))).findFirst();
  }
}
