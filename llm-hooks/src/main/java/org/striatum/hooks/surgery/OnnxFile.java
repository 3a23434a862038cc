package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Somebody else's ONNX file, read and checked: sizes, offsets and depth before any memory is taken.
///
/// External data stays where it is. Weights embedded in a file of 256 MB or more stay there too: they become external
/// data inside the `.onnx` file itself. Symbolic links (the hub cache's layout) are followed. Immutable.
public final class OnnxFile {
  /// Above this, embedded weights are mapped rather than copied.
  static final long MAPPED_FROM = 256L << 20;
  private static final int SMALLEST_MAPPED_WEIGHT = 1 << 12;
  private static final int MAX_NODES = 1_000_000;
  private static final int OLDEST_OPSET = 11;
  private static final Set<Integer> FLOATS = Set.of(DataType.FLOAT_VALUE, DataType.FLOAT16_VALUE,
      DataType.BFLOAT16_VALUE, DataType.DOUBLE_VALUE);

  private final Path path;
  private final long mappedFrom;
  private final Set<String> names = new HashSet<>();
  private final Map<String, Path> externals = new TreeMap<>(); // location in the file → real file
  private Path folder;
  private MemorySegment mapped = MemorySegment.NULL;
  private ModelProto model = ModelProto.getDefaultInstance();
  private String prefix = "";
  private int nodes;
  private long parameters;
  private long weightBytes;

  private OnnxFile(Path path, long mappedFrom) {
    this.path = path;
    this.folder = path.toAbsolutePath();
    this.mappedFrom = mappedFrom;
  }

  /// Reads a file.
  ///
  /// @throws CheckpointException in one line: what is wrong with it and where
  public static OnnxFile open(Path path) throws CheckpointException {
    return open(path, MAPPED_FROM);
  }

  static OnnxFile open(Path path, long mappedFrom) throws CheckpointException {
    OnnxFile file = new OnnxFile(path, mappedFrom);
    try {
      file.read();
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + path + ": " + unreadable.getMessage(), unreadable);
    }
    return file;
  }

  private void read() throws IOException {
    if (!Files.isRegularFile(path)) {
      throw new CheckpointException(Files.exists(path)
          ? path + " is not a file: give the .onnx file itself"
          : "no ONNX file at " + path);
    }
    Path real = path.toRealPath();
    long size = Files.size(real);
    if (size > Integer.MAX_VALUE) {
      throw new CheckpointException(path + " has " + size
          + " bytes, and protobuf ends at 2 GB: keep the weights as external data beside the file");
    }
    ModelProto parsed = parse(real, size);
    if (!parsed.hasGraph() || parsed.getGraph().getNodeCount() == 0) {
      throw new CheckpointException(path + " holds no graph: is it an ONNX model?");
    }
    long opset = parsed.getOpsetImportList().stream().filter(set -> set.getDomain().isEmpty() || onnx(set))
        .mapToLong(OperatorSetIdProto::getVersion).max().orElse(0);
    if (opset < OLDEST_OPSET) {
      throw new CheckpointException(path + " is written in ONNX operator set " + opset + ": export it with "
          + OLDEST_OPSET + " or later (17 is a good choice)");
    }
    findExternalData(parsed);
    folder = commonFolder(real);
    ModelProto.Builder checked = parsed.toBuilder().clearGraph().clearFunctions().clearTrainingInfo();
    checked.setGraph(checked(parsed.getGraph()));
    for (FunctionProto function : parsed.getFunctionsList()) {
      FunctionProto.Builder body = function.toBuilder().clearNode();
      for (NodeProto node : function.getNodeList()) {
        body.addNode(checked(node));
      }
      checked.addFunctions(body);
    }
    model = checked.build();
    prefix = "striatum.";
    while (names.stream().anyMatch(name -> name.startsWith(prefix))) {
      prefix = "_" + prefix;
    }
  }

  private static boolean onnx(OperatorSetIdProto set) {
    return set.getDomain().equals("ai.onnx");
  }

  private ModelProto parse(Path real, long size) throws IOException {
    try {
      ByteString bytes;
      if (size < mappedFrom) {
        bytes = UnsafeByteOperations.unsafeWrap(Files.readAllBytes(real));
      } else {
        try (FileChannel channel = FileChannel.open(real)) {
          ByteBuffer buffer = channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
          mapped = MemorySegment.ofBuffer(buffer);
          bytes = UnsafeByteOperations.unsafeWrap(buffer);
        }
      }
      CodedInputStream input = bytes.newCodedInput(); // its recursion limit (100) stays
      input.enableAliasing(true);
      ModelProto parsed = ModelProto.parseFrom(input);
      input.checkLastTagWas(0);
      return parsed;
    } catch (InvalidProtocolBufferException broken) {
      throw new CheckpointException(
          path + " is not an ONNX file, is cut short, or is nested too deep: " + broken.getMessage(), broken);
    }
  }

  // External data.

  private void findExternalData(ModelProto parsed) throws IOException {
    findExternalData(parsed.getGraph());
    for (FunctionProto function : parsed.getFunctionsList()) {
      findExternalData(function.getNodeList());
    }
  }

  private void findExternalData(GraphProto graph) throws IOException {
    for (TensorProto tensor : graph.getInitializerList()) {
      findExternalData(tensor);
    }
    findExternalData(graph.getNodeList());
  }

  private void findExternalData(List<NodeProto> all) throws IOException {
    for (NodeProto node : all) {
      for (AttributeProto attribute : node.getAttributeList()) {
        if (attribute.hasT()) {
          findExternalData(attribute.getT());
        }
        for (TensorProto tensor : attribute.getTensorsList()) {
          findExternalData(tensor);
        }
        if (attribute.hasG()) {
          findExternalData(attribute.getG());
        }
        for (GraphProto graph : attribute.getGraphsList()) {
          findExternalData(graph);
        }
      }
    }
  }

  private void findExternalData(TensorProto tensor) throws IOException {
    if (tensor.getDataLocation() != DataLocation.EXTERNAL) {
      return;
    }
    String location = external(tensor).get("location");
    if (location == null || location.isBlank()) {
      throw refusal(tensor, "says its data is external but not where");
    }
    if (externals.containsKey(location)) {
      return;
    }
    Path beside = path.toAbsolutePath().normalize().getParent();
    Path found;
    try {
      Path relative = Path.of(location);
      found = beside.resolve(relative).normalize();
      if (relative.isAbsolute() || !found.startsWith(beside) || found.equals(beside)) {
        throw refusal(tensor, "takes its data from '" + location + "', outside the file's own folder");
      }
    } catch (InvalidPathException unusable) {
      throw refusal(tensor, "takes its data from '" + location + "', which is no file name");
    }
    if (!Files.isRegularFile(found)) {
      throw refusal(tensor, "takes its data from '" + location + "', which is not beside the file: download it too");
    }
    externals.put(location, found.toRealPath());
  }

  /// The one folder in which the runtime looks for all external data, links resolved.
  private Path commonFolder(Path real) throws CheckpointException {
    Path own = real.getParent();
    boolean self = !mapped.equals(MemorySegment.NULL);
    if (externals.values().stream().allMatch(file -> file.startsWith(own))) {
      return own;
    }
    Set<Path> parents = new HashSet<>();
    externals.values().forEach(file -> parents.add(file.getParent()));
    if (self) {
      parents.add(own);
    }
    if (parents.size() > 1) {
      throw new CheckpointException("the external data of " + path
          + " lies in several folders behind their links: put the files into one folder");
    }
    return parents.iterator().next();
  }

  private static Map<String, String> external(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    tensor.getExternalDataList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    return entries;
  }

  // Checks. A checked copy names external data relative to the common folder.

  private GraphProto checked(GraphProto graph) throws IOException {
    GraphProto.Builder copy = graph.toBuilder().clearNode().clearInitializer().clearValueInfo();
    Set<String> initializers = new HashSet<>();
    for (TensorProto tensor : graph.getInitializerList()) {
      if (!initializers.add(tensor.getName())) {
        throw refusal(tensor, "stands in the graph twice");
      }
      copy.addInitializer(checked(tensor, true));
      names.add(tensor.getName());
    }
    graph.getInputList().forEach(input -> names.add(input.getName()));
    for (NodeProto node : graph.getNodeList()) {
      copy.addNode(checked(node));
    }
    return copy.build();
  }

  private NodeProto checked(NodeProto node) throws IOException {
    if (++nodes > MAX_NODES) {
      throw new CheckpointException(path + " has more than " + MAX_NODES + " nodes: not a language model");
    }
    names.add(node.getName());
    names.addAll(node.getInputList());
    names.addAll(node.getOutputList());
    boolean plain = node.getAttributeList().stream().noneMatch(attribute -> attribute.hasT() || attribute.hasG()
        || attribute.getTensorsCount() > 0 || attribute.getGraphsCount() > 0);
    if (plain) {
      return node;
    }
    NodeProto.Builder copy = node.toBuilder().clearAttribute();
    for (AttributeProto attribute : node.getAttributeList()) {
      AttributeProto.Builder rewritten = attribute.toBuilder().clearTensors().clearGraphs();
      if (attribute.hasT()) {
        rewritten.setT(checked(attribute.getT(), false));
      }
      if (attribute.hasG()) {
        rewritten.setG(checked(attribute.getG()));
      }
      for (TensorProto tensor : attribute.getTensorsList()) {
        rewritten.addTensors(checked(tensor, false));
      }
      for (GraphProto graph : attribute.getGraphsList()) {
        rewritten.addGraphs(checked(graph));
      }
      copy.addAttribute(rewritten);
    }
    return copy.build();
  }

  private TensorProto checked(TensorProto tensor, boolean weight) throws IOException {
    long elements = 1;
    for (long size : tensor.getDimsList()) {
      if (size < 0) {
        throw refusal(tensor, "has a negative size in its shape " + tensor.getDimsList());
      }
      try {
        elements = Math.multiplyExact(elements, size);
      } catch (ArithmeticException overflow) {
        throw refusal(tensor, "has the impossible shape " + tensor.getDimsList());
      }
    }
    if (tensor.getDataType() == DataType.STRING_VALUE) {
      return tensor;
    }
    long bytes;
    try {
      bytes = Math.ceilDiv(Math.multiplyExact(elements, (long) bits(tensor)), 8L);
    } catch (ArithmeticException overflow) {
      throw refusal(tensor, "has the impossible shape " + tensor.getDimsList());
    }
    if (elements == 0 && tensor.getDimsCount() >= 2 && FLOATS.contains(tensor.getDataType())) {
      throw refusal(tensor, "is empty: shape " + tensor.getDimsList());
    }
    if (weight) {
      parameters += elements;
      weightBytes += bytes;
    }
    if (tensor.getDataLocation() == DataLocation.EXTERNAL) {
      return external(tensor, bytes);
    }
    if (tensor.hasRawData() || typed(tensor) == 0) {
      if (tensor.getRawData().size() != bytes) {
        throw refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + bytes + " bytes, found "
            + tensor.getRawData().size());
      }
    } else if (typed(tensor) != typedElements(tensor, elements)) {
      throw refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + typedElements(tensor, elements)
          + " values, found " + typed(tensor));
    }
    if (mapped.equals(MemorySegment.NULL)) {
      checkNumbers(tensor);
    } else if (bytes >= SMALLEST_MAPPED_WEIGHT && tensor.hasRawData()) {
      return inPlace(tensor, bytes);
    }
    return tensor;
  }

  private TensorProto external(TensorProto tensor, long bytes) throws IOException {
    Map<String, String> entries = external(tensor);
    Path file = externals.get(entries.get("location"));
    long size = Files.size(file);
    long offset = number(tensor, entries, "offset", 0);
    if (offset > size) {
      throw refusal(tensor, "begins at byte " + offset + " of '" + entries.get("location") + "', which has " + size);
    }
    long length = number(tensor, entries, "length", size - offset);
    if (length > size - offset) {
      throw refusal(tensor, "ends " + (length - (size - offset)) + " bytes behind the end of '"
          + entries.get("location") + "': download it again");
    }
    if (length != bytes) {
      throw refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + bytes + " bytes, found " + length);
    }
    return located(tensor, file, offset, length);
  }

  private long number(TensorProto tensor, Map<String, String> entries, String key, long absent)
      throws CheckpointException {
    String text = entries.get(key);
    if (text == null) {
      return absent;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException notANumber) {
      throw refusal(tensor, "has the " + key + " '" + text + "' for its external data: not a number of bytes");
    }
    throw refusal(tensor, "has the negative " + key + " " + text + " for its external data");
  }

  /// A large embedded weight as external data inside the file it stands in.
  private TensorProto inPlace(TensorProto tensor, long bytes) throws IOException {
    long offset = MemorySegment.ofBuffer(tensor.getRawData().asReadOnlyByteBuffer()).address() - mapped.address();
    return located(tensor.toBuilder().clearRawData().build(), path.toRealPath(), offset, bytes);
  }

  private TensorProto located(TensorProto tensor, Path file, long offset, long length) {
    return tensor.toBuilder().setDataLocation(DataLocation.EXTERNAL).clearExternalData()
        .addExternalData(entry("location", folder.relativize(file).toString()))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length))).build();
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }

  /// Bits an element takes.
  private int bits(TensorProto tensor) throws CheckpointException {
    DataType type = DataType.forNumber(tensor.getDataType());
    if (type == null) {
      throw refusal(tensor, "has the unknown element type " + tensor.getDataType());
    }
    return switch (type) {
      case UINT4, INT4 -> 4;
      case UINT8, INT8, BOOL, FLOAT8E4M3FN, FLOAT8E4M3FNUZ, FLOAT8E5M2, FLOAT8E5M2FNUZ -> 8;
      case UINT16, INT16, FLOAT16, BFLOAT16 -> 16;
      case FLOAT, INT32, UINT32 -> 32;
      case DOUBLE, INT64, UINT64, COMPLEX64 -> 64;
      case COMPLEX128 -> 128;
      case UNDEFINED, STRING -> throw refusal(tensor, "has the element type " + type);
    };
  }

  private static long typed(TensorProto tensor) {
    return (long) tensor.getFloatDataCount() + tensor.getInt32DataCount() + tensor.getInt64DataCount()
        + tensor.getDoubleDataCount() + tensor.getUint64DataCount();
  }

  private static long typedElements(TensorProto tensor, long elements) {
    return switch (tensor.getDataType()) {
      case DataType.UINT4_VALUE, DataType.INT4_VALUE -> Math.ceilDiv(elements, 2L);
      case DataType.COMPLEX64_VALUE, DataType.COMPLEX128_VALUE -> 2 * elements;
      default -> elements;
    };
  }

  private void checkNumbers(TensorProto tensor) throws CheckpointException {
    if (tensor.getDataType() != DataType.FLOAT_VALUE || tensor.getDimsCount() == 0) {
      return;
    }
    boolean nan = tensor.getFloatDataList().stream().anyMatch(value -> value.isNaN());
    ByteBuffer raw = tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (!nan && raw.remaining() >= 4) {
      nan = Float.isNaN(raw.getFloat());
    }
    if (nan) {
      throw refusal(tensor, "contains NaN: the file is damaged or its training diverged");
    }
  }

  private CheckpointException refusal(TensorProto tensor, String problem) {
    return new CheckpointException("tensor '" + tensor.getName() + "' of " + path + " " + problem);
  }

  // What was read.

  public Path path() {
    return path;
  }

  /// The file's name without its ending, for people and for folders; the folder's where exporters name the file alike.
  public String name() {
    String file = path.getFileName().toString().replaceFirst("(?i)\\.onnx$", "");
    Path parent = path.toAbsolutePath().normalize().getParent();
    boolean generic = file.startsWith("model") || file.startsWith("decoder");
    return generic && parent.getFileName() != null ? parent.getFileName().toString() : file;
  }

  /// Files that hold weights, the `.onnx` file first, links resolved.
  public List<Path> files() throws CheckpointException {
    try {
      List<Path> all = new ArrayList<>(List.of(path.toRealPath()));
      externals.values().stream().distinct().forEach(all::add);
      return List.copyOf(all);
    } catch (IOException gone) {
      throw new CheckpointException("cannot read " + path + ": " + gone.getMessage(), gone);
    }
  }

  /// What wrote the file, as it says itself: `pytorch 2.13.0`.
  public String exporter() {
    String producer = (model.getProducerName() + " " + model.getProducerVersion()).strip();
    return producer.isEmpty() ? "unnamed" : producer;
  }

  /// Operator sets by domain, `ai.onnx` for the standard one.
  public Map<String, Long> opsets() {
    Map<String, Long> versions = new TreeMap<>();
    model.getOpsetImportList()
        .forEach(set -> versions.put(set.getDomain().isEmpty() ? "ai.onnx" : set.getDomain(), set.getVersion()));
    return versions;
  }

  /// Number of stored weights; packed ones (int4) count as stored.
  public long parameters() {
    return parameters;
  }

  /// Bytes of all stored weights, external ones included.
  public long weightBytes() {
    return weightBytes;
  }

  /// The checked model, external data named relative to [#folder].
  ModelProto model() {
    return model;
  }

  /// Where the runtime finds external data.
  Path folder() {
    return folder;
  }

  /// Begins no name in the file.
  String prefix() {
    return prefix;
  }
}
