package org.striatum.hooks.surgery;

import static org.striatum.hooks.onnx.OnnxGraph.attribute;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.Rope;
import org.striatum.hooks.onnx.OnnxGraph;
import org.striatum.probe.tensor.TensorFile;

/// Graphs laid out as tools that are not at hand lay them out, over weights whose hidden states are known.
final class ForeignGraphs {
  private static final int BLOCK = 32;

  /// How the weights of products are written.
  enum Weights {
    /// As they are.
    FLOAT,
    /// Rounded to what 4 bits hold, but stored in F32.
    ROUNDED,
    /// 4 bits, MatMulNBits.
    INT4
  }

  private final OnnxGraph graph = new OnnxGraph();
  private final List<TensorProto> packed = new ArrayList<>();
  private final TensorFile file;
  private final Weights weights;

  private ForeignGraphs(TensorFile file, Weights weights) {
    this.file = file;
    this.weights = weights;
  }

  /// A Qwen2 checkpoint in the layout of the onnxruntime-genai builder: GroupQueryAttention with rotary positions and
  /// cache inside, lengths taken from the attention mask, SkipSimplifiedLayerNormalization with the residual stream as
  /// output 3.
  static byte[] genai(Path checkpoint, Weights weights) throws IOException {
    try (Checkpoint opened = Checkpoint.open(checkpoint)) {
      DecoderShape shape = Decoder.of(opened).shape();
      return new ForeignGraphs(opened.files().getFirst(), weights).genai(shape,
          rope(opened.config(), shape.headWidth()), opened.config().positive("rms_norm_eps", 1e-6));
    }
  }

  private static Rope rope(ModelConfig config, int headWidth) throws IOException {
    double theta = config.part("rope_parameters").orElseThrow().positive("rope_theta");
    float[] frequencies = new float[headWidth / 2];
    for (int i = 0; i < frequencies.length; i++) {
      frequencies[i] = (float) Math.pow(theta, -2.0 * i / headWidth);
    }
    return new Rope(frequencies, 1, Integer.MAX_VALUE);
  }

  private byte[] genai(DecoderShape shape, Rope rope, double epsilon) throws IOException {
    int d = shape.width();
    graph.input("input_ids", DataType.INT64, -1, -1);
    graph.input("attention_mask", DataType.INT64, -1, -1);
    String lengths = graph.node("ReduceSum", List.of("attention_mask", graph.longs(1)), attribute("keepdims", 0));
    String last = int32(graph.node("Sub", List.of(lengths, graph.scalar(1L))));
    String total = int32(
        graph.node("Gather", List.of(graph.node("Shape", List.of("attention_mask")), graph.scalar(1L))));
    int half = rope.frequencies().length;
    float[] cosines = new float[shape.context() * half];
    float[] sines = new float[cosines.length];
    for (int i = 0; i < cosines.length; i++) {
      int position = i / half;
      double angle = (double) position * rope.frequencies()[i % half];
      cosines[i] = (float) Math.cos(angle);
      sines[i] = (float) Math.sin(angle);
    }
    String cosineTable = graph.floats(cosines, shape.context(), half);
    String sineTable = graph.floats(sines, shape.context(), half);
    float[] table = file.floats("model.embed_tokens.weight");
    String stream = graph.node("Gather", List.of(graph.floats(table, shape.vocabulary(), d), "input_ids"));
    String normed = graph.node("SimplifiedLayerNormalization",
        List.of(stream, vector("model.layers.0.input_layernorm.weight", d)), attribute("axis", -1),
        attribute("epsilon", (float) epsilon));
    int kv = shape.keyValueHeads() * shape.headWidth();
    for (int layer = 0; layer < shape.layers(); layer++) {
      String block = "model.layers." + layer + ".";
      List<String> attention = new ArrayList<>(List.of(
          biased(normed, block + "self_attn.q_proj", d, d), biased(normed, block + "self_attn.k_proj", d, kv),
          biased(normed, block + "self_attn.v_proj", d, kv)));
      for (String part : List.of("key", "value")) {
        attention.add(graph.input("past_key_values." + layer + "." + part, DataType.FLOAT, -1, shape.keyValueHeads(), -1,
            shape.headWidth()));
      }
      attention.addAll(List.of(last, total, cosineTable, sineTable));
      List<String> attended = List.of("attention" + layer, "present." + layer + ".key", "present." + layer + ".value");
      graph.named(OnnxGraph.CONTRIB, "GroupQueryAttention", attention, attended,
          attribute("num_heads", shape.heads()), attribute("kv_num_heads", shape.keyValueHeads()),
          attribute("do_rotary", 1));
      graph.exposed(attended.get(1), DataType.FLOAT, -1, shape.keyValueHeads(), -1, shape.headWidth());
      graph.exposed(attended.get(2), DataType.FLOAT, -1, shape.keyValueHeads(), -1, shape.headWidth());
      String attentionOut = product(attended.get(0), block + "self_attn.o_proj.weight", d, d);
      List<String> middle = skip(attentionOut, stream, vector(block + "post_attention_layernorm.weight", d), epsilon,
          true);
      String gate = product(middle.get(0), block + "mlp.gate_proj.weight", d, shape.mlpWidth());
      String up = product(middle.get(0), block + "mlp.up_proj.weight", d, shape.mlpWidth());
      String activated = graph.node("Mul", List.of(gate, graph.node("Sigmoid", List.of(gate))));
      String mlpOut = product(graph.node("Mul", List.of(activated, up)), block + "mlp.down_proj.weight",
          shape.mlpWidth(), d);
      boolean more = layer + 1 < shape.layers();
      List<String> after = skip(middle.get(1), mlpOut,
          vector(more ? "model.layers." + (layer + 1) + ".input_layernorm.weight" : "model.norm.weight", d), epsilon,
          more); // the builder leaves the last sum out
      normed = after.get(0);
      stream = more ? after.get(1) : "";
    }
    graph.output("logits", product(normed, "model.embed_tokens.weight", d, shape.vocabulary()), DataType.FLOAT, -1, -1,
        shape.vocabulary());
    ModelProto model = ModelProto.parseFrom(graph.bytes());
    return model.toBuilder().setProducerName("onnxruntime-genai")
        .setGraph(model.getGraph().toBuilder().addAllInitializer(packed)).build().toByteArray();
  }

  private String int32(String value) {
    return graph.node("Cast", List.of(value), attribute("to", DataType.INT32_VALUE));
  }

  private String vector(String name, int size) {
    return graph.floats(file.floats(name), size);
  }

  private List<String> skip(String input, String skip, String scale, double epsilon, boolean sum) {
    List<String> outputs = graph.nodes(OnnxGraph.CONTRIB, "SkipSimplifiedLayerNormalization",
        List.of(input, skip, scale), sum ? 4 : 1, attribute("epsilon", (float) epsilon));
    return sum ? List.of(outputs.get(0), outputs.get(3)) : outputs;
  }

  private String biased(String x, String name, int in, int out) {
    return graph.node("Add", List.of(product(x, name + ".weight", in, out), vector(name + ".bias", out)));
  }

  /// x·Wᵀ for W (out, in).
  private String product(String x, String name, int in, int out) {
    float[] weight = file.floats(name);
    if (weights == Weights.FLOAT) {
      return graph.node("MatMul", List.of(x, transposed(weight, in, out)));
    }
    byte[] bits = new byte[out * in / 2];
    float[] scales = new float[out * in / BLOCK];
    float[] rounded = new float[out * in];
    for (int block = 0; block < scales.length; block++) {
      float greatest = 0;
      for (int i = 0; i < BLOCK; i++) {
        greatest = Math.max(greatest, Math.abs(weight[block * BLOCK + i]));
      }
      scales[block] = greatest / 7;
      for (int i = 0; i < BLOCK; i++) {
        int at = block * BLOCK + i;
        int level = Math.clamp(Math.round(weight[at] / scales[block]), -8, 7);
        rounded[at] = level * scales[block];
        bits[at / 2] |= (byte) ((level + 8) << (at % 2 == 0 ? 0 : 4));
      }
    }
    if (weights == Weights.ROUNDED) {
      return graph.node("MatMul", List.of(x, transposed(rounded, in, out)));
    }
    packed.add(TensorProto.newBuilder().setName(name + "_Q4").setDataType(DataType.UINT8_VALUE).addDims(out)
        .addDims(in / BLOCK).addDims(BLOCK / 2).setRawData(ByteString.copyFrom(bits)).build());
    return graph.nodes(OnnxGraph.CONTRIB, "MatMulNBits",
        List.of(x, name + "_Q4", graph.floats(scales, out, in / BLOCK)), 1, attribute("K", in), attribute("N", out),
        attribute("bits", 4), attribute("block_size", BLOCK)).getFirst();
  }

  private String transposed(float[] weight, int in, int out) {
    float[] turned = new float[weight.length];
    for (int o = 0; o < out; o++) {
      for (int i = 0; i < in; i++) {
        turned[i * out + o] = weight[o * in + i];
      }
    }
    return graph.floats(turned, in, out);
  }

  /// A merged decoder as Optimum writes it: both branches of an `If` on `use_cache_branch` share the weights outside it.
  ///
  /// @param withPast a decoder that takes `past_key_values.N.key` and gives `present.N.key`
  static byte[] merged(ModelProto withPast) {
    GraphProto graph = withPast.getGraph();
    GraphProto.Builder reading = GraphProto.newBuilder().setName("with_past").addAllNode(graph.getNodeList())
        .addAllOutput(graph.getOutputList());
    GraphProto.Builder first = GraphProto.newBuilder().setName("no_past").addAllOutput(graph.getOutputList());
    first.addNode(node("Shape", List.of("input_ids"), "first_shape"));
    first.addNode(node("Slice", List.of("first_shape", "first_0", "first_1"), "first_batch"));
    List<TensorProto> constants = new ArrayList<>(List.of(longs("first_0", 0), longs("first_1", 1)));
    for (ValueInfoProto input : graph.getInputList()) {
      if (input.getName().startsWith("past_key_values")) { // an empty cache in place of the one fed
        var dims = input.getType().getTensorType().getShape();
        String rest = "first_rest." + input.getName();
        constants.add(longs(rest, dims.getDim(1).getDimValue(), 0, dims.getDim(3).getDimValue()));
        first.addNode(node("Concat", List.of("first_batch", rest), "first_size." + input.getName()).toBuilder()
            .addAttribute(attribute("axis", 0)));
        first.addNode(node("ConstantOfShape", List.of("first_size." + input.getName()), "first." + input.getName()));
      }
    }
    for (NodeProto node : graph.getNodeList()) {
      NodeProto.Builder copy = node.toBuilder();
      for (int i = 0; i < copy.getInputCount(); i++) {
        if (copy.getInput(i).startsWith("past_key_values")) {
          copy.setInput(i, "first." + copy.getInput(i));
        }
      }
      first.addNode(copy);
    }
    first.addAllInitializer(constants);
    ValueInfoProto choice = ValueInfoProto.newBuilder(graph.getInput(0)).setName("use_cache_branch").build();
    choice = choice.toBuilder().setType(choice.getType().toBuilder().setTensorType(choice.getType().getTensorType()
        .toBuilder().setElemType(DataType.BOOL_VALUE).setShape(TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(1))))).build();
    NodeProto.Builder branch = NodeProto.newBuilder().setName("optimum::if").setOpType("If")
        .addInput("use_cache_branch").addAttribute(branch("then_branch", reading.build()))
        .addAttribute(branch("else_branch", first.build()));
    graph.getOutputList().forEach(output -> branch.addOutput(output.getName()));
    return withPast.toBuilder().setProducerName("optimum").setGraph(graph.toBuilder().clearNode().addNode(branch)
        .addInput(choice)).build().toByteArray();
  }

  private static AttributeProto branch(String name, GraphProto graph) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(graph).build();
  }

  /// The same model with x·σ(x) as calls of a model-local function.
  ///
  /// @param inner the operator inside the function that should be Sigmoid
  static byte[] withSiluAsFunction(ModelProto plain, String inner) {
    FunctionProto silu = FunctionProto.newBuilder().setName("Silu").setDomain("local").addInput("x").addOutput("y")
        .addOpsetImport(plain.getOpsetImport(0))
        .addNode(node(inner, List.of("x"), "s").toBuilder().setDomain(inner.equals("Silu") ? "local" : ""))
        .addNode(node("Mul", List.of("x", "s"), "y")).build();
    GraphProto.Builder graph = plain.getGraph().toBuilder().clearNode();
    Set<String> sigmoids = new HashSet<>();
    for (NodeProto node : plain.getGraph().getNodeList()) {
      if (node.getOpType().equals("Sigmoid")) {
        sigmoids.add(node.getOutput(0));
      } else if (node.getOpType().equals("Mul") && sigmoids.contains(node.getInput(1))) {
        graph.addNode(node("Silu", List.of(node.getInput(0)), node.getOutput(0)).toBuilder().setDomain("local"));
      } else {
        graph.addNode(node);
      }
    }
    return plain.toBuilder().setGraph(graph).addFunctions(silu)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("local").setVersion(1)).build().toByteArray();
  }

  static NodeProto node(String operator, List<String> inputs, String output) {
    return NodeProto.newBuilder().setOpType(operator).addAllInput(inputs).addOutput(output).build();
  }

  static TensorProto longs(String name, long... items) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * items.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long item : items) {
      bytes.putLong(item);
    }
    return TensorProto.newBuilder().setName(name).setDataType(DataType.INT64_VALUE).addDims(items.length)
        .setRawData(ByteString.copyFrom(bytes.flip())).build();
  }
}
