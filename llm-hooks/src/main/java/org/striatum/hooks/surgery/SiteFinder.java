package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.surgery.SiteMap.FoundSite;
import org.striatum.hooks.surgery.SiteMap.Signal;
import org.striatum.hooks.surgery.Topology.Op;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// Finds the hook points of a graph by its topology.
///
/// A residual stream is what every path from the embedding to the logits runs through: attention and MLP only add to
/// it, so each can be bypassed, and the stream cannot. The bottlenecks between embedding and logits are therefore the
/// stream before and after every addition, the final norm and the head. What an addition adds is attention if two
/// activations are multiplied inside it (queries and keys), else an MLP. Inside an MLP the last product with a weight
/// writes back into the stream; what it reads are the neurons.
final class SiteFinder {
  /// Change representation or shape, not what is represented; the value is their first input.
  private static final Set<String> PASSING = Set.of("Identity", "Cast", "Dropout", "Reshape", "Squeeze", "Unsqueeze",
      "Flatten", "QuantizeLinear", "DequantizeLinear");
  private static final Set<String> SELECTING = Set.of("Gather", "Slice", "GatherND");
  private static final Set<String> LINEAR_CUTS = Set.of("Split", "Slice", "Gather");
  private static final Set<String> LINEAR_WITH_CONSTANTS = Set.of("Add", "Sub", "Mul", "Div");
  private static final Set<String> SUMS = Set.of("Add", "Sum");
  private static final Set<String> NORMS = Set.of("LayerNormalization", "SimplifiedLayerNormalization",
      "RMSNormalization", Topology.NORM, "ReduceMean", "ReduceL2", "ReduceSumSquare", "LpNormalization",
      "InstanceNormalization", "GroupNormalization", "BatchNormalization");
  /// Products of a matrix, by the places of their two factors.
  private static final Map<String, int[]> PRODUCTS = products();

  private final GraphProto graph;
  private final Topology topology;
  private final Map<String, FusedNorm> fused = new HashMap<>(); // sum → node
  private final Map<String, TensorProto> weights = new HashMap<>();
  private final String prefix;
  private final Biases biases = new Biases(new HashMap<>());
  private final SortedMap<HookPoint, FoundSite> sites = new TreeMap<>();

  /// Branches to which a fused node adds a bias: they are values only once that node is taken apart.
  ///
  /// @param branchOf node index → the summand the bias belongs to
  record Biases(Map<Integer, String> branchOf) {}

  /// What is found in a graph.
  record Found(SiteMap map, Biases biases, String logits) {}

  /// One addition to the stream.
  ///
  /// @param before the stream that is added to
  /// @param read the same as the sum reads it: floating-point where `before` is stored in fewer bits
  /// @param after the sum
  private record Addition(String before, String read, String after, List<Branch> branches) {
    String kinds() {
      return branches.stream().map(branch -> branch.attention() ? "attention" : "MLP")
          .collect(Collectors.joining(" + "));
    }
  }

  /// What is added.
  ///
  /// @param value as the graph calls it
  /// @param result the same with a fused bias added, else the same
  private record Branch(String value, String result, boolean attention) {}

  private SiteFinder(GraphProto graph, String prefix) throws CheckpointException {
    this.graph = graph;
    this.prefix = prefix;
    this.topology = new Topology(graph, prefix);
    graph.getInitializerList().forEach(tensor -> weights.put(tensor.getName(), tensor));
    for (int i = 0; i < graph.getNodeCount(); i++) {
      if (Topology.SKIP_NORMS.contains(graph.getNode(i).getOpType())) {
        FusedNorm norm = FusedNorm.of(graph.getNode(i), i, prefix);
        fused.put(norm.sum(), norm);
      }
    }
  }

  private static Map<String, int[]> products() {
    Map<String, int[]> products = new HashMap<>();
    for (String first : List.of("MatMul", "Gemm", "FusedMatMul", "FusedGemm", "TransposeMatMul", "MatMulInteger",
        "MatMulNBits", "MatMulBnb4", "MatMulFpQ4", "MatMulIntegerToFloat", "DynamicQuantizeMatMul", "GemmFastGelu",
        "GemmFloat8", "Einsum", "Conv", "ConvInteger")) {
      products.put(first, new int[]{0, 1});
    }
    products.put("QLinearMatMul", new int[]{0, 3});
    products.put("QGemm", new int[]{0, 3});
    return Map.copyOf(products);
  }

  /// @throws CheckpointException saying what was looked for and what was found instead
  static Found find(GraphProto graph, String prefix) throws CheckpointException {
    return new SiteFinder(graph, prefix).find();
  }

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
          sites.clear();
          biases.branchOf().clear();
          String source = lookup.getValue().size() == 1
              ? lookup.getValue().getFirst().outputs().getFirst()
              : lookup.getKey();
          return find(lookup.getKey(), source, logits);
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
        .filter(Role::mayBeTokens).collect(Collectors.toSet());
    for (Op op : topology.ops()) {
      if (Set.of("Gather", "GatherBlockQuantized").contains(op.type()) && op.inputs().size() > 1
          && topology.fixed(op.inputs().get(0)) && isTable(op.inputs().get(0))) {
        String index = through(op.inputs().get(1), PASSING);
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

  private boolean isTable(String value) {
    TensorProto weight = weights.get(value);
    return weight == null || weight.getDimsCount() == 2;
  }

  /// Goes back while a value is another in a different guise.
  private String through(String value, Set<String> types) {
    String at = value;
    while (true) {
      Optional<Op> maker = topology.maker(at);
      if (maker.isEmpty() || !types.contains(maker.get().type()) || !at.equals(maker.get().outputs().getFirst())) {
        return at;
      }
      at = maker.get().inputs().getFirst();
    }
  }

  private Found find(String tokens, String source, String logits) throws CheckpointException {
    Set<String> stream = topology.downstream(source);
    if (!stream.contains(logits)) {
      throw new CheckpointException("the output '" + logits + "' does not depend on the tokens in '" + tokens + "'");
    }
    List<String> bottlenecks = topology.bottlenecks(source, logits, stream);
    List<Addition> additions = new ArrayList<>();
    int last = 0; // place of the last addition's sum
    for (int i = 1; i < bottlenecks.size(); i++) {
      Optional<Addition> addition = addition(bottlenecks.get(i - 1), bottlenecks.get(i), stream);
      if (addition.isPresent()) {
        if (!additions.isEmpty()) {
          checkUnchanged(additions.getLast(), bottlenecks.subList(last, i));
        }
        additions.add(addition.get());
        last = i;
      }
    }
    if (additions.isEmpty()) {
      throw new CheckpointException("no residual stream was found: looked for additions that every path from the"
          + " embedding to '" + logits + "' runs through, found " + topology.between(source, logits, stream).size()
          + " values on those paths and " + bottlenecks.size() + " common to all, none of them a sum of the stream and"
          + " what attention or an MLP makes of it");
    }
    name(additions, stream);
    head(bottlenecks.subList(last, bottlenecks.size()), logits, stream);
    return new Found(new SiteMap(sites, layers(additions), tokens, positions(source, additions.getFirst().before())),
        biases, logits);
  }

  private Optional<Addition> addition(String before, String after, Set<String> stream) {
    Op op = topology.maker(after).orElseThrow();
    if (!SUMS.contains(op.type())) {
      return Optional.empty();
    }
    List<String> summands = new ArrayList<>();
    Optional<String> found = summands(after, before, stream, summands);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    List<Branch> branches = new ArrayList<>();
    for (String summand : summands) {
      branches.addAll(branches(summand, before, stream));
    }
    FusedNorm norm = fused.get(after);
    if (norm != null && !norm.bias().isEmpty() && branches.size() == 1) {
      Branch branch = branches.getFirst();
      biases.branchOf().put(norm.node(), branch.value());
      branches = List.of(new Branch(branch.value(), biased(norm.node()), branch.attention()));
    }
    boolean stored = !found.get().equals(before)
        && topology.maker(found.get()).map(maker -> maker.type().equals("DequantizeLinear")).orElse(false);
    return branches.isEmpty()
        ? Optional.empty()
        : Optional.of(new Addition(before, stored ? found.get() : before, after, branches));
  }

  private String biased(int node) {
    return prefix + "biased" + node;
  }

  /// Collects what is added to `before`; the operand that is `before`, empty if the sum does not contain it.
  private Optional<String> summands(String sum, String before, Set<String> stream, List<String> summands) {
    Optional<String> found = Optional.empty();
    for (String operand : topology.maker(sum).orElseThrow().inputs()) {
      if (operand.isEmpty() || !stream.contains(operand)) {
        continue;
      }
      if (found.isEmpty() && through(operand, PASSING).equals(through(before, PASSING))) {
        found = Optional.of(operand);
      } else if (found.isEmpty() && isSum(operand) && holds(operand, before)) {
        found = summands(operand, before, stream, summands);
      } else {
        summands.add(operand);
      }
    }
    return found;
  }

  private boolean isSum(String value) {
    return topology.maker(value).map(op -> SUMS.contains(op.type())).orElse(false);
  }

  /// Whether a tree of sums has `before` among its leaves.
  private boolean holds(String sum, String before) {
    ArrayDeque<String> open = new ArrayDeque<>(List.of(sum));
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String value = open.remove();
      if (through(value, PASSING).equals(through(before, PASSING))) {
        return true;
      }
      if (isSum(value) && seen.add(value) && topology.number(value) > topology.number(before)) {
        open.addAll(topology.maker(value).orElseThrow().reads());
      }
    }
    return false;
  }

  /// One branch; two where a sum joins attention and an MLP that read the same stream.
  private List<Branch> branches(String summand, String before, Set<String> stream) {
    boolean attention = attends(before, summand, stream);
    if (attention && isSum(summand)) {
      List<String> parts = topology.maker(summand).orElseThrow().inputs().stream()
          .filter(part -> stream.contains(part)).toList();
      List<Boolean> attending = parts.stream().map(part -> attends(before, part, stream)).toList();
      if (parts.size() == 2 && !attending.get(0).equals(attending.get(1))) {
        return List.of(new Branch(parts.get(0), parts.get(0), attending.get(0)),
            new Branch(parts.get(1), parts.get(1), attending.get(1)));
      }
    }
    return List.of(new Branch(summand, summand, attention));
  }

  /// Whether two activations are multiplied, or a fused attention runs, on the way.
  private boolean attends(String from, String to, Set<String> stream) {
    return topology.between(from, to, stream).stream().map(topology::maker).flatMap(Optional::stream)
        .anyMatch(op -> op.type().contains("Attention") || factors(op, stream) == 2);
  }

  /// How many factors of a product are activations: 0 for what is no product.
  private static int factors(Op op, Set<String> stream) {
    int[] places = PRODUCTS.get(op.type());
    if (places == null) {
      return 0;
    }
    int activations = 0;
    for (int place : places) {
      if (place < op.inputs().size() && stream.contains(op.inputs().get(place))) {
        activations++;
      }
    }
    return activations;
  }

  /// Whether weights are multiplied on the way.
  private boolean multiplies(String from, String to, Set<String> stream) {
    return topology.between(from, to, stream).stream().filter(value -> !value.equals(from)).map(topology::maker)
        .flatMap(Optional::stream).anyMatch(op -> factors(op, stream) == 1);
  }

  /// Between two additions nothing may happen to the stream.
  private void checkUnchanged(Addition previous, List<String> between) throws CheckpointException {
    for (String value : between.subList(1, between.size())) {
      Op op = topology.maker(value).orElseThrow();
      if (!PASSING.contains(op.type())) {
        throw new CheckpointException("the residual stream is not a sum: behind " + describe(previous.after()) + " ("
            + previous.kinds() + ") it goes through " + op.name()
            + ", as in models that normalise the stream itself, before more is added");
      }
    }
  }

  // Naming.

  private static int layers(List<Addition> additions) {
    return parallel(additions) ? additions.size() : additions.size() / 2;
  }

  private static boolean parallel(List<Addition> additions) {
    return additions.getFirst().branches().size() == 2;
  }

  private void name(List<Addition> additions, Set<String> stream) throws CheckpointException {
    boolean parallel = parallel(additions);
    boolean regular = parallel || additions.size() % 2 == 0;
    for (int i = 0; i < additions.size(); i++) {
      String expected = parallel ? "" : i % 2 == 0 ? "attention" : "MLP";
      Addition addition = additions.get(i);
      regular &= parallel
          ? addition.branches().size() == 2
              && addition.branches().get(0).attention() != addition.branches().get(1).attention()
          : addition.kinds().equals(expected);
    }
    if (!regular) {
      throw new CheckpointException("no transformer blocks were found: looked for attention and MLP added in turn (or"
          + " together), found " + additions.size() + " additions to the stream: "
          + additions.stream().limit(8).map(Addition::kinds).toList() + (additions.size() > 8 ? " …" : ""));
    }
    String entering = additions.getFirst().read();
    put(HookPoint.EMBED, entering, "what the first block reads, " + describe(entering));
    for (int layer = 0; layer < layers(additions); layer++) {
      Addition first = additions.get(parallel ? layer : 2 * layer);
      Addition second = additions.get(parallel ? layer : 2 * layer + 1);
      put(new HookPoint(layer, Site.RESID_PRE), entering, layer == 0
          ? "the embedding, " + describe(entering)
          : "the stream block " + (layer - 1) + " leaves, " + describe(entering));
      for (Branch branch : first.branches()) {
        branch(layer, branch, first, stream);
      }
      if (!parallel) {
        put(new HookPoint(layer, Site.RESID_MID), first.after(), describe(first.after()) + ": stream + attention");
        branch(layer, second.branches().getFirst(), second, stream);
      }
      put(HookPoint.residPost(layer), second.after(),
          describe(second.after()) + ": stream + " + (parallel ? second.kinds() : "MLP"));
      entering = second.after();
    }
  }

  private void branch(int layer, Branch branch, Addition addition, Set<String> stream) {
    put(new HookPoint(layer, branch.attention() ? Site.ATTN_OUT : Site.MLP_OUT), branch.result(),
        describe(branch.value()) + (branch.result().equals(branch.value()) ? "" : " with its bias") + ": what "
            + (branch.attention() ? "attention" : "the MLP") + " adds at " + describe(addition.after()));
    if (!branch.attention()) {
      neurons(layer, addition.before(), branch.value(), stream);
    }
  }

  private void put(HookPoint point, String value, String recognition) {
    sites.put(point, new FoundSite(value, recognition, new Signal(value, "")));
  }

  private String describe(String value) {
    FusedNorm norm = fused.get(value);
    if (norm != null) {
      return "output 3 of " + Topology.name(graph.getNode(norm.node()));
    }
    return topology.maker(value).map(Op::name).orElse("input " + value);
  }

  // MLP neurons.

  private void neurons(int layer, String from, String to, Set<String> stream) {
    List<String> chain = topology.bottlenecks(from, to, stream);
    int down = chain.size() - 1;
    while (down > 0 && !multiplies(chain.get(down - 1), chain.get(down), stream)) {
      down--;
    }
    if (down == 0) {
      return;
    }
    String neurons = through(chain.get(down - 1), PASSING);
    int place = chain.indexOf(neurons);
    if (place < 1 || !multiplies(from, neurons, stream)) {
      return; // no projection up: these are not neurons
    }
    Optional<Signal> signal = gated(from, neurons, stream).or(() -> activated(chain.subList(0, place + 1), stream));
    sites.put(HookPoint.mlpPost(layer),
        new FoundSite(neurons, describe(neurons) + ": what the product that writes back into the stream reads"
            + signal.map(z -> "; gated by " + describe(z.value())).orElse("; gated by itself"),
            signal.orElse(new Signal(neurons, ""))));
  }

  /// a ⊙ b, only one of them behind a non-linearity: its input is the signal.
  private Optional<Signal> gated(String from, String neurons, Set<String> stream) {
    Op op = topology.maker(neurons).orElseThrow();
    if (!op.type().equals("Mul")) {
      return Optional.empty();
    }
    List<String> sides = op.inputs().stream().filter(stream::contains).toList();
    if (sides.size() != 2) {
      return Optional.empty();
    }
    List<Optional<Signal>> signals = sides.stream()
        .map(side -> activated(topology.bottlenecks(from, side, stream), stream)).toList();
    return signals.get(0).isPresent() == signals.get(1).isPresent()
        ? Optional.empty()
        : signals.get(0).or(() -> signals.get(1));
  }

  /// The value behind the last product on a chain and its bias, if something non-linear follows.
  private Optional<Signal> activated(List<String> chain, Set<String> stream) {
    int at = chain.size() - 1;
    while (at > 0 && !multiplies(chain.get(at - 1), chain.get(at), stream)) {
      at--;
    }
    while (at + 1 < chain.size() && isLinear(topology.maker(chain.get(at + 1)).orElseThrow(), stream)) {
      at++;
    }
    if (at == 0 || at + 1 >= chain.size()) {
      return Optional.empty();
    }
    Op activation = topology.maker(chain.get(at + 1)).orElseThrow();
    boolean withBias = Set.of("FastGelu", "BiasGelu").contains(activation.type()) && activation.inputs().size() > 1
        && activation.inputs().getFirst().equals(chain.get(at));
    return Optional.of(new Signal(chain.get(at), withBias ? activation.inputs().get(1) : ""));
  }

  /// Biases, scales and cuts with constants.
  private static boolean isLinear(Op op, Set<String> stream) {
    long streams = op.reads().stream().filter(stream::contains).count();
    return PASSING.contains(op.type()) || LINEAR_CUTS.contains(op.type())
        || (LINEAR_WITH_CONSTANTS.contains(op.type()) && streams == 1);
  }

  // Final norm and head.

  private void head(List<String> chain, String logits, Set<String> stream) throws CheckpointException {
    int product = 1;
    while (product < chain.size() && !multiplies(chain.get(product - 1), chain.get(product), stream)) {
      product++;
    }
    if (product == chain.size()) {
      throw new CheckpointException(
          "no head was found: looked for a product with a weight between the last block and '" + logits + "'");
    }
    Set<String> passing = new HashSet<>(PASSING);
    passing.addAll(SELECTING);
    String normed = through(chain.get(product - 1), passing);
    String leaving = chain.getFirst();
    boolean norm = chain.contains(normed) && topology.between(leaving, normed, stream).stream()
        .filter(value -> !value.equals(leaving)).map(topology::maker).flatMap(Optional::stream)
        .anyMatch(op -> NORMS.contains(op.type()));
    if (!norm) {
      throw new CheckpointException("no final norm was found: looked for LayerNorm or RMSNorm between "
          + describe(leaving) + " and the head, found "
          + chain.subList(0, product).stream().skip(1).map(this::describe).toList());
    }
    put(HookPoint.FINAL_NORM, normed, describe(normed) + ": the norm before the head");
    put(HookPoint.LOGITS, logits, "output '" + logits + "': the head's product");
  }

  /// Rows of a table added to the embedding that does not depend on the tokens.
  private Optional<Integer> positions(String source, String embedded) {
    Set<String> stream = topology.downstream(source);
    return topology.between(source, embedded, stream).stream().map(topology::maker).flatMap(Optional::stream)
        .filter(op -> SUMS.contains(op.type())).flatMap(op -> op.reads().stream())
        .filter(value -> !stream.contains(value)).map(value -> through(value, PASSING)).map(topology::maker)
        .flatMap(Optional::stream).filter(op -> op.type().equals("Gather"))
        .map(op -> weights.get(op.inputs().getFirst())).filter(table -> table != null && table.getDimsCount() == 2)
        .map(table -> (int) Math.min(Integer.MAX_VALUE, table.getDims(0))).findFirst();
  }
}
