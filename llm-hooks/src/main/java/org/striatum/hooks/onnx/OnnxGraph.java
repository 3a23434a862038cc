package org.striatum.hooks.onnx;

import ai.onnx.proto.OnnxMl;
import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorInfo;

/// An ONNX graph under construction. Values are named by what makes them; equal constants are one initializer.
public final class OnnxGraph {
  public static final String CONTRIB = "com.microsoft";
  private static final long OPSET = 18;
  private static final long IR_VERSION = 8;

  private final GraphProto.Builder graph;
  private final String prefix; // of every name given here
  private final List<NodeProto> first = new ArrayList<>();
  private final Map<String, String> constants = new HashMap<>();
  private final OnnxGraph root; // of the whole model; holds the weights
  private int values;
  private int inner; // graphs within this one so far

  /// An empty graph.
  public OnnxGraph() {
    this(GraphProto.newBuilder().setName("striatum").build(), "");
  }

  /// Continues an existing graph.
  ///
  /// @param prefix of the names given to what is added; no name of the graph may begin with it
  public OnnxGraph(GraphProto continued, String prefix) {
    this.graph = continued.toBuilder();
    this.prefix = prefix;
    this.root = this;
  }

  private OnnxGraph(OnnxGraph outer, String prefix) {
    this.graph = GraphProto.newBuilder().setName(prefix);
    this.prefix = prefix;
    this.root = outer.root;
  }

  /// An empty graph for an attribute of a node (a branch, a loop's body). It may read any value of this one; weights that it
  /// names are the whole model's.
  OnnxGraph inner() {
    return new OnnxGraph(this, prefix + "in" + inner++ + "/");
  }

  /// Adds a node with one output.
  public String node(String op, List<String> inputs, AttributeProto... attributes) {
    return nodes("", op, inputs, 1, attributes).getFirst();
  }

  /// Adds a node of an operator domain with several outputs.
  public List<String> nodes(String domain, String op, List<String> inputs, int outputs, AttributeProto... attributes) {
    List<String> names = IntStream.range(0, outputs).mapToObj(_ -> prefix + op + ":" + values++).toList();
    named(domain, op, inputs, names, attributes);
    return names;
  }

  /// Adds a node of constants alone, in front of all that depend on inputs. ONNX Runtime orders a graph depth first from
  /// its outputs, the node added last first: a node in front runs just before its reader, one behind the reader's other
  /// inputs runs before the whole model, and its result is held till then.
  String early(String op, String constant, AttributeProto... attributes) {
    String name = prefix + op + ":" + values++;
    first.add(NodeProto.newBuilder().setOpType(op).setName(op + ".early." + first.size()).addInput(constant)
        .addOutput(name).addAllAttribute(List.of(attributes)).build());
    return name;
  }

  /// Adds a node whose outputs have given names.
  public void named(String domain, String op, List<String> inputs, List<String> outputs, AttributeProto... attributes) {
    graph.addNode(
        NodeProto.newBuilder().setDomain(domain).setOpType(op).setName(prefix + op + "." + graph.getNodeCount())
            .addAllInput(inputs).addAllOutput(outputs).addAllAttribute(List.of(attributes)));
  }

  /// An attribute of a node.
  public static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INT).setI(value).build();
  }

  /// An attribute of a node.
  public static AttributeProto attribute(String name, float value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.FLOAT).setF(value).build();
  }

  /// An attribute of a node.
  public static AttributeProto attribute(String name, long... values) {
    AttributeProto.Builder builder = AttributeProto.newBuilder().setName(name)
        .setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      builder.addInts(value);
    }
    return builder.build();
  }

  /// An attribute of a node: a graph within this one.
  static AttributeProto attribute(String name, OnnxGraph inner) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.GRAPH).setG(inner.proto())
        .build();
  }

  /// A vector of INT64.
  public String longs(long... items) {
    return constants.computeIfAbsent("longs" + Arrays.toString(items), _ -> {
      ByteBuffer bytes = ByteBuffer.allocate(8 * items.length).order(ByteOrder.LITTLE_ENDIAN);
      for (long item : items) {
        bytes.putLong(item);
      }
      return constant(TensorProto.DataType.INT64, bytes, items.length);
    });
  }

  /// A scalar INT64 (longs gives vectors).
  public String scalar(long item) {
    return constants.computeIfAbsent("scalar" + item, _ -> constant(TensorProto.DataType.INT64,
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(item)));
  }

  /// A scalar FLOAT.
  public String scalar(float item) {
    return constants.computeIfAbsent("float" + Float.floatToIntBits(item), _ -> constant(TensorProto.DataType.FLOAT,
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(item)));
  }

  /// A FLOAT tensor.
  public String floats(float[] items, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * items.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float item : items) {
      bytes.putFloat(item);
    }
    return constant(TensorProto.DataType.FLOAT, bytes, shape);
  }

  private String constant(TensorProto.DataType type, ByteBuffer bytes, long... shape) {
    String name = prefix + "constant:" + values++;
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(name).setDataType(type.getNumber())
        .setRawData(ByteString.copyFrom(bytes.flip()));
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /// A weight left where it is: bytes `offset` to `offset + length` of `file`, a name in the model's external-data
  /// folder.
  String external(TensorInfo weight, String file) {
    TensorProto.Builder tensor = TensorProto.newBuilder().setName(weight.name())
        .setDataType(typeOf(weight.dtype()).getNumber()).setDataLocation(TensorProto.DataLocation.EXTERNAL)
        .addAllDims(weight.shape()).addExternalData(entry("location", file))
        .addExternalData(entry("offset", Long.toString(weight.offset())))
        .addExternalData(entry("length", Long.toString(weight.byteLength())));
    root.graph.addInitializer(tensor);
    return weight.name();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  static TensorProto.DataType typeOf(DType dtype) {
    return switch (dtype) {
      case F32 -> TensorProto.DataType.FLOAT;
      case F16 -> TensorProto.DataType.FLOAT16;
      case BF16 -> TensorProto.DataType.BFLOAT16;
      case F64 -> TensorProto.DataType.DOUBLE;
      default -> throw new IllegalArgumentException("weights are F32, F16, BF16 or F64, found " + dtype);
    };
  }

  /// Declares a graph input called `name` behind the prefix; a negative size is free.
  public String input(String name, TensorProto.DataType type, long... shape) {
    graph.addInput(value(prefix + name, type, shape));
    return prefix + name;
  }

  /// Makes `value` an output called `name`.
  public void output(String name, String value, TensorProto.DataType type, long... shape) {
    named("", "Identity", List.of(value), List.of(name));
    exposed(name, type, shape);
  }

  /// Declares a value of the graph to be an output as it stands.
  public void exposed(String value, TensorProto.DataType type, long... shape) {
    graph.addOutput(value(value, type, shape));
  }

  private static ValueInfoProto value(String name, TensorProto.DataType type, long... shape) {
    OnnxMl.TensorShapeProto.Builder dims = OnnxMl.TensorShapeProto.newBuilder();
    for (int i = 0; i < shape.length; i++) {
      OnnxMl.TensorShapeProto.Dimension.Builder dim = OnnxMl.TensorShapeProto.Dimension.newBuilder();
      dims.addDim(shape[i] < 0 ? dim.setDimParam(name + "." + i) : dim.setDimValue(shape[i]));
    }
    return ValueInfoProto.newBuilder().setName(name).setType(TypeProto.newBuilder()
        .setTensorType(TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).setShape(dims))).build();
  }

  /// The graph as it stands.
  public GraphProto proto() {
    return graph.clone().clearNode().addAllNode(first).addAllNode(graph.getNodeList()).build();
  }

  /// The whole model: a few hundred kilobytes whatever the weights weigh.
  public byte[] bytes() {
    return ModelProto.newBuilder().setIrVersion(IR_VERSION).setProducerName("striatum")
        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET))
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(CONTRIB).setVersion(1)).setGraph(proto()).build()
        .toByteArray();
  }
}
