package org.striatum.hooks.onnx;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.UnusableWeightException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Activation;
import org.striatum.hooks.decoder.Attention;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.LayerNorm;
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// Interprets a decoder's description as an ONNX graph. A value `T` is the name of a graph value.
///
/// Rows are laid out by a [Packing]: one for each distinct beginning of the sequences, no padding. Inputs: `position_ids`
/// (rows); `input_ids` (rows), or `hidden` (rows, d) above a layer. Attention alone sees sequences: `row_at` (batch,
/// positions) says which row each place takes, `place_of` (rows) at which of the batch · positions places a row's
/// result is found, `seqlens_k` and `total_sequence_length` are GroupQueryAttention's. With a cache `past_key.l` and
/// `past_value.l`; `rows` and `targets` for a head on chosen rows; five inputs a gate.
final class OnnxInterpreter implements Tensors<String> {
  static final String LOGITS = "logits";
  static final String SCORES = "scores";

  /// Elements of a weight's part that is widened on its own: 128 MB.
  private static final long WIDENED_AT_ONCE = 32L << 20;

  private final OnnxGraph graph = new OnnxGraph();
  private final Checkpoint checkpoint;
  private final DecoderShape shape;
  private final GraphSpec spec;
  private final Map<String, String> weights = new HashMap<>();
  private final Map<String, String> widened = new HashMap<>();
  private final Map<Rope, Turn> turns = new HashMap<>();
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
    return widened(graph.node("Gather", List.of(stored(table), "input_ids")), table);
  }

  @Override
  public String embedPositions(Weight table, int offset) {
    String rows = offset == 0 ? "position_ids" : add("position_ids", graph.longs(offset));
    return widened(graph.node("Gather", List.of(stored(table), rows)), table);
  }

  @Override
  public String linear(String x, Weight weight, Weight bias) {
    long outputs = weight.shape().getFirst();
    long elements = outputs * weight.shape().get(1);
    if (bias != null || dtype(weight) == DType.F32 || elements <= 2 * WIDENED_AT_ONCE) {
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
    SafetensorsFile file = file(weight);
    TensorInfo whole = file.tensor(weight.name());
    long rowBytes = whole.byteLength() / weight.shape().getFirst();
    TensorInfo rows = new TensorInfo("%s[%d:%d]".formatted(weight.name(), from, to), whole.dtype(),
        List.of(to - from, weight.shape().get(1)), whole.offset() + from * rowBytes, (to - from) * rowBytes);
    return graph.early("Cast", graph.external(rows, file.path().getFileName().toString()),
        attribute("to", DataType.FLOAT.getNumber()));
  }

  @Override
  public String conv1d(String x, Weight weight, Weight bias) {
    return product(x, weight, bias, 0);
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
        : offsets.computeIfAbsent(weight.name(), _ -> add(weight(weight), graph.scalar((float) offset)));
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
  public String clip(String x, double limit) {
    return graph.node("Clip", List.of(x, graph.scalar((float) -limit), graph.scalar((float) limit)));
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
    List<String> inputs = List.of(sequences(queries, heads, keyWidth, cached),
        sequences(keys, kv, keyWidth, cached), sequences(values, kv, n, cached),
        past.get(0), past.get(1), "seqlens_k", "total_sequence_length");
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
    return graph.node("Reshape", List.of(graph.node("Softmax", List.of(masked), attribute("axis", -1)),
        graph.node("Concat", List.of(graph.longs(attention.heads()), graph.node("Shape", List.of(back))),
            attribute("axis", 0))));
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
    return widened.computeIfAbsent(weight.name(), _ -> dtype(weight) == DType.F32
        ? stored(weight)
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
    return weights.computeIfAbsent(weight.name(), _ -> {
      SafetensorsFile file = file(weight);
      return graph.external(file.tensor(weight.name()), file.path().getFileName().toString());
    });
  }

  private SafetensorsFile file(Weight weight) {
    try {
      return checkpoint.fileOf(weight);
    } catch (CheckpointException refusal) {
      throw new UnusableWeightException(refusal);
    }
  }
}
