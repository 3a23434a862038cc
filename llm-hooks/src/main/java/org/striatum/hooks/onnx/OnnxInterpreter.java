package org.striatum.hooks.onnx;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Attention;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.decoder.Tensors;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;

/// Interprets a decoder's description as an ONNX graph. A value `T` is the name of a graph value.
///
/// Inputs: `position_ids` (batch, positions) always; `input_ids` (batch, positions), or `hidden` (rows, d) above a
/// layer; with a cache `seqlens_k`, `total_sequence_length`, `past_key.l`, `past_value.l` as ONNX Runtime's
/// GroupQueryAttention takes them; `rows` and `targets` for a head on chosen rows; five inputs a gate. Rows are the
/// positions of all sequences, sequence after sequence, right padding included. Right padding needs no mask in a causal
/// model: padded rows are garbage that nobody reads.
final class OnnxInterpreter implements Tensors<String> {
  static final String LOGITS = "logits";
  static final String SCORES = "scores";

  private final OnnxGraph graph = new OnnxGraph();
  private final Checkpoint checkpoint;
  private final DecoderShape shape;
  private final GraphSpec spec;
  private final Map<String, String> weights = new HashMap<>();
  private final Map<String, String> widened = new HashMap<>();
  private final Map<Integer, String> masks = new HashMap<>();
  private final Map<Rope, Turn> turns = new HashMap<>();
  private String batchAndPositions;

  /// cos and sin of position · frequency: (rows, 1, headWidth / 2) each.
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
    } catch (UnusableWeight unusable) {
      throw unusable.refusal;
    }
  }

  private byte[] interpret(Decoder decoder) {
    graph.input("position_ids", DataType.INT64, -1, -1);
    batchAndPositions = graph.node("Shape", List.of("position_ids"));
    if (spec.cached()) {
      graph.input("seqlens_k", DataType.INT32, -1);
      graph.input("total_sequence_length", DataType.INT32);
    }
    String x;
    if (spec.from() < 0) {
      graph.input("input_ids", DataType.INT64, -1, -1);
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
    String rows = graph.node("Gather",
        List.of(stored(table), graph.node("Reshape", List.of("input_ids", graph.longs(-1)))));
    return widened(rows, table);
  }

  @Override
  public String linear(String x, Weight weight, Weight bias) {
    List<String> inputs = bias == null ? List.of(x, weight(weight)) : List.of(x, weight(weight), weight(bias));
    return graph.node("Gemm", inputs, attribute("transB", 1));
  }

  @Override
  public String rmsNorm(String x, Weight weight, double epsilon) {
    return graph.node("SimplifiedLayerNormalization", List.of(x, weight(weight)), attribute("axis", -1),
        attribute("epsilon", (float) epsilon), attribute("stash_type", 1));
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
  public String silu(String x) {
    return multiply(x, graph.node("Sigmoid", List.of(x)));
  }

  /// (x₁, x₂) → (x₁ cos − x₂ sin, x₂ cos + x₁ sin), halves of each head.
  @Override
  public String rope(String x, int heads, Rope rope) {
    Turn turn = turn(rope);
    int half = rope.frequencies().length;
    String byHead = graph.node("Reshape", List.of(x, graph.longs(-1, heads, 2L * half))); // (rows, heads, headWidth)
    List<String> halves = graph.nodes("", "Split", List.of(byHead, graph.longs(half, half)), 2, attribute("axis", -1));
    String first = graph.node("Sub",
        List.of(multiply(halves.get(0), turn.cosines()), multiply(halves.get(1), turn.sines())));
    String second = add(multiply(halves.get(1), turn.cosines()), multiply(halves.get(0), turn.sines()));
    String turned = graph.node("Concat", List.of(first, second), attribute("axis", -1));
    return graph.node("Reshape", List.of(turned, graph.longs(-1, 2L * heads * half)));
  }

  /// Turned once, shared by all layers that turn alike.
  private Turn turn(Rope rope) {
    return turns.computeIfAbsent(rope, _ -> {
      String positions = graph.node("Cast",
          List.of(graph.node("Reshape", List.of("position_ids", graph.longs(-1, 1, 1)))),
          attribute("to", DataType.FLOAT.getNumber()));
      String angles = multiply(positions, graph.floats(rope.frequencies(), 1, 1, rope.frequencies().length));
      return new Turn(graph.node("Cos", List.of(angles)), graph.node("Sin", List.of(angles)));
    });
  }

  @Override
  public String attention(int layer, String queries, String keys, String values, Attention attention) {
    return spec.cached()
        ? cachedAttention(layer, queries, keys, values, attention)
        : plainAttention(queries, keys, values, attention);
  }

  /// softmax(q·kᵀ·scale + mask)·v, the reference.
  private String plainAttention(String queries, String keys, String values, Attention attention) {
    int groups = attention.heads() / attention.keyValueHeads();
    int kv = attention.keyValueHeads();
    int n = attention.headWidth();
    String q = graph.node("Transpose", List.of(split(queries, kv, groups, n)), attribute("perm", 0, 2, 3, 1, 4));
    String k = graph.node("Transpose", List.of(split(keys, kv, 1, n)), attribute("perm", 0, 2, 3, 4, 1));
    String v = graph.node("Transpose", List.of(split(values, kv, 1, n)), attribute("perm", 0, 2, 3, 1, 4));
    String scaled = multiply(q, graph.scalar((float) attention.scale()));
    String scores = add(graph.node("MatMul", List.of(scaled, k)), mask(attention.window()));
    String weights = graph.node("Softmax", List.of(scores), attribute("axis", -1)); // (batch, kv, groups, query, key)
    String mixed = graph.node("Transpose", List.of(graph.node("MatMul", List.of(weights, v))),
        attribute("perm", 0, 3, 1, 2, 4));
    return graph.node("Reshape", List.of(mixed, graph.longs(-1, (long) attention.heads() * n)));
  }

  /// (rows, kv · groups · n) → (batch, positions, kv, groups, n).
  private String split(String x, int kv, int groups, int n) {
    String target = graph.node("Concat", List.of(batchAndPositions, graph.longs(kv, groups, n)), attribute("axis", 0));
    return graph.node("Reshape", List.of(x, target));
  }

  /// 0 where query i sees key j (j ≤ i, and i − j < window), −∞ elsewhere: (positions, positions).
  private String mask(int window) {
    return masks.computeIfAbsent(window, _ -> {
      String positions = graph.node("Gather", List.of(batchAndPositions, graph.scalar(1)));
      String keys = graph.node("Range", List.of(graph.scalar(0L), positions, graph.scalar(1L)));
      String queries = graph.node("Unsqueeze", List.of(keys, graph.longs(1)));
      String seen = graph.node("LessOrEqual", List.of(keys, queries));
      if (window > 0) {
        String near = graph.node("Less",
            List.of(graph.node("Sub", List.of(queries, keys)), graph.scalar((long) window)));
        seen = graph.node("And", List.of(seen, near));
      }
      return graph.node("Where", List.of(seen, graph.scalar(0f), graph.scalar(Float.NEGATIVE_INFINITY)));
    });
  }

  /// ONNX Runtime's GroupQueryAttention: each row of the batch appends to its own cache at its own length, so what a
  /// row computes does not depend on its neighbours.
  private String cachedAttention(int layer, String queries, String keys, String values, Attention attention) {
    int heads = attention.heads();
    int kv = attention.keyValueHeads();
    int n = attention.headWidth();
    int cached = cachedHeadWidth(n);
    String pastKey = graph.input("past_key." + layer, DataType.FLOAT, -1, kv, -1, cached);
    String pastValue = graph.input("past_value." + layer, DataType.FLOAT, -1, kv, -1, cached);
    List<String> inputs = List.of(sequences(queries, heads, n), sequences(keys, kv, n), sequences(values, kv, n),
        pastKey,
        pastValue, "seqlens_k", "total_sequence_length");
    List<String> outputs = List.of("attention." + layer, "present_key." + layer, "present_value." + layer);
    graph.named(OnnxGraph.CONTRIB, "GroupQueryAttention", inputs, outputs, attribute("num_heads", heads),
        attribute("kv_num_heads", kv), attribute("scale", (float) attention.scale()),
        attribute("local_window_size", attention.window() > 0 ? attention.window() : -1));
    graph.exposed(outputs.get(1), DataType.FLOAT, -1, kv, -1, cached);
    graph.exposed(outputs.get(2), DataType.FLOAT, -1, kv, -1, cached);
    String mixed = outputs.get(0);
    if (cached != n) {
      String byHead = graph.node("Reshape", List.of(mixed, graph.longs(-1, heads, cached)));
      mixed = graph.node("Slice", List.of(byHead, graph.longs(0), graph.longs(n), graph.longs(2)));
    }
    return graph.node("Reshape", List.of(mixed, graph.longs(-1, (long) heads * n)));
  }

  /// GroupQueryAttention wants head widths that are multiples of 8. Others are padded with zeros, which changes no score.
  static int cachedHeadWidth(int headWidth) {
    return Math.ceilDiv(headWidth, 8) * 8;
  }

  /// (rows, heads · n) → (batch, positions, heads · cached width).
  private String sequences(String x, int heads, int n) {
    int cached = cachedHeadWidth(n);
    if (cached != n) {
      String byHead = graph.node("Reshape", List.of(x, graph.longs(-1, heads, n)));
      x = graph.node("Pad", List.of(byHead, graph.longs(0, 0, 0, 0, 0, cached - n)));
    }
    String target = graph.node("Concat", List.of(batchAndPositions, graph.longs((long) heads * cached)),
        attribute("axis", 0));
    return graph.node("Reshape", List.of(x, target));
  }

  @Override
  public String hook(HookPoint point, String value, String signal) {
    String flowing = spec.gated().contains(point) ? gate(point, value, signal) : value;
    if (spec.recorded().contains(point)) {
      graph.output(point.toString(), flowing, DataType.FLOAT, -1, width(point));
    }
    return flowing;
  }

  private int width(HookPoint point) {
    return width(point, shape);
  }

  static int width(HookPoint point, DecoderShape shape) {
    return switch (point.site()) {
      case MLP_POST -> shape.mlpWidth();
      case LOGITS -> shape.vocabulary();
      case EMBED, RESID_PRE, ATTN_OUT, RESID_MID, MLP_OUT, RESID_POST, FINAL_NORM -> shape.width();
    };
  }

  static boolean has(HookPoint point, DecoderShape shape) {
    return point.layer() < shape.layers();
  }

  /// [org.striatum.probe.model.Gate#apply] on every row the mask selects. Shut and open are selections, so that ∞ does
  /// not become NaN.
  private String gate(HookPoint point, String h, String z) {
    String gate = "gate." + point;
    int d = width(point);
    String mask = graph.input(gate + ".mask", DataType.BOOL, -1, 1);
    String gain = graph.input(gate + ".gain", DataType.FLOAT, d);
    String threshold = graph.input(gate + ".threshold", DataType.FLOAT, d);
    String sharpness = graph.input(gate + ".sharpness", DataType.FLOAT, d);
    String shift = graph.input(gate + ".shift", DataType.FLOAT, d);
    String hard = graph.input(gate + ".hard", DataType.BOOL);
    String alwaysOpen = graph.node("IsInf", List.of(threshold), attribute("detect_positive", 0));
    String unity = graph.node("Or", List.of(hard, alwaysOpen)); // (d): g is 1 wherever the gate is open
    String open = graph.node("Or", List.of(graph.node("Or", List.of(alwaysOpen, graph.node("Not", List.of(hard)))),
        graph.node("Greater", List.of(z, threshold))));
    String sigmoid = graph.node("Sigmoid", List.of(multiply(sharpness, graph.node("Sub", List.of(z, threshold)))));
    String g = graph.node("Where", List.of(unity, graph.scalar(1f), sigmoid));
    String passing = graph.node("And",
        List.of(open, graph.node("Not", List.of(graph.node("Equal", List.of(gain, graph.scalar(0f)))))));
    String scaled = multiply(multiply(gain, g), h);
    String gated = add(shift, graph.node("Where", List.of(passing, scaled, graph.scalar(0f))));
    return graph.node("Where", List.of(mask, gated, h));
  }

  /// A weight as F32.
  private String weight(Weight weight) {
    return widened.computeIfAbsent(weight.name(), _ -> widened(stored(weight), weight));
  }

  private String widened(String value, Weight weight) {
    return file(weight).tensor(weight.name()).dtype() == DType.F32
        ? value
        : graph.node("Cast", List.of(value), attribute("to", DataType.FLOAT.getNumber()));
  }

  /// A weight as it stands in its file.
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
      throw new UnusableWeight(refusal);
    }
  }

  /// Carries a refusal out through the description, whose methods declare no checked exception.
  private static final class UnusableWeight extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final CheckpointException refusal;

    UnusableWeight(CheckpointException refusal) {
      super(refusal);
      this.refusal = refusal;
    }
  }
}
