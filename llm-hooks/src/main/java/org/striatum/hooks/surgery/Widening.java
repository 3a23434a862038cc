package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;

/// Half-precision graphs computed in F32, as checkpoints are: every 16-bit float becomes an F32.
///
/// The runtime has few half-precision kernels on CPU and rounds to 16 bits at some steps and not at others; gates would
/// move those. Large weights stay as they are stored and are widened where they are used.
final class Widening {
  private static final Set<String> TYPE_ATTRIBUTES = Set.of("to", "dtype", "output_dtype");
  private static final int WIDENED_IN_PLACE = 1 << 14; // elements

  private final String prefix;
  private final Set<String> large = new HashSet<>(); // half-precision weights left as they are stored

  private Widening(String prefix) {
    this.prefix = prefix + "half.";
  }

  static GraphProto widen(GraphProto graph, String prefix) {
    return new Widening(prefix).widened(graph);
  }

  static boolean isHalf(long type) {
    return type == DataType.FLOAT16_VALUE || type == DataType.BFLOAT16_VALUE;
  }

  private GraphProto widened(GraphProto graph) {
    GraphProto.Builder copy = graph.toBuilder().clearInitializer().clearNode().clearInput().clearOutput();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (!isHalf(tensor.getDataType())) {
        copy.addInitializer(tensor);
      } else if (tensor.getDataLocation() != DataLocation.EXTERNAL && elements(tensor) <= WIDENED_IN_PLACE) {
        copy.addInitializer(widened(tensor));
      } else {
        String stored = prefix + tensor.getName();
        large.add(tensor.getName());
        copy.addInitializer(tensor.toBuilder().setName(stored));
        copy.addNode(cast(stored, tensor.getName()));
      }
    }
    graph.getInputList().forEach(input -> copy.addInput(widened(input)));
    graph.getOutputList().forEach(output -> copy.addOutput(widened(output)));
    for (NodeProto node : graph.getNodeList()) {
      NodeProto.Builder wide = node.toBuilder().clearAttribute();
      node.getAttributeList().forEach(attribute -> wide.addAttribute(widened(attribute)));
      if (node.getOpType().equals("Gather") && large.contains(node.getInput(0))) { // rows, not the whole table
        String rows = prefix + node.getOutput(0);
        copy.addNode(wide.setInput(0, prefix + node.getInput(0)).setOutput(0, rows));
        copy.addNode(cast(rows, node.getOutput(0)));
      } else {
        copy.addNode(wide);
      }
    }
    return copy.build();
  }

  private static NodeProto cast(String from, String to) {
    return NodeProto.newBuilder().setOpType("Cast").addInput(from).addOutput(to)
        .addAttribute(AttributeProto.newBuilder()
            .setName("to").setType(AttributeProto.AttributeType.INT).setI(DataType.FLOAT_VALUE))
        .build();
  }

  private AttributeProto widened(AttributeProto attribute) {
    AttributeProto.Builder copy = attribute.toBuilder().clearGraphs();
    if (TYPE_ATTRIBUTES.contains(attribute.getName()) && isHalf(attribute.getI())) {
      copy.setI(DataType.FLOAT_VALUE);
    }
    if (attribute.hasT() && isHalf(attribute.getT().getDataType())) {
      copy.setT(widened(attribute.getT()));
    }
    if (attribute.hasG()) {
      copy.setG(widened(attribute.getG()));
    }
    attribute.getGraphsList().forEach(graph -> copy.addGraphs(widened(graph)));
    return copy.build();
  }

  private static ValueInfoProto widened(ValueInfoProto value) {
    if (!isHalf(value.getType().getTensorType().getElemType())) {
      return value;
    }
    ValueInfoProto.Builder copy = value.toBuilder();
    copy.getTypeBuilder().getTensorTypeBuilder().setElemType(DataType.FLOAT_VALUE);
    return copy.build();
  }

  private static long elements(TensorProto tensor) {
    return tensor.getDimsList().stream().reduce(1L, (a, b) -> a * b);
  }

  private static TensorProto widened(TensorProto tensor) {
    boolean raw = tensor.hasRawData();
    ByteBuffer stored = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int elements = (int) elements(tensor);
    ByteBuffer wide = ByteBuffer.allocate(4 * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      short bits = raw ? stored.getShort() : (short) tensor.getInt32Data(i);
      wide.putFloat(tensor.getDataType() == DataType.FLOAT16_VALUE
          ? Float.float16ToFloat(bits)
          : Float.intBitsToFloat(bits << 16));
    }
    return tensor.toBuilder().clearInt32Data().setDataType(DataType.FLOAT_VALUE)
        .setRawData(ByteString.copyFrom(wide.flip())).build();
  }
}
