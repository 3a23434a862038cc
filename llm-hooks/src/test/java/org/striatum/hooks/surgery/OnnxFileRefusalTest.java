package org.striatum.hooks.surgery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxGraph;

/// Files from strangers: each is refused in one line that names the file and the problem.
class OnnxFileRefusalTest {
  private static final int D = 4;
  private static final int VOCABULARY = 6;

  @TempDir
  private Path folder;

  @Test
  void aMinimalDecoderOpens() throws Exception {
    try (OnnxFileModel model = open(decoder())) {
      assertThat(model.layers()).isEqualTo(1);
      assertThat(model.vocabulary()).isEqualTo(VOCABULARY);
    }
    try (OnnxFileModel listed = open(
        changed(graph -> graph.addInput(graph.getOutput(0).toBuilder().setName("table"))))) {
      assertThat(listed.layers()).as("weights listed among the inputs").isEqualTo(1);
    }
  }

  @Test
  void whatIsNoOnnxFile() throws Exception {
    refused(folder.resolve("absent.onnx"), "no ONNX file at");
    refused(folder, "is not a file");
    refused(write(new byte[0]), "holds no graph");
    refused(write("just some text, not a model at all".getBytes(StandardCharsets.UTF_8)), "is not an ONNX file");
    byte[] whole = decoder().toByteArray();
    refused(write(Arrays.copyOf(whole, whole.length / 2)), "is not an ONNX file");
    refused(write(ModelProto.newBuilder().setIrVersion(8).build().toByteArray()), "holds no graph");
  }

  @Test
  void tenThousandNestedGraphs() throws Exception {
    byte[] inner = new byte[0];
    for (int depth = 0; depth < 10_000; depth++) { // graph { node { attribute { g: … } } }, from the inside out
      inner = field(NodeProto.ATTRIBUTE_FIELD_NUMBER, field(AttributeProto.G_FIELD_NUMBER, inner));
      inner = field(GraphProto.NODE_FIELD_NUMBER, inner);
    }
    refused(write(field(ModelProto.GRAPH_FIELD_NUMBER, inner)), "nested too deep");
    byte[] groups = new byte[20_000];
    Arrays.fill(groups, (byte) 0x7b); // unknown groups opened and never closed
    refused(write(groups), "is not an ONNX file");
  }

  private static byte[] field(int number, byte[] content) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(number, content);
    out.flush();
    return bytes.toByteArray();
  }

  @Test
  void graphsThatCannotBeComputed() throws Exception {
    refused(changed(graph -> graph.addNode(ForeignGraphs.node("Identity", List.of("normed"), "stream0"))),
        "'stream0' is made twice");
    refused(changed(graph -> graph.addNode(ForeignGraphs.node("Add", List.of("nowhere", "normed"), "other"))),
        "reads 'nowhere', which nothing makes");
    refused(changed(graph -> {
      graph.addNode(ForeignGraphs.node("Add", List.of("round", "normed"), "about"));
      graph.addNode(ForeignGraphs.node("Identity", List.of("about"), "round"));
    }), "runs in a circle");
    refused(changed(graph -> node(graph, "normed").setOpType("NoSuchNorm")), "no final norm was found");
    refused(changed(graph -> node(graph, "attended").setOpType("NoSuchThing").setDomain("com.example")),
        "NoSuchThing is unknown to ONNX Runtime");
    refused(changed(graph -> graph.addInitializer(graph.getInitializer(0))), "is in the graph twice");
    refused(changed(graph -> node(graph, "normed").setOpType("SkipLayerNormalization").setDomain("com.microsoft")
        .clearInput().addInput("stream0").addInput("written")), "no transformer blocks were found");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Gather", "GatherBlockQuantized", "MatMul", "Gemm", "QLinearMatMul", "Add", "Sub", "Identity",
      "Cast", "Reshape", "Slice", "DequantizeLinear", "LayerNormalization", "ReduceMean", "Split", "FastGelu"})
  void operatorsWithoutWhatTheyRead(String operator) throws Exception {
    refused(changed(graph -> graph.addNode(NodeProto.newBuilder().setOpType(operator).addOutput("more"))),
        "the operator " + operator + " '' must have at least ");
    refused(changed(graph -> graph.addNode(NodeProto.newBuilder().setOpType(operator).addInput("normed")
        .addInput("normed").addInput("normed").addInput("normed"))), "found 4 and 0");
  }

  @Test
  void weightsThatCannotBe() throws Exception {
    refused(weight(tensor -> tensor.setDims(0, 0).clearRawData()), "is empty: shape [0, 4]");
    refused(weight(tensor -> tensor.setDims(0, -1)), "negative size");
    refused(weight(tensor -> tensor.setDims(0, 1L << 40).setDims(1, 1L << 40)), "impossible shape");
    refused(weight(tensor -> tensor.setDims(0, 1L << 62).setDims(1, 1)), "impossible shape");
    refused(weight(tensor -> tensor.setDims(0, 7)), "needs 112 bytes, found 96");
    refused(weight(tensor -> tensor.setDataType(4711)), "unknown element type 4711");
    refused(weight(tensor -> tensor.setRawData(floats(Float.NaN))), "contains NaN");
    for (DataType type : List.of(DataType.FLOAT16, DataType.BFLOAT16, DataType.INT32, DataType.INT64, DataType.DOUBLE,
        DataType.UINT32, DataType.BOOL)) {
      refused(weight(tensor -> tensor.setDataType(type.getNumber()).clearRawData()
          .addAllFloatData(Collections.nCopies(VOCABULARY * D, 1f))), "needs 24 values of its type, found 0");
    }
  }

  @ParameterizedTest
  @EnumSource(value = DataType.class, names = {"FLOAT16", "BFLOAT16"})
  void constantsInHalfPrecisionWithoutTheirValues(DataType half) throws Exception {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName("c").setDataType(half.getNumber()).addDims(3);
    refused(constant(tensor), "needs 6 bytes, found 0");
    refused(constant(tensor.addAllFloatData(List.of(1f, 2f, 3f))), "needs 3 values of its type, found 0");
    Files.write(folder.resolve("constant.bin"), new byte[6]);
    refused(constant(tensor.clearFloatData().setDataLocation(DataLocation.EXTERNAL)
        .addExternalData(StringStringEntryProto.newBuilder().setKey("location").setValue("constant.bin"))),
        "half precision as external data");
  }

  private static ModelProto constant(TensorProto.Builder tensor) throws Exception {
    return changed(graph -> graph.addNode(NodeProto.newBuilder().setOpType("Constant").addOutput("more")
        .addAttribute(AttributeProto.newBuilder().setName("value").setType(AttributeProto.AttributeType.TENSOR)
            .setT(tensor))));
  }

  @ParameterizedTest
  @CsvSource(nullValues = "none", value = {
      "../outside.bin, 0, 96, outside the file's own folder",
      "/etc/hostname, 0, 96, outside the file's own folder",
      "sub/../../outside.bin, 0, 96, outside the file's own folder",
      "., 0, 96, outside the file's own folder",
      "absent.bin, 0, 96, not beside the file",
      "none, 0, 96, but not where",
      "data.bin, 97, 0, begins at byte 97",
      "data.bin, 8, 96, ends 8 bytes behind the end",
      "data.bin, 9223372036854775807, 96, begins at byte 9223372036854775807",
      "data.bin, 0, 9223372036854775807, behind the end",
      "data.bin, -4, 96, negative offset",
      "data.bin, 0, -96, negative length",
      "data.bin, x, 96, not a number",
      "data.bin, 0, 92, 'needs 96 bytes, found 92'",
      "data.bin, 4, none, 'needs 96 bytes, found 92'"})
  void externalDataThatLeadsElsewhere(String location, String offset, String length, String problem) throws Exception {
    Path model = Files.createDirectories(folder.resolve("model"));
    Files.write(folder.resolve("outside.bin"), new byte[96]);
    Files.write(model.resolve("data.bin"), new byte[96]);
    ModelProto changed = weight(tensor -> {
      tensor.clearRawData().setDataLocation(DataLocation.EXTERNAL);
      Optional.ofNullable(location).ifPresent(value -> tensor.addExternalData(entry("location", value)));
      Optional.ofNullable(offset).ifPresent(value -> tensor.addExternalData(entry("offset", value)));
      Optional.ofNullable(length).ifPresent(value -> tensor.addExternalData(entry("length", value)));
    });
    Path file = model.resolve("model.onnx");
    Files.write(file, changed.toByteArray());
    refused(file, problem);
  }

  @Test
  void sparseTensorsMayNotTakeTheirDataFromElsewhereEither() throws Exception {
    TensorProto outside = TensorProto.newBuilder().setName("sparse").setDataType(DataType.FLOAT_VALUE).addDims(24)
        .setDataLocation(DataLocation.EXTERNAL).addExternalData(entry("location", "../outside.bin")).build();
    SparseTensorProto sparse = SparseTensorProto.newBuilder().setValues(outside).addDims(96).build();
    refused(changed(graph -> graph.addSparseInitializer(sparse)), "outside the file's own folder");
    refused(changed(graph -> node(graph, "embedded")
        .addAttribute(AttributeProto.newBuilder().setName("value").setSparseTensor(sparse))),
        "outside the file's own folder");
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  @Test
  void signaturesThatAreNotUnderstood() throws Exception {
    refused(changed(graph -> {
      graph.addInput(graph.getInput(0).toBuilder().setName("prompt_style"));
      graph.addNode(ForeignGraphs.node("Cast", List.of("prompt_style"), "style").toBuilder()
          .addAttribute(OnnxGraph.attribute("to", DataType.FLOAT_VALUE)));
      graph.addNode(ForeignGraphs.node("ReduceSum", List.of("style"), "amount"));
      graph.addNode(ForeignGraphs.node("Add", List.of("scores0", "amount"), "scores"));
      node(graph, "scores").setOutput(0, "scores0");
    }), "the input prompt_style: INT64 (input_ids.0, input_ids.1) is not understood");
    refused(changed(graph -> graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder()
        .getDimBuilder(1).setDimValue(128)), "has a fixed size");
    refused(changed(graph -> graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder()
        .setElemType(DataType.FLOAT_VALUE)), "no token embedding was found");
    refused(decoder().toBuilder().setOpsetImport(0, OperatorSetIdProto.newBuilder().setVersion(9)).build(),
        "operator set 9");
    refused(changed(graph -> {
      node(graph, "logits").setOutput(0, "all");
      graph.addInitializer(ForeignGraphs.longs("last", -1));
      graph.addNode(ForeignGraphs.node("Gather", List.of("all", "last"), "logits").toBuilder()
          .addAttribute(OnnxGraph.attribute("axis", 1)));
    }), "logits of all positions");
  }

  @Test
  void graphsWithoutAResidualStream() throws Exception {
    refused(changed(graph -> {
      node(graph, "stream0").setOpType("Mul");
      node(graph, "stream1").setOpType("Mul");
    }), "no residual stream was found");
    refused(changed(graph -> node(graph, "stream1").setOpType("Mul")), "no transformer blocks were found");
    refused(changed(graph -> { // the stream itself is normalised between attention and MLP
      node(graph, "stream0").setOutput(0, "sum0");
      graph.addNode(norm("sum0", "stream0"));
    }), "the residual stream is not a sum");
    refused(changed(graph -> node(graph, "logits").setOpType("Identity").clearInput().addInput("normed")),
        "no head was found");
    refused(changed(graph -> node(graph, "normed").setOpType("Tanh").clearAttribute().clearInput().addInput("stream1")),
        "no final norm was found");
  }

  // A decoder of one block: attention over itself, one hidden layer.

  private static ModelProto decoder() {
    OnnxGraph graph = new OnnxGraph();
    graph.input("input_ids", DataType.INT64, -1, -1);
    GraphProto.Builder built = graph.proto().toBuilder();
    built.addInitializer(table("table", VOCABULARY, D)).addInitializer(table("up", D, 8))
        .addInitializer(table("down", 8, D)).addInitializer(table("head", D, VOCABULARY))
        .addInitializer(table("scale", D));
    built.addNode(ForeignGraphs.node("Gather", List.of("table", "input_ids"), "embedded"));
    built.addNode(norm("embedded", "first"));
    built.addNode(ForeignGraphs.node("Transpose", List.of("first"), "keys").toBuilder()
        .addAttribute(OnnxGraph.attribute("perm", 0, 2, 1)));
    built.addNode(ForeignGraphs.node("MatMul", List.of("first", "keys"), "scores"));
    built.addNode(ForeignGraphs.node("Softmax", List.of("scores"), "weights"));
    built.addNode(ForeignGraphs.node("MatMul", List.of("weights", "first"), "attended0"));
    built.addNode(ForeignGraphs.node("Relu", List.of("attended0"), "attended"));
    built.addNode(ForeignGraphs.node("Add", List.of("embedded", "attended"), "stream0"));
    built.addNode(norm("stream0", "second"));
    built.addNode(ForeignGraphs.node("MatMul", List.of("second", "up"), "before"));
    built.addNode(ForeignGraphs.node("Relu", List.of("before"), "neurons"));
    built.addNode(ForeignGraphs.node("MatMul", List.of("neurons", "down"), "written"));
    built.addNode(ForeignGraphs.node("Add", List.of("written", "stream0"), "stream1"));
    built.addNode(norm("stream1", "normed"));
    built.addNode(ForeignGraphs.node("MatMul", List.of("normed", "head"), "logits"));
    OnnxGraph whole = new OnnxGraph(built.build(), "");
    whole.exposed("logits", DataType.FLOAT, -1, -1, VOCABULARY);
    return ModelProto.newBuilder().setIrVersion(8).addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(17))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("com.example").setVersion(1))
        .setGraph(whole.proto()).build();
  }

  private static NodeProto norm(String input, String output) {
    return ForeignGraphs.node("LayerNormalization", List.of(input, "scale"), output);
  }

  private static TensorProto table(String name, int... shape) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(DataType.FLOAT_VALUE);
    int elements = 1;
    for (int size : shape) {
      tensor.addDims(size);
      elements *= size;
    }
    float[] values = new float[elements];
    for (int i = 0; i < elements; i++) {
      values[i] = (i * 7 % 11 - 5) / 5f;
    }
    return tensor.setRawData(floats(values)).build();
  }

  private static ByteString floats(float... first) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * Math.max(first.length, first.length == 1 ? VOCABULARY * D : 0))
        .order(ByteOrder.LITTLE_ENDIAN);
    for (float value : first) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.rewind());
  }

  private static ModelProto changed(Consumer<GraphProto.Builder> change) {
    ModelProto.Builder model = decoder().toBuilder();
    change.accept(model.getGraphBuilder());
    return model.build();
  }

  /// The decoder with another embedding table, (6, 4).
  private static ModelProto weight(Consumer<TensorProto.Builder> change) {
    return changed(graph -> change.accept(graph.getInitializerBuilder(0)));
  }

  private static NodeProto.Builder node(GraphProto.Builder graph, String output) {
    return graph.getNodeBuilderList().stream().filter(node -> node.getOutput(0).equals(output)).findFirst()
        .orElseThrow();
  }

  private Path write(byte[] bytes) throws Exception {
    Path file = Files.createTempFile(folder, "model", ".onnx");
    return Files.write(file, bytes);
  }

  private OnnxFileModel open(ModelProto model) throws Exception {
    return OnnxFileModel.open(write(model.toByteArray()), Memory.FAST, 1, CompletionEnd.at(List.of()));
  }

  private void refused(ModelProto model, String problem) throws Exception {
    refused(write(model.toByteArray()), problem);
  }

  private static void refused(Path file, String problem) {
    assertThatThrownBy(() -> OnnxFileModel.open(file, Memory.FAST, 1, CompletionEnd.at(List.of())).close())
        .isInstanceOf(CheckpointException.class).hasMessageContaining(file.toString()).hasMessageContaining(problem)
        .satisfies(refusal -> assertThat(refusal.getMessage().lines()).hasSize(1));
  }
}
