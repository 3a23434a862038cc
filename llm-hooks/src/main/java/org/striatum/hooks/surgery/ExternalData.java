package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.FunctionProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.SparseTensorProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.striatum.hooks.checkpoint.CheckpointException;

/// The files beside an ONNX file that hold some of its tensors. All must lie in the file's own folder, before links are
/// followed, and in one folder behind their links, for the runtime looks in one.
final class ExternalData {
  private final TensorCheck check;
  private final Path beside; // the folder that the file says its data lies in
  private final Map<String, Path> files = new TreeMap<>(); // location in the file → real file
  private Path folder;

  private ExternalData(Path path, TensorCheck check) {
    this.check = check;
    this.beside = path.toAbsolutePath().normalize().getParent();
    this.folder = beside;
  }

  /// Finds every file that a tensor of a model names.
  ///
  /// @param path of the `.onnx` file as given, for its folder
  /// @param real the same with links followed
  /// @param inPlace whether tensors will be left in the `.onnx` file itself
  /// @throws CheckpointException naming a tensor whose data lies elsewhere or nowhere
  static ExternalData find(Path path, Path real, ModelProto model, boolean inPlace, TensorCheck check)
      throws IOException {
    ExternalData external = new ExternalData(path, check);
    external.find(model.getGraph());
    for (FunctionProto function : model.getFunctionsList()) {
      external.find(function.getNodeList());
    }
    external.settleFolder(path, real, inPlace);
    return external;
  }

  private void find(GraphProto graph) throws IOException {
    for (TensorProto tensor : graph.getInitializerList()) {
      find(tensor);
    }
    for (SparseTensorProto tensor : graph.getSparseInitializerList()) {
      find(tensor);
    }
    find(graph.getNodeList());
  }

  private void find(List<NodeProto> nodes) throws IOException {
    for (NodeProto node : nodes) {
      for (AttributeProto attribute : node.getAttributeList()) {
        find(attribute);
      }
    }
  }

  private void find(AttributeProto attribute) throws IOException {
    find(attribute.getT());
    find(attribute.getSparseTensor());
    for (TensorProto tensor : attribute.getTensorsList()) {
      find(tensor);
    }
    for (SparseTensorProto tensor : attribute.getSparseTensorsList()) {
      find(tensor);
    }
    if (attribute.hasG()) {
      find(attribute.getG());
    }
    for (GraphProto graph : attribute.getGraphsList()) {
      find(graph);
    }
  }

  private void find(SparseTensorProto tensor) throws IOException {
    find(tensor.getValues());
    find(tensor.getIndices());
  }

  private void find(TensorProto tensor) throws IOException {
    if (tensor.getDataLocation() != DataLocation.EXTERNAL) {
      return;
    }
    String location = entries(tensor).get("location");
    if (location == null || location.isBlank()) {
      throw check.refusal(tensor, "says its data is external but not where");
    }
    if (files.containsKey(location)) {
      return;
    }
    Path found = inside(tensor, location);
    if (!Files.isRegularFile(found)) {
      throw check.refusal(tensor,
          "takes its data from '" + location + "', which is not beside the file: download it too");
    }
    files.put(location, found.toRealPath());
  }

  private Path inside(TensorProto tensor, String location) throws CheckpointException {
    try {
      Path relative = Path.of(location);
      Path found = beside.resolve(relative).normalize();
      if (relative.isAbsolute() || !found.startsWith(beside) || found.equals(beside)) {
        throw check.refusal(tensor, "takes its data from '" + location + "', outside the file's own folder");
      }
      return found;
    } catch (InvalidPathException unusable) {
      throw check.refusal(tensor, "takes its data from '" + location + "', which is no file name");
    }
  }

  private void settleFolder(Path path, Path real, boolean inPlace) throws CheckpointException {
    folder = real.getParent();
    if (files.values().stream().allMatch(file -> file.startsWith(folder))) {
      return;
    }
    Set<Path> parents = new HashSet<>();
    files.values().forEach(file -> parents.add(file.getParent()));
    if (inPlace) {
      parents.add(real.getParent());
    }
    if (parents.size() > 1) {
      throw new CheckpointException("the external data of " + path
          + " lies in several folders behind their links: put the files into one folder");
    }
    folder = parents.iterator().next();
  }

  /// The one folder in which the runtime finds all external data, links followed.
  Path folder() {
    return folder;
  }

  /// The files, links followed.
  List<Path> files() {
    return files.values().stream().distinct().toList();
  }

  /// An external tensor with its data named relative to [#folder].
  ///
  /// @param bytes that its shape and type need
  TensorProto relocated(TensorProto tensor, long bytes) throws IOException {
    Map<String, String> entries = entries(tensor);
    String location = entries.get("location");
    Path file = files.get(location);
    long size = Files.size(file);
    long offset = number(tensor, entries, "offset", 0);
    if (offset > size) {
      throw check.refusal(tensor, "begins at byte " + offset + " of '" + location + "', which has " + size);
    }
    long length = number(tensor, entries, "length", size - offset);
    if (length > size - offset) {
      throw check.refusal(tensor,
          "ends " + (length - (size - offset)) + " bytes behind the end of '" + location + "': download it again");
    }
    if (length != bytes) {
      throw check.refusal(tensor, "of shape " + tensor.getDimsList() + " needs " + bytes + " bytes, found " + length);
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
      throw check.refusal(tensor, "has the " + key + " '" + text + "' for its external data: not a number of bytes");
    }
    throw check.refusal(tensor, "has the negative " + key + " " + text + " for its external data");
  }

  /// A tensor whose data lies in a file of [#folder].
  TensorProto located(TensorProto tensor, Path file, long offset, long length) {
    return tensor.toBuilder().setDataLocation(DataLocation.EXTERNAL).clearExternalData()
        .addExternalData(entry("location", folder.relativize(file).toString()))
        .addExternalData(entry("offset", Long.toString(offset)))
        .addExternalData(entry("length", Long.toString(length))).build();
  }

  private static Map<String, String> entries(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    tensor.getExternalDataList().forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
    return entries;
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
