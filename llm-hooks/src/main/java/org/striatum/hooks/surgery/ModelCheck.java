package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Copies a parsed model, each tensor checked: external data is named relative to one folder, and large weights of a
/// mapped file become external data inside it.
final class ModelCheck {
  private static final int MAX_NODES = 1_000_000;
  private static final int SMALLEST_MAPPED_WEIGHT = 1 << 12;

  private final Path real; // the .onnx file, links followed
  private final MemorySegment mapped; // the same in memory; NULL where its bytes were copied
  private final TensorCheck tensors;
  private final ExternalData external;
  private final Set<String> names = new HashSet<>();
  private int nodes;
  private long parameters;
  private long weightBytes;

  private ModelCheck(Path real, MemorySegment mapped, TensorCheck tensors, ExternalData external) {
    this.real = real;
    this.mapped = mapped;
    this.tensors = tensors;
    this.external = external;
  }

  /// A model whose tensors are what they say.
  ///
  /// @param prefix begins none of its names
  /// @param parameters weights as they are stored, counted
  /// @param weightBytes bytes of all weights
  record CheckedModel(ModelProto model, String prefix, long parameters, long weightBytes) {}

  /// @param mapped the file's bytes where weights stay in it; NULL where they were copied
  /// @throws CheckpointException naming the tensor and what is wrong with it
  static CheckedModel check(ModelProto parsed, Path real, MemorySegment mapped, TensorCheck tensors,
      ExternalData external)
      throws IOException {
    ModelCheck check = new ModelCheck(real, mapped, tensors, external);
    ModelProto.Builder copy = parsed.toBuilder().clearGraph().clearFunctions().clearTrainingInfo();
    copy.setGraph(check.checked(parsed.getGraph()));
    for (FunctionProto function : parsed.getFunctionsList()) {
      FunctionProto.Builder body = function.toBuilder().clearNode();
      for (NodeProto node : function.getNodeList()) {
        body.addNode(check.checked(node));
      }
      copy.addFunctions(body);
    }
    return new CheckedModel(copy.build(), check.unusedPrefix(), check.parameters, check.weightBytes);
  }

  private String unusedPrefix() {
    return Stream.iterate("striatum.", prefix -> "_" + prefix)
        .filter(prefix -> names.stream().noneMatch(name -> name.startsWith(prefix))).findFirst().orElseThrow();
  }

  private GraphProto checked(GraphProto graph) throws IOException {
    GraphProto.Builder copy = graph.toBuilder().clearNode().clearInitializer().clearSparseInitializer()
        .clearValueInfo();
    Set<String> initializers = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (!initializers.add(tensor.getName())) {
        throw tensors.refusal(tensor, "is in the graph twice");
      }
      copy.addInitializer(checkedWeight(tensor));
      names.add(tensor.getName());
    }
    for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
      copy.addSparseInitializer(checked(tensor));
    }
    graph.getInputList().forEach(input -> names.add(input.getName()));
    for (NodeProto node : graph.getNodeList()) {
      copy.addNode(checked(node));
    }
    return copy.build();
  }

  private NodeProto checked(NodeProto node) throws IOException {
    if (++nodes > MAX_NODES) {
      throw new CheckpointException(
          tensors.path() + " has more than " + MAX_NODES + " nodes: not a language model");
    }
    int fewest = Operators.fewestInputs(node.getOpType());
    if (node.getInputCount() < fewest || node.getOutputCount() < 1) {
      throw new CheckpointException(
          "%s: the operator %s '%s' must have at least %d inputs and 1 output, found %d and %d"
              .formatted(tensors.path(), node.getOpType(), node.getName(), fewest, node.getInputCount(),
                  node.getOutputCount()));
    }
    names.add(node.getName());
    names.addAll(node.getInputList());
    names.addAll(node.getOutputList());
    if (node.getAttributeList().stream().allMatch(ModelCheck::isPlain)) {
      return node;
    }
    NodeProto.Builder copy = node.toBuilder().clearAttribute();
    for (AttributeProto attribute : node.getAttributeList()) {
      copy.addAttribute(isPlain(attribute) ? attribute : checked(attribute));
    }
    return copy.build();
  }

  /// Whether an attribute holds neither tensors nor graphs.
  private static boolean isPlain(AttributeProto attribute) {
    return !attribute.hasT() && !attribute.hasG() && !attribute.hasSparseTensor() && attribute.getTensorsCount() == 0
        && attribute.getGraphsCount() == 0 && attribute.getSparseTensorsCount() == 0;
  }

  private AttributeProto checked(AttributeProto attribute) throws IOException {
    AttributeProto.Builder copy = attribute.toBuilder().clearTensors().clearGraphs().clearSparseTensors();
    if (attribute.hasT()) {
      copy.setT(checkedValue(attribute.getT()));
    }
    if (attribute.hasG()) {
      copy.setG(checked(attribute.getG()));
    }
    if (attribute.hasSparseTensor()) {
      copy.setSparseTensor(checked(attribute.getSparseTensor()));
    }
    for (TensorProto tensor : attribute.getTensorsList()) {
      copy.addTensors(checked(tensor));
    }
    for (GraphProto graph : attribute.getGraphsList()) {
      copy.addGraphs(checked(graph));
    }
    for (SparseTensorProto tensor : attribute.getSparseTensorsList()) {
      copy.addSparseTensors(checked(tensor));
    }
    return copy.build();
  }

  /// A constant of a node. One in half precision is widened where it stands, so its bytes stay there.
  private TensorProto checkedValue(TensorProto tensor) throws IOException {
    if (!Widening.isHalf(tensor.getDataType())) {
      return checked(tensor);
    }
    if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
      throw tensors.refusal(tensor, "is a constant in half precision as external data: store it as an initializer");
    }
    long elements = tensors.elements(tensor);
    tensors.checkEmbedded(tensor, elements, tensors.bytes(tensor, elements));
    return tensor;
  }

  private SparseTensorProto checked(SparseTensorProto tensor) throws IOException {
    return tensor.toBuilder().setValues(checked(tensor.getValues())).setIndices(checked(tensor.getIndices())).build();
  }

  private TensorProto checkedWeight(TensorProto tensor) throws IOException {
    TensorProto checked = checked(tensor);
    if (tensor.getDataType() != DataType.STRING_VALUE) {
      long elements = tensors.elements(tensor);
      parameters += elements;
      weightBytes += tensors.bytes(tensor, elements);
    }
    return checked;
  }

  private TensorProto checked(TensorProto tensor) throws IOException {
    long elements = tensors.elements(tensor);
    if (tensor.getDataType() == DataType.STRING_VALUE) {
      return tensor;
    }
    long bytes = tensors.bytes(tensor, elements);
    if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
      return external.relocated(tensor, bytes);
    }
    tensors.checkEmbedded(tensor, elements, bytes);
    if (mapped.equals(MemorySegment.NULL)) {
      tensors.checkNumbers(tensor);
    } else if (bytes >= SMALLEST_MAPPED_WEIGHT && tensor.hasRawData()) {
      return inPlace(tensor, bytes);
    }
    return tensor;
  }

  /// A large embedded weight as external data inside the file it stands in.
  private TensorProto inPlace(TensorProto tensor, long bytes) {
    long offset = MemorySegment.ofBuffer(tensor.getRawData().asReadOnlyByteBuffer()).address() - mapped.address();
    return external.located(tensor.toBuilder().clearRawData().build(), real, offset, bytes);
  }
}
