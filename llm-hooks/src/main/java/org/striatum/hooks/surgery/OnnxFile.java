package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.CheckpointException;

/// Somebody else's ONNX file, read and checked: sizes, offsets and depth before any memory is taken.
///
/// External data stays where it is. Weights embedded in a file of 256 MB or more stay there too: they become external
/// data inside the `.onnx` file itself. Symbolic links (the hub cache's layout) are followed. Immutable.
public final class OnnxFile {
  /// From this size on, embedded weights are mapped rather than copied.
  static final long MAPPED_FROM = 256L << 20;
  private static final int OLDEST_OPSET = 11;

  private final Path path;
  private final ModelCheck.CheckedModel checked;
  private final ExternalData external;

  private OnnxFile(Path path, ModelCheck.CheckedModel checked, ExternalData external) {
    this.path = path;
    this.checked = checked;
    this.external = external;
  }

  /// Reads a file.
  ///
  /// @throws CheckpointException in one line: what is wrong with it and where
  public static OnnxFile open(Path path) throws CheckpointException {
    return open(path, MAPPED_FROM);
  }

  static OnnxFile open(Path path, long mappedFrom) throws CheckpointException {
    try {
      return read(path, mappedFrom);
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + path + ": " + unreadable.getMessage(), unreadable);
    }
  }

  private static OnnxFile read(Path path, long mappedFrom) throws IOException {
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
    ByteBuffer bytes = size < mappedFrom ? ByteBuffer.wrap(Files.readAllBytes(real)) : mapped(real, size);
    MemorySegment mapped = bytes.isDirect() ? MemorySegment.ofBuffer(bytes) : MemorySegment.NULL;
    ModelProto parsed = parsed(path, bytes);
    checkKind(path, parsed);
    TensorCheck tensors = new TensorCheck(path);
    ExternalData external = ExternalData.find(path, real, parsed, bytes.isDirect(), tensors);
    return new OnnxFile(path, ModelCheck.check(parsed, real, mapped, tensors, external), external);
  }

  private static ByteBuffer mapped(Path real, long size) throws IOException {
    try (FileChannel channel = FileChannel.open(real)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, size);
    }
  }

  private static ModelProto parsed(Path path, ByteBuffer bytes) throws IOException {
    try {
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput(); // its recursion limit (100) stays
      input.enableAliasing(true);
      ModelProto parsed = ModelProto.parseFrom(input);
      input.checkLastTagWas(0);
      return parsed;
    } catch (InvalidProtocolBufferException broken) {
      throw new CheckpointException(
          path + " is not an ONNX file, is cut short, or is nested too deep: " + broken.getMessage(), broken);
    }
  }

  private static void checkKind(Path path, ModelProto parsed) throws CheckpointException {
    if (!parsed.hasGraph() || parsed.getGraph().getNodeCount() == 0) {
      throw new CheckpointException(path + " holds no graph: is it an ONNX model?");
    }
    long opset = parsed.getOpsetImportList().stream()
        .filter(set -> set.getDomain().isEmpty() || set.getDomain().equals("ai.onnx"))
        .mapToLong(OperatorSetIdProto::getVersion).max().orElse(0);
    if (opset < OLDEST_OPSET) {
      throw new CheckpointException(path + " is written in ONNX operator set " + opset + ": export it with "
          + OLDEST_OPSET + " or later (17 is a good choice)");
    }
  }

  public Path path() {
    return path;
  }

  /// The file's name without its ending, for people and for folders; the folder's name where exporters give every file the same.
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
      all.addAll(external.files());
      return List.copyOf(all);
    } catch (IOException gone) {
      throw new CheckpointException("cannot read " + path + ": " + gone.getMessage(), gone);
    }
  }

  /// What wrote the file, as it says itself: `pytorch 2.13.0`.
  public String exporter() {
    String producer = (model().getProducerName() + " " + model().getProducerVersion()).strip();
    return producer.isEmpty() ? "unnamed" : producer;
  }

  /// Operator sets by domain, `ai.onnx` for the standard one.
  public Map<String, Long> opsets() {
    Map<String, Long> versions = new TreeMap<>();
    model().getOpsetImportList()
        .forEach(set -> versions.put(set.getDomain().isEmpty() ? "ai.onnx" : set.getDomain(), set.getVersion()));
    return versions;
  }

  /// Number of stored weights; packed ones (int4) count as stored.
  public long parameters() {
    return checked.parameters();
  }

  /// Bytes of all stored weights, external ones included.
  public long weightBytes() {
    return checked.weightBytes();
  }

  /// The checked model, external data named relative to [#folder].
  ModelProto model() {
    return checked.model();
  }

  /// Where the runtime finds external data.
  Path folder() {
    return external.folder();
  }

  /// Begins no name in the file.
  String prefix() {
    return checked.prefix();
  }
}
