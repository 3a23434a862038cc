package org.striatum.hooks.onnx;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.LowRankPath;
import org.striatum.hooks.checkpoint.UnusableWeightException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Activation;
import org.striatum.hooks.decoder.Attention;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.LayerNorm;
import org.striatum.hooks.decoder.Recurrence;
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.decoder.Routing;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// Interprets a decoder's description as an ONNX graph. A value `T` is the name of a graph value.
///
/// Rows are laid out by a [Packing]: one for each distinct beginning of the sequences, no padding. Inputs: `position_ids`
/// (rows); `input_ids` (rows), or `hidden` (rows, d) above a layer. Attention alone sees sequences: `row_at` (batch,
/// positions) says which row each place takes, `place_of` (rows) at which of the batch · positions places a row's
/// result is found, `seqlens_k` and `total_sequence_length` are GroupQueryAttention's. With a cache `past_key.l` and
/// `past_value.l`; `rows` and `targets` for a head on chosen rows; five inputs a gate; an adapter's tensors.
final class OnnxInterpreter implements Tensors<String> {
  static final String LOGITS = "logits";
  static final String SCORES = "scores";

  private static final long BOOL = DataType.BOOL.getNumber();
  private static final long INT64 = DataType.INT64.getNumber();

  /// Elements of a weight's part that is widened on its own: 128 MB.
  private static final long WIDENED_AT_ONCE = 32L << 20;

  private OnnxGraph graph = new OnnxGraph(); // of the branch that is being written
  private final OnnxGraph whole = graph;
  private final Checkpoint checkpoint;
  private final DecoderShape shape;
  private final GraphSpec spec;
  private final Map<String, String> weights = new HashMap<>();
  private Map<String, String> widened = new HashMap<>();
  private final Set<String> regated = new HashSet<>(); // weights of experts that a gate changes
  private final Map<Rope, Turn> turns = new HashMap<>();
  private final Map<String, String> adapterInputs = new HashMap<>();
  private String rowNumbers; // null until it is asked for
  private final Map<String, String> offsets = new HashMap<>(); // norm weights with their offset added

  /// amplitude · cos and sin of position · frequency: (rows, rotated width / 2) each.
  private record Turn(String cosines, String sines) {}

  private OnnxInterpreter(Checkpoint checkpoint, DecoderShape shape, GraphSpec spec) {
    this.checkpoint = checkpoint;
    this.shape = shape;
    this.spec = spec;
  }

  /// The graph of `decoder` over the weights of `checkpoint`: serialised, weights external.
  ///
  /// @throws CheckpointException if a weight is missing or misshapen
  static byte[] interpret(Decoder decoder, Checkpoint checkpoint, GraphSpec spec) throws CheckpointException {
    try {
      return new OnnxInterpreter(checkpoint, decoder.shape(), spec).interpret(decoder);
    } catch (UnusableWeightException unusable) {
      throw unusable.refusal();
    }
  }

  private byte[] interpret(Decoder decoder) {
    graph.input("position_ids", DataType.INT64, -1);
    graph.input("row_at", DataType.INT32, -1, -1);
    graph.input("place_of", DataType.INT32, -1);
    graph.input("seqlens_k", DataType.INT32, -1);
    graph.input("total_sequence_length", DataType.INT32);
    String x;
    if (spec.from() < 0) {
      graph.input("input_ids", DataType.INT64, -1);
      x = decoder.embed(this);
    } else {
      HookPoint entry = HookPoint.residPost(spec.from());
      graph.input("hidden", DataType.FLOAT, -1, shape.width());
      x = hook(entry, "hidden", "hidden");
    }
    int layers = spec.head() == GraphSpec.Head.NONE ? deepest() + 1 : shape.layers();
    for (int layer = spec.from() + 1; layer < layers; layer++) {
      x = decoder.block(this, layer, x);
    }
    if (spec.head() != GraphSpec.Head.NONE) {
      head(decoder, x);
    }
    return graph.bytes();
  }

  private int deepest() {
    return spec.recorded().stream().mapToInt(HookPoint::layer).max().orElse(-1);
  }

  private void head(Decoder decoder, String x) {
    if (spec.head() != GraphSpec.Head.ALL) {
      graph.input("rows", DataType.INT64, -1);
      x = graph.node("Gather", List.of(x, "rows"), attribute("axis", 0));
    }
    String logits = decoder.head(this, x);
    if (spec.head() == GraphSpec.Head.SCORED) {
      graph.input("targets", DataType.INT64, -1, 1);
      String logProbabilities = graph.node("LogSoftmax", List.of(logits), attribute("axis", -1));
      graph.output(SCORES,
          graph.node("GatherElements", List.of(logProbabilities, "targets"), attribute("axis", 1)), DataType.FLOAT, -1,
          1);
    } else if (!spec.recorded().contains(HookPoint.LOGITS)) {
      graph.output(LOGITS, logits, DataType.FLOAT, -1, shape.vocabulary());
    }
  }

  @Override
  public String embed(Weight table) {
    String rows = widened(graph.node("Gather", List.of(stored(table), "input_ids")), table);
    Optional<LowRankPath> path = UnusableWeightException.asked(() -> checkpoint.table(table));
    return path.isEmpty() ? rows : withTablePath(rows, path.get());
  }

  /// rows + scale · down[:, tokens]ᵀ · upᵀ
  private String withTablePath(String rows, LowRankPath path) {
    String down = graph.node("Gather", List.of(adapterInput(path.down()), "input_ids"), attribute("axis", 1));
    return graph.node("Gemm", List.of(inF32(down, path.down()), inF32(adapterInput(path.up()), path.up()), rows),
        attribute("transA", 1), attribute("transB", 1), attribute("alpha", (float) path.scale()));
  }

  /// product + scale · (x · downᵀ) · upᵀ, where an adapter has a path beside the product.
  private String withPath(String product, String x, Weight weight, int inputAxis) {
    Optional<LowRankPath> path = UnusableWeightException.asked(() -> checkpoint.product(weight, inputAxis));
    if (path.isEmpty()) {
      return product;
    }
    String inner = graph.node("Gemm", List.of(x, inF32(adapterInput(path.get().down()), path.get().down())),
        attribute("transB", 1));
    return graph.node("Gemm", List.of(inner, inF32(adapterInput(path.get().up()), path.get().up()), product),
        attribute("transB", 1), attribute("alpha", (float) path.get().scale()));
  }

  /// A tensor of the adapter: an input of the graph, fed from the adapter's mapped file ([AdapterInputs]).
  private String adapterInput(TensorInfo tensor) {
    return adapterInputs.computeIfAbsent(tensor.name(), name -> whole.input(AdapterInputs.name(name),
        OnnxGraph.typeOf(tensor.dtype()), tensor.shape().stream().mapToLong(Long::longValue).toArray()));
  }

  private String inF32(String value, TensorInfo tensor) {
    return tensor.dtype() == DType.F32
        ? value
        : graph.node("Cast", List.of(value), attribute("to", DataType.FLOAT.getNumber()));
  }

  @Override
  public String embedPositions(Weight table, int offset) {
    String rows = offset == 0 ? "position_ids" : add("position_ids", graph.longs(offset));
    return widened(graph.node("Gather", List.of(stored(table), rows)), table);
  }

  @Override
  public String linear(String x, Weight weight, Weight bias) {
    return withPath(linearAlone(x, weight, bias), x, weight, 1);
  }

  private String linearAlone(String x, Weight weight, Weight bias) {
    long outputs = weight.shape().getFirst();
    long elements = outputs * weight.shape().get(1);
    boolean whole = bias != null || dtype(weight) == DType.F32 || checkpoint.isReplaced(weight);
    if (whole || elements <= 2 * WIDENED_AT_ONCE) {
      return product(x, weight, bias, 1);
    }
    // The head of a large vocabulary: widened whole, it would take more memory than everything else.
    int parts = Math.toIntExact(Math.ceilDiv(elements, WIDENED_AT_ONCE));
    return graph.node("Concat",
        IntStream.range(0, parts)
            .mapToObj(i -> graph.node("Gemm", List.of(x, slice(weight, outputs * i / parts, outputs * (i + 1) / parts)),
                attribute("transB", 1)))
            .toList(),
        attribute("axis", 1));
  }

  /// Rows `from` (inclusive) to `to` (exclusive) of a weight, widened.
  private String slice(Weight weight, long from, long to) {
    TensorFile file = file(weight);
    TensorInfo whole = where(weight, file.tensor(weight.name()));
    long rowBytes = whole.byteLength() / weight.shape().getFirst();
    TensorInfo rows = new TensorInfo("%s[%d:%d]".formatted(weight.key(), from, to), whole.dtype(),
        List.of(to - from, weight.shape().get(1)), whole.offset() + from * rowBytes, (to - from) * rowBytes);
    return graph.early("Cast", graph.external(rows, file.path().getFileName().toString()),
        attribute("to", DataType.FLOAT.getNumber()));
  }

  @Override
  public String conv1d(String x, Weight weight, Weight bias) {
    return withPath(product(x, weight, bias, 0), x, weight, 0);
  }

  private String product(String x, Weight weight, Weight bias, int transposed) {
    List<String> inputs = bias == null ? List.of(x, weight(weight)) : List.of(x, weight(weight), weight(bias));
    return graph.node("Gemm", inputs, attribute("transB", transposed));
  }

  @Override
  public String rmsNorm(String x, int groups, Weight weight, double offset, double epsilon) {
    long n = weight.shape().getFirst();
    List<String> inputs = List.of(grouped(x, groups, n), offset(weight, offset));
    String normed = graph.node("SimplifiedLayerNormalization", inputs, attribute("axis", -1),
        attribute("epsilon", (float) epsilon), attribute("stash_type", 1));
    return groups == 1 ? normed : graph.node("Reshape", List.of(normed, graph.longs(-1, groups * n)));
  }

  @Override
  public String layerNorm(String x, LayerNorm norm) {
    int n = norm.width();
    boolean ones = norm.weight() == null || norm.weightByGroup();
    String factors = ones ? ones(n) : offset(norm.weight(), norm.offset());
    List<String> inputs = new ArrayList<>(List.of(grouped(x, norm.groups(), n), factors));
    if (norm.bias() != null) {
      inputs.add(weight(norm.bias()));
    }
    String normed = graph.node("LayerNormalization", inputs, attribute("axis", -1),
        attribute("epsilon", (float) norm.epsilon()), attribute("stash_type", 1));
    if (norm.weightByGroup()) {
      normed = multiply(normed, offset(norm.weight(), norm.offset()));
    }
    return norm.groups() == 1
        ? normed
        : graph.node("Reshape", List.of(normed, graph.longs(-1, (long) norm.groups() * n)));
  }

  private String ones(int n) {
    float[] ones = new float[n];
    Arrays.fill(ones, 1);
    return offsets.computeIfAbsent("ones of " + n, _ -> graph.floats(ones, n));
  }

  /// A norm's weight with its offset added.
  private String offset(Weight weight, double offset) {
    return offset == 0
        ? weight(weight)
        : offsets.computeIfAbsent(weight.key(), _ -> add(weight(weight), graph.scalar((float) offset)));
  }

  private String grouped(String x, int groups, long n) {
    return groups == 1 ? x : graph.node("Reshape", List.of(x, graph.longs(-1, groups, n)));
  }

  @Override
  public String add(String a, String b) {
    return graph.node("Add", List.of(a, b));
  }

  @Override
  public String multiply(String a, String b) {
    return graph.node("Mul", List.of(a, b));
  }

  @Override
  public String scale(String x, double factor) {
    return factor == 1 ? x : multiply(x, graph.scalar((float) factor));
  }

  @Override
  public String clip(String x, double least, double most) {
    return graph.node("Clip", List.of(x, graph.scalar((float) least), graph.scalar((float) most)));
  }

  @Override
  public String growByPosition(String x, double beta, int context) {
    String whole = graph.node("Floor", List.of(graph.node("Div", List.of(positions(), graph.scalar((float) context)))));
    String growth = scale(graph.node("Log", List.of(add(whole, graph.scalar(1f)))), beta);
    return multiply(x, add(growth, graph.scalar(1f)));
  }

  /// Each row's position: (rows, 1).
  private String positions() {
    return graph.node("Cast", List.of(graph.node("Reshape", List.of("position_ids", graph.longs(-1, 1)))),
        attribute("to", DataType.FLOAT.getNumber()));
  }

  @Override
  public String unitNorm(String x, int groups, int n, double epsilon) {
    String normed = graph.node("SimplifiedLayerNormalization", List.of(grouped(x, groups, n), ones(n)),
        attribute("axis", -1), attribute("epsilon", (float) epsilon), attribute("stash_type", 1));
    return groups == 1 ? normed : graph.node("Reshape", List.of(normed, graph.longs(-1, (long) groups * n)));
  }

  @Override
  public String parameter(Weight weight) {
    return weight(weight);
  }

  @Override
  public String exp(String x) {
    return graph.node("Exp", List.of(x));
  }

  @Override
  public String softplus(String x) {
    return graph.node("Softplus", List.of(x));
  }

  @Override
  public String repeat(String x, int groups, int width, int times) {
    if (times == 1) {
      return x;
    }
    String byGroup = graph.node("Reshape", List.of(x, graph.longs(-1, groups, 1, width)));
    String repeated = graph.node("Expand", List.of(byGroup, graph.longs(1, groups, times, width)));
    return graph.node("Reshape", List.of(repeated, graph.longs(-1, (long) groups * times * width)));
  }

  /// The kernel's positions one by one, each a product with x moved along the sequence. With a cache the positions before this
  /// run are an input, the last ones of each sequence an output.
  @Override
  public String convolve(int layer, String x, Weight kernel, Weight bias) {
    int channels = Math.toIntExact(kernel.shape().get(0));
    int before = Math.toIntExact(kernel.shape().get(2)) - 1;
    String sequences = graph.node("Gather", List.of(x, "row_at"), attribute("axis", 0));
    String whole = spec.cached()
        ? graph.node("Concat",
            List.of(graph.input("past_convolved." + layer, DataType.FLOAT, -1, before, channels), sequences),
            attribute("axis", 1))
        : graph.node("Pad", List.of(sequences, graph.longs(0, before, 0, 0, 0, 0)));
    String factors = graph.node("Transpose",
        List.of(graph.node("Reshape", List.of(weight(kernel), graph.longs(channels, before + 1)))));
    String sum = bias == null ? null : weight(bias);
    for (int j = 0; j <= before; j++) {
      long end = j == before ? Integer.MAX_VALUE : j - before;
      String moved = graph.node("Slice", List.of(whole, graph.longs(j), graph.longs(end), graph.longs(1)));
      String product = multiply(moved, graph.node("Gather", List.of(factors, graph.scalar((long) j))));
      sum = sum == null ? product : add(product, sum);
    }
    if (spec.cached()) {
      long[] steps = LongStream.range(0, before).toArray();
      String at = add(graph.node("Unsqueeze", List.of(fresh(), graph.longs(1))), graph.longs(steps));
      graph.named("", "GatherND", List.of(whole, graph.node("Unsqueeze", List.of(at, graph.longs(2)))),
          List.of("present_convolved." + layer), attribute("batch_dims", 1));
      graph.exposed("present_convolved." + layer, DataType.FLOAT, -1, before, channels);
    }
    return rows(sum, channels);
  }

  /// Tokens of each sequence in this run: (batch).
  private String fresh() {
    String total = add(cast("seqlens_k", INT64), graph.scalar(1L));
    return graph.node("Min", List.of(total, positionsOfRun()));
  }

  /// The places of each sequence in this run, a scalar.
  private String positionsOfRun() {
    return graph.node("Gather", List.of(graph.node("Shape", List.of("row_at")), graph.scalar(1L)));
  }

  /// (batch, positions, …) → (rows, width).
  private String rows(String sequences, int width) {
    return graph.node("Gather", List.of(graph.node("Reshape", List.of(sequences, graph.longs(-1, width))), "place_of"),
        attribute("axis", 0));
  }

  /// A `Scan` along positions, all sequences and heads at once. With a cache the state is an input and an output; places behind
  /// a sequence's end leave it as it is.
  @Override
  public String recur(int layer, Recurrence sizes, Flow<String> flow) {
    int heads = sizes.heads();
    int n = sizes.keyWidth();
    int v = sizes.valueWidth();
    String keys = bySequence(flow.keys(), heads, n, 1);
    String decay = bySequence(flow.decay(), heads, 1, 1);
    if (spec.cached()) {
      String place = graph.node("Range", List.of(graph.scalar(0L), positionsOfRun(), graph.scalar(1L)));
      String real = graph.node("Less", List.of(place, graph.node("Unsqueeze", List.of(fresh(), graph.longs(1)))));
      real = graph.node("Unsqueeze", List.of(real, graph.longs(2, 3, 4)));
      keys = graph.node("Where", List.of(real, keys, graph.scalar(0f)));
      decay = graph.node("Where", List.of(real, decay, graph.scalar(1f)));
    }
    List<String> inputs = new ArrayList<>(List.of(state(layer, sizes), bySequence(flow.queries(), heads, 1, n), keys,
        bySequence(flow.values(), heads, 1, v), decay));
    OnnxGraph step = graph.inner();
    if (flow.rate() != null) {
      inputs.add(bySequence(flow.rate(), heads, 1, 1));
    }
    stepOfRecurrence(step, sizes, flow.rate() != null);
    long[] alongPositions = LongStream.range(1, inputs.size()).map(_ -> 1).toArray();
    List<String> outputs = List.of("present_state." + layer, "recurred." + layer);
    graph.named("", "Scan", inputs, outputs, attribute("num_scan_inputs", inputs.size() - 1L), attribute("body", step),
        attribute("scan_input_axes", alongPositions), attribute("scan_output_axes", new long[]{1}));
    if (spec.cached()) {
      graph.exposed(outputs.get(0), DataType.FLOAT, -1, heads, n, v);
    }
    return rows(outputs.get(1), heads * v);
  }

  /// (rows, heads · a · b) → (batch, positions, heads, a, b).
  private String bySequence(String x, int heads, int a, int b) {
    String sequences = graph.node("Gather", List.of(x, "row_at"), attribute("axis", 0));
    return graph.node("Reshape", List.of(sequences, graph.longs(0, 0, heads, a, b)));
  }

  private String state(int layer, Recurrence sizes) {
    if (spec.cached()) {
      return graph.input("past_state." + layer, DataType.FLOAT, -1, sizes.heads(), sizes.keyWidth(),
          sizes.valueWidth());
    }
    String batch = graph.node("Slice",
        List.of(graph.node("Shape", List.of("row_at")), graph.longs(0), graph.longs(1)));
    return graph.node("Expand", List.of(graph.scalar(0f), graph.node("Concat",
        List.of(batch, graph.longs(sizes.heads(), sizes.keyWidth(), sizes.valueWidth())), attribute("axis", 0))));
  }

  /// One position: the state (batch, heads, key, value) and what is read, to the next state and query · state.
  private static void stepOfRecurrence(OnnxGraph step, Recurrence sizes, boolean delta) {
    int heads = sizes.heads();
    int n = sizes.keyWidth();
    int v = sizes.valueWidth();
    String state = step.input("state", DataType.FLOAT, -1, heads, n, v);
    String query = step.input("query", DataType.FLOAT, -1, heads, 1, n);
    String key = step.input("key", DataType.FLOAT, -1, heads, n, 1);
    String value = step.input("value", DataType.FLOAT, -1, heads, 1, v);
    String kept = step.node("Mul", List.of(state, step.input("decay", DataType.FLOAT, -1, heads, 1, 1)));
    if (delta) {
      String rate = step.input("rate", DataType.FLOAT, -1, heads, 1, 1);
      String row = step.node("Reshape", List.of(key, step.longs(-1, heads, 1, n)));
      String known = step.node("MatMul", List.of(row, kept));
      value = step.node("Mul", List.of(step.node("Sub", List.of(value, known)), rate));
    }
    String next = step.node("Add", List.of(kept, step.node("Mul", List.of(key, value))));
    step.exposed(next, DataType.FLOAT, -1, heads, n, v);
    step.exposed(step.node("MatMul", List.of(query, next)), DataType.FLOAT, -1, heads, 1, v);
  }

  @Override
  public String softCap(String x, double cap) {
    String capped = graph.node("Tanh", List.of(graph.node("Div", List.of(x, graph.scalar((float) cap)))));
    return scale(capped, cap);
  }

  @Override
  public String activate(String x, Activation activation) {
    return switch (activation) {
      case SILU -> multiply(x, graph.node("Sigmoid", List.of(x)));
      case GELU -> scale(multiply(x, add(graph.scalar(1f),
          graph.node("Erf", List.of(graph.node("Div", List.of(x, graph.scalar((float) Math.sqrt(2)))))))), 0.5);
      case GELU_TANH -> {
        String cubic = scale(multiply(multiply(x, x), x), 0.044715);
        String inner = scale(add(x, cubic), Math.sqrt(2 / Math.PI));
        yield scale(multiply(x, add(graph.scalar(1f), graph.node("Tanh", List.of(inner)))), 0.5);
      }
      case GELU_QUICK -> multiply(x, graph.node("Sigmoid", List.of(scale(x, 1.702))));
      case RELU -> graph.node("Relu", List.of(x));
      case RELU_SQUARED -> {
        String positive = graph.node("Relu", List.of(x));
        yield multiply(positive, positive);
      }
      case SIGMOID -> graph.node("Sigmoid", List.of(x));
      case TANH -> graph.node("Tanh", List.of(x));
    };
  }

  @Override
  public String xielu(String x, Weight alphaP, Weight alphaN, Weight beta, Weight epsilon) {
    String linear = multiply(x, weight(beta));
    String above = multiply(multiply(graph.node("Softplus", List.of(weight(alphaP))), x), x);
    String slope = add(weight(beta), graph.node("Softplus", List.of(weight(alphaN))));
    String exponential = graph.node("Exp", List.of(graph.node("Min", List.of(x, weight(epsilon)))));
    String bent = graph.node("Sub", List.of(graph.node("Sub", List.of(exponential, graph.scalar(1f))), x));
    String positive = graph.node("Greater", List.of(x, graph.scalar(0f)));
    return add(graph.node("Where", List.of(positive, above, multiply(bent, slope))), linear);
  }

  @Override
  public String sideBySide(List<String> parts) {
    return graph.node("Concat", parts, attribute("axis", 1));
  }

  @Override
  public String columns(String x, int groups, int width, int from, int to) {
    if (groups == 1) {
      return graph.node("Slice", List.of(x, graph.longs(from), graph.longs(to), graph.longs(1)));
    }
    String byGroup = graph.node("Reshape", List.of(x, graph.longs(-1, groups, width)));
    String taken = graph.node("Slice", List.of(byGroup, graph.longs(from), graph.longs(to), graph.longs(2)));
    return graph.node("Reshape", List.of(taken, graph.longs(-1, (long) groups * (to - from))));
  }

  /// (x₁, x₂) → (x₁ cos − x₂ sin, x₂ cos + x₁ sin), halves of what each head rotates. The runtime's own operator, whose
  /// table of positions is here one of rows: row r is turned as its position wants.
  @Override
  public String rope(String x, int heads, int headWidth, Rope rope) {
    Turn turn = turn(rope);
    String all = graph.node("Reshape", List.of(x, graph.longs(1, -1, (long) heads * headWidth)));
    String turned = graph.nodes(OnnxGraph.CONTRIB, "RotaryEmbedding",
        List.of(all, rowNumbers(), turn.cosines(), turn.sines()), 1, attribute("num_heads", heads),
        attribute("rotary_embedding_dim", 2L * rope.frequencies().length),
        attribute("interleaved", rope.neighbours() ? 1 : 0)).getFirst();
    return graph.node("Reshape", List.of(turned, graph.longs(-1, (long) heads * headWidth)));
  }

  /// 0, 1, …: (1, rows).
  private String rowNumbers() {
    if (rowNumbers == null) {
      String numbers = graph.node("Range",
          List.of(graph.scalar(0L), graph.node("Size", List.of("position_ids")), graph.scalar(1L)));
      rowNumbers = graph.node("Reshape", List.of(numbers, graph.longs(1, -1)));
    }
    return rowNumbers;
  }

  /// Computed once, shared by all layers that turn alike.
  private Turn turn(Rope rope) {
    return turns.computeIfAbsent(rope, _ -> {
      String angles = multiply(positions(), graph.floats(rope.frequencies(), 1, rope.frequencies().length));
      String cosines = graph.node("Cos", List.of(angles));
      String sines = graph.node("Sin", List.of(angles));
      return rope.amplitude() == 1
          ? new Turn(cosines, sines)
          : new Turn(scale(cosines, rope.amplitude()), scale(sines, rope.amplitude()));
    });
  }

  @Override
  public String route(String logits, Routing routing) {
    String scores = routing.rule() == Routing.Rule.SOFTMAX_OF_ALL ? softmax(logits) : logits;
    List<String> largest = largest(scores, routing.chosen());
    String weights = switch (routing.rule()) {
      case SOFTMAX_OF_ALL -> largest.get(0);
      case SOFTMAX_OF_CHOSEN -> softmax(largest.get(0));
      case SPARSE_MIXER -> sparselyMixed(logits, largest, routing.tolerance());
    };
    String none = graph.node("ConstantOfShape", List.of(graph.node("Shape", List.of(logits))));
    return graph.node("ScatterElements", List.of(none, largest.get(1), weights), attribute("axis", 1));
  }

  private String softmax(String x) {
    return graph.node("Softmax", List.of(x), attribute("axis", 1));
  }

  /// The largest columns of each row and their numbers: (rows, count) each.
  private List<String> largest(String x, int count) {
    return graph.nodes("", "TopK", List.of(x, graph.longs(count)), 2, attribute("axis", 1));
  }

  /// 1 / Σ exp(s − m) over the logits s near each of the two largest, m, the first left out of the second's sum.
  private String sparselyMixed(String logits, List<String> largest, double tolerance) {
    String first = columns(largest.get(1), 1, 2, 0, 1);
    String minusInfinity = graph.node("Expand",
        List.of(graph.scalar(Float.NEGATIVE_INFINITY), graph.node("Shape", List.of(first))));
    String others = graph.node("ScatterElements", List.of(logits, first, minusInfinity), attribute("axis", 1));
    List<String> weights = new ArrayList<>();
    for (String left : List.of(logits, others)) {
      String most = columns(largest.get(0), 1, 2, weights.size(), weights.size() + 1);
      String size = graph.node("Max", List.of(graph.node("Abs", List.of(logits)), most));
      String distance = graph.node("Div", List.of(graph.node("Sub", List.of(most, logits)), size));
      String far = graph.node("Greater", List.of(distance, graph.scalar((float) (2 * tolerance))));
      String shares = graph.node("Exp", List.of(graph.node("Sub", List.of(left, most))));
      String near = graph.node("Where", List.of(far, graph.scalar(0f), shares));
      weights.add(graph.node("Reciprocal", List.of(graph.node("ReduceSum", List.of(near, graph.longs(1))))));
    }
    return sideBySide(weights);
  }

  /// Rows are sorted by expert. Each expert runs on its own inside an `If`, so that one without rows costs nothing, not even
  /// the widening of its weights; what they make is gathered back, the experts of a row side by side. An expert with a single
  /// row runs beside a copy of another, for a product of one row is another one's in the last bits.
  @Override
  public String experts(String x, String weights, int count, int chosen, Expert<String> expert) {
    List<String> largest = largest(weights, regated.contains(weights) ? count : chosen);
    String meets = graph.node("Cast", List.of(graph.node("Transpose", List.of(weights))), attribute("to", BOOL));
    String own = graph.node("ReduceSum", List.of(cast(meets, INT64), graph.longs(1))); // (experts, 1)
    String lone = graph.node("Equal", List.of(own, graph.longs(1)));
    String meetings = graph.node("Concat", List.of(meets, lone), attribute("axis", 1)); // (experts, rows + 1)
    String met = graph.node("Gather", List.of(graph.node("NonZero", List.of(meetings)), graph.scalar(1L)),
        attribute("axis", 0));
    String last = graph.node("Sub", List.of(graph.node("Size", List.of("position_ids")), graph.scalar(1L)));
    String sizes = graph.node("Reshape", List.of(add(own, cast(lone, INT64)), graph.longs(-1)));
    List<String> rows = graph.nodes("", "Split", List.of(graph.node("Min", List.of(met, last)), sizes), count);
    List<String> any = graph.nodes("", "Split", List.of(cast(sizes, BOOL), graph.longs(eachOne(count))), count);
    List<String> made = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      made.add(branch(any.get(e), x, rows.get(e), e, expert));
    }
    made.add(graph.floats(new float[shape.width()], 1, shape.width()));
    String all = graph.node("Concat", made, attribute("axis", 0));
    String byRow = graph.node("Gather", List.of(all, places(meetings, largest.get(1), count)), attribute("axis", 0));
    String factors = graph.node("Unsqueeze", List.of(largest.get(0), graph.longs(1)));
    return graph.node("Reshape", List.of(graph.node("MatMul", List.of(factors, byRow)),
        graph.longs(-1, shape.width())));
  }

  private static long[] eachOne(long count) {
    return LongStream.range(0, count).map(_ -> 1).toArray();
  }

  /// Where what an expert made of a row is found: (rows, chosen).
  private String places(String meetings, String chosen, int count) {
    String flat = cast(graph.node("Reshape", List.of(meetings, graph.longs(-1))), INT64);
    String counted = graph.node("Sub",
        List.of(graph.node("CumSum", List.of(flat, graph.scalar(0L))), graph.scalar(1L)));
    String byExpert = graph.node("Transpose", List.of(graph.node("Reshape", List.of(counted, graph.longs(count, -1)))));
    String real = graph.node("Slice", List.of(byExpert, graph.longs(0), graph.longs(-1), graph.longs(0)));
    return graph.node("GatherElements", List.of(real, chosen), attribute("axis", 1));
  }

  private String branch(String any, String x, String rows, int e, Expert<String> expert) {
    OnnxGraph outer = graph;
    Map<String, String> widenedOutside = widened;
    OnnxGraph computed = outer.inner();
    OnnxGraph skipped = outer.inner();
    graph = computed;
    widened = new HashMap<>(widened);
    computed.exposed(expert.of(computed.node("Gather", List.of(x, rows), attribute("axis", 0)), e), DataType.FLOAT, -1,
        shape.width());
    skipped.exposed(skipped.node("Identity", List.of(skipped.floats(new float[0], 0, shape.width()))), DataType.FLOAT,
        -1, shape.width());
    graph = outer;
    widened = widenedOutside;
    return graph.node("If", List.of(any), attribute("then_branch", computed), attribute("else_branch", skipped));
  }

  private String cast(String x, long type) {
    return graph.node("Cast", List.of(x), attribute("to", type));
  }

  /// ONNX Runtime's GroupQueryAttention on rows laid out sequence by sequence. With a cache, each sequence appends to its
  /// own at its own length. What a sequence computes does not depend on its neighbours.
  @Override
  public String attention(int layer, String queries, String keys, String values, Attention attention) {
    int heads = attention.heads();
    int kv = attention.keyValueHeads();
    int n = attention.headWidth();
    int keyWidth = n;
    HookPoint pattern = new HookPoint(layer, Site.ATTN_PATTERN);
    if (spec.recorded().contains(pattern)) {
      graph.output(pattern.toString(), shares(queries, keys, attention), DataType.FLOAT, heads, -1, -1);
    }
    if (attention.slopes().length > 0) {
      keyWidth = n + 1;
      queries = widerBy(queries, heads, n, slopes(attention));
      keys = widerBy(keys, kv, n, graph.node("Reshape", List.of(positions(), graph.longs(-1, 1, 1))));
    }
    int cached = cachedHeadWidth(keyWidth);
    List<String> past = List.of("", "");
    if (spec.cached()) {
      past = List.of(graph.input("past_key." + layer, DataType.FLOAT, -1, kv, -1, cached),
          graph.input("past_value." + layer, DataType.FLOAT, -1, kv, -1, cached));
    }
    List<String> inputs = new ArrayList<>(List.of(sequences(queries, heads, keyWidth, cached),
        sequences(keys, kv, keyWidth, cached), sequences(values, kv, n, cached),
        past.get(0), past.get(1), "seqlens_k", "total_sequence_length"));
    if (attention.sinks() != null) { // behind tables of rotations, positions and a bias, which are not used
      inputs.addAll(List.of("", "", "", "", weight(attention.sinks())));
    }
    List<String> outputs = List.of("attention." + layer, "present_key." + layer, "present_value." + layer);
    graph.named(OnnxGraph.CONTRIB, "GroupQueryAttention", inputs, outputs, attribute("num_heads", heads),
        attribute("kv_num_heads", kv), attribute("scale", (float) attention.scale()),
        attribute("softcap", (float) attention.softCap()),
        attribute("local_window_size", attention.window() > 0 ? attention.window() : -1));
    if (spec.cached()) {
      graph.exposed(outputs.get(1), DataType.FLOAT, -1, kv, -1, cached);
      graph.exposed(outputs.get(2), DataType.FLOAT, -1, kv, -1, cached);
    }
    String places = graph.node("Reshape", List.of(outputs.get(0), graph.longs(-1, (long) heads * cached)));
    String mixed = graph.node("Gather", List.of(places, "place_of"), attribute("axis", 0));
    if (cached == n) {
      return mixed;
    }
    String byHead = graph.node("Reshape", List.of(mixed, graph.longs(-1, heads, cached)));
    return graph.node("Reshape",
        List.of(graph.node("Slice", List.of(byHead, graph.longs(0), graph.longs(n), graph.longs(2))),
            graph.longs(-1, (long) heads * n)));
  }

  /// softmax(cap(q·kᵀ·scale) + slope · position + mask) of a run whose rows are one sequence: (heads, query, key).
  private String shares(String queries, String keys, Attention attention) {
    int kv = attention.keyValueHeads();
    int n = attention.headWidth();
    int group = attention.heads() / kv;
    String q = graph.node("Transpose",
        List.of(graph.node("Reshape", List.of(queries, graph.longs(-1, kv, group, n)))), attribute("perm", 1, 2, 0, 3));
    String k = graph.node("Transpose", List.of(graph.node("Reshape", List.of(keys, graph.longs(-1, kv, 1, n)))),
        attribute("perm", 1, 2, 3, 0));
    String scores = scale(graph.node("MatMul", List.of(q, k)), attention.scale()); // (kv, group, query, key)
    if (attention.softCap() != 0) {
      scores = softCap(scores, attention.softCap());
    }
    String keyPositions = graph.node("Reshape", List.of(positions(), graph.longs(1, -1)));
    if (attention.slopes().length > 0) {
      scores = add(scores, multiply(graph.floats(attention.slopes(), kv, group, 1, 1), keyPositions));
    }
    String back = graph.node("Sub", List.of(positions(), keyPositions)); // (query, key)
    String hidden = graph.node("Less", List.of(back, graph.scalar(0f)));
    if (attention.window() > 0) {
      String far = graph.node("GreaterOrEqual", List.of(back, graph.scalar((float) attention.window())));
      hidden = graph.node("Or", List.of(hidden, far));
    }
    String masked = graph.node("Where", List.of(hidden, graph.scalar(Float.NEGATIVE_INFINITY), scores));
    String shares = attention.sinks() == null
        ? graph.node("Softmax", List.of(masked), attribute("axis", -1))
        : besideSinks(masked, weight(attention.sinks()), kv, group);
    return graph.node("Reshape", List.of(shares,
        graph.node("Concat", List.of(graph.longs(attention.heads()), graph.node("Shape", List.of(back))),
            attribute("axis", 0))));
  }

  /// Shares of keys beside one more score of each head, whose share nobody gets.
  private String besideSinks(String scores, String sinks, int kv, int group) {
    String one = graph.node("Slice", List.of(scores, graph.longs(0), graph.longs(1), graph.longs(3)));
    String byHead = graph.node("Reshape", List.of(sinks, graph.longs(kv, group, 1, 1)));
    String sink = graph.node("Expand", List.of(byHead, graph.node("Shape", List.of(one))));
    String all = graph.node("Softmax", List.of(graph.node("Concat", List.of(scores, sink), attribute("axis", 3))),
        attribute("axis", -1));
    return graph.node("Slice", List.of(all, graph.longs(0), graph.longs(-1), graph.longs(3)));
  }

  /// slope / scale of each head, so that scaled products with a key's position are slope · position: (1, heads, 1).
  private String slopes(Attention attention) {
    float[] slopes = attention.slopes().clone();
    for (int h = 0; h < slopes.length; h++) {
      slopes[h] = (float) (slopes[h] / attention.scale());
    }
    return graph.floats(slopes, 1, slopes.length, 1);
  }

  /// x (rows, heads · n) with one more coordinate in each head: (rows, heads · (n + 1)).
  ///
  /// @param coordinate (rows or 1, heads or 1, 1)
  private String widerBy(String x, int heads, int n, String coordinate) {
    String byHead = graph.node("Reshape", List.of(x, graph.longs(-1, heads, n)));
    String one = graph.node("Slice", List.of(byHead, graph.longs(0), graph.longs(1), graph.longs(2)));
    String column = add(scale(one, 0), coordinate);
    return graph.node("Reshape", List.of(graph.node("Concat", List.of(byHead, column), attribute("axis", 2)),
        graph.longs(-1, (long) heads * (n + 1))));
  }

  /// GroupQueryAttention wants head widths that are multiples of 8. Others are padded with zeros, which changes no score.
  static int cachedHeadWidth(int headWidth) {
    return Math.ceilDiv(headWidth, 8) * 8;
  }

  /// (rows, heads · n) → (batch, positions, heads · cached width).
  private String sequences(String x, int heads, int n, int cached) {
    if (cached != n) {
      String byHead = graph.node("Reshape", List.of(x, graph.longs(-1, heads, n)));
      String padded = graph.node("Pad", List.of(byHead, graph.longs(0, 0, 0, 0, 0, cached - n)));
      x = graph.node("Reshape", List.of(padded, graph.longs(-1, (long) heads * cached)));
    }
    return graph.node("Gather", List.of(x, "row_at"), attribute("axis", 0));
  }

  @Override
  public String hook(HookPoint point, String value, String signal) {
    String flowing = spec.gated().contains(point) ? gated(point, value, signal) : value;
    if (point.site() == Site.EXPERT_WEIGHTS && spec.gated().contains(point)) {
      regated.add(flowing);
    }
    if (spec.recorded().contains(point)) {
      graph.output(point.toString(), flowing, DataType.FLOAT, -1, shape.width(point));
    }
    return flowing;
  }

  private String gated(HookPoint point, String value, String signal) {
    boolean inHead = point.site() == Site.FINAL_NORM || point.site() == Site.LOGITS;
    return inHead && spec.head() != GraphSpec.Head.ALL
        ? GateNodes.insertAt(graph, point, shape.width(point), value, signal, "rows")
        : GateNodes.insert(graph, point, shape.width(point), value, signal, -1, 1);
  }

  /// A weight as F32.
  private String weight(Weight weight) {
    return widened.computeIfAbsent(weight.key(), _ -> dtype(weight) == DType.F32
        ? stored(weight)
        : checkpoint.isReplaced(weight)
            ? inF32(stored(weight), file(weight).tensor(weight.name()))
            : graph.early("Cast", stored(weight), attribute("to", DataType.FLOAT.getNumber())));
  }

  private DType dtype(Weight weight) {
    return file(weight).tensor(weight.name()).dtype();
  }

  private String widened(String value, Weight weight) {
    return dtype(weight) == DType.F32
        ? value
        : graph.node("Cast", List.of(value), attribute("to", DataType.FLOAT.getNumber()));
  }

  /// A weight as it is stored in its file.
  private String stored(Weight weight) {
    return weights.computeIfAbsent(weight.key(), _ -> {
      TensorFile file = file(weight);
      if (checkpoint.isReplaced(weight)) {
        return adapterInput(file.tensor(weight.name()));
      }
      return graph.external(where(weight, file.tensor(weight.name())), file.path().getFileName().toString());
    });
  }

  /// A weight's own bytes.
  private static TensorInfo where(Weight weight, TensorInfo stored) {
    if (weight.part() == null) {
      return stored;
    }
    long bytes = stored.byteLength() / weight.part().count();
    return new TensorInfo(weight.key(), stored.dtype(), weight.shape(),
        stored.offset() + weight.part().index() * bytes, bytes);
  }

  private TensorFile file(Weight weight) {
    return UnusableWeightException.asked(() -> checkpoint.fileOf(weight));
  }
}
