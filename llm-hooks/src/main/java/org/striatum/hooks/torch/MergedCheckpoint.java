package org.striatum.hooks.torch;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.LoraAdapter;
import org.striatum.hooks.checkpoint.LowRankPath;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.probe.run.Folders;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;

/// A checkpoint with an [Overlay] added to its weights, written as a folder of its own: `model.safetensors` in F32,
/// configuration, tokenizer and other small files copied.
///
///     W' = W + added + scale · up · down        in the layout of W
///
/// A low-rank path of the checkpoint's own adapter is merged likewise, and its whole weights stand for the base's.
///
/// A bias or a whole weight is merged exactly; a low-rank change up to rounding, for the product is taken once with W' rather
/// than twice. The folder appears whole or not at all.
final class MergedCheckpoint {
  private static final Set<DType> FLOATS = Set.of(DType.F32, DType.F16, DType.BF16, DType.F64);
  /// Other files of a checkpoint folder above this are assumed to be weights in another format, and left out.
  private static final long LARGEST_COPIED = 64L << 20;
  private static final List<String> NOT_COPIED = List.of(".safetensors", ".index.json", ".bin", ".pt",
      ".onnx");
  private static final ObjectMapper JSON = new ObjectMapper();

  private MergedCheckpoint() {}

  /// Writes the folder.
  ///
  /// @throws IllegalArgumentException if the folder holds something, or a low-rank change belongs to a head that is tied to the
  ///     embedding: adding it there would change the embedding as well
  static void write(Checkpoint checkpoint, FrozenWeights weights, Overlay overlay, Path folder) throws IOException {
    for (String matrix : overlay.lowRank().keySet()) {
      if (weights.tables().contains(matrix)) {
        throw new IllegalArgumentException(
            "a low-rank change of '" + matrix + "' cannot be merged: tokens are looked up in"
                + " it too; change another product");
      }
    }
    Path target = folder.toAbsolutePath().normalize();
    if (Files.exists(target)) {
      try (Stream<Path> there = Files.list(target)) {
        if (there.findAny().isPresent()) {
          throw new IllegalArgumentException(folder + " is not empty: a merged checkpoint needs a folder of its own");
        }
      }
    }
    Files.createDirectories(target.getParent());
    Path unfinished = target.resolveSibling("." + target.getFileName() + ".tmp");
    Folders.delete(unfinished);
    Files.createDirectory(unfinished);
    try {
      copySmallFiles(checkpoint.folder(), unfinished);
      writeWeights(checkpoint, weights, overlay, unfinished.resolve("model.safetensors"));
      Files.deleteIfExists(target);
      Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Folders.delete(unfinished);
    }
  }

  private static void copySmallFiles(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.equals("config.json")) {
          Files.write(to.resolve(name), inF32(Files.readAllBytes(file)));
        } else if (!LoraAdapter.isOne(file) && NOT_COPIED.stream().noneMatch(name.toLowerCase(Locale.ROOT)::endsWith)
            && Files.size(file) <= LARGEST_COPIED) {
          Files.copy(file, to.resolve(name));
        }
      }
    }
  }

  /// The configuration with the element type that the weights now have, where it names one.
  private static byte[] inF32(byte[] config) throws IOException {
    ObjectNode keys = (ObjectNode) JSON.readTree(config); // an object, or the checkpoint would not have opened
    for (String key : List.of("dtype", "torch_dtype")) {
      if (keys.has(key)) {
        keys.put(key, "float32");
      }
    }
    return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(keys);
  }

  private static void writeWeights(Checkpoint checkpoint, FrozenWeights weights, Overlay overlay, Path file)
      throws IOException {
    Set<String> parted = weights.used().values().stream().filter(weight -> weight.part() != null).map(Weight::name)
        .collect(Collectors.toSet());
    List<Declared> declared = new ArrayList<>();
    for (TensorFile shard : checkpoint.files()) {
      for (TensorInfo info : shard.tensors().values()) {
        declared.add(new Declared(info.name(), FLOATS.contains(info.dtype()) ? DType.F32 : info.dtype(), info.shape()));
      }
    }
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared, Map.of("format", "pt"))) {
      try {
        for (TensorFile shard : checkpoint.files()) {
          for (TensorInfo info : shard.tensors().values()) {
            if (FLOATS.contains(info.dtype())) {
              boolean inParts = parted.contains(info.name());
              int inputAxis = weights.inputAxes().getOrDefault(inParts ? info.name() + "[0]" : info.name(), 1);
              append(writer, checkpoint, shard, info, inputAxis, inParts, overlay);
            } else {
              writer.append(info.name(), shard.data(info.name()));
            }
          }
        }
      } catch (IOException | RuntimeException failed) {
        writer.abandon();
        throw failed;
      }
    }
  }

  /// Writes one weight row by row, its change added.
  ///
  /// @param inParts whether it holds a matrix of each expert, which have changes of their own
  private static void append(SafetensorsWriter writer, Checkpoint checkpoint, TensorFile shard, TensorInfo info,
      int inputAxis, boolean inParts, Overlay overlay) throws IOException {
    Optional<LowRankPath> path = checkpoint.adapter().flatMap(adapter -> adapter.path(info.name()));
    LowRank adapted = path.map(found -> LowRank.of(checkpoint.adapter().orElseThrow().file(), found)).orElse(null);
    int adaptedAxis = path.filter(found -> found.kind() == LowRankPath.Kind.TABLE).isPresent() ? 0 : inputAxis;
    TensorFile source = checkpoint.adapter().flatMap(adapter -> adapter.replacement(info.name())).orElse(shard);
    int width = Math.toIntExact(info.shape().isEmpty() ? 1 : info.shape().getLast());
    long rowsOfPart = inParts ? info.elements() / width / info.shape().getFirst() : Long.MAX_VALUE;
    float[] values = new float[width];
    for (long row = 0; row * width < info.elements(); row++) {
      source.floats(info.name(), row * width, values, 0, width);
      long part = row / rowsOfPart;
      int at = Math.toIntExact(row % rowsOfPart);
      String changed = inParts ? info.name() + "[" + part + "]" : info.name();
      float[] added = overlay.added().get(changed);
      LowRank low = overlay.lowRank().get(changed);
      for (int column = 0; column < width; column++) {
        if (added != null) {
          values[column] += added[at * width + column];
        }
        if (low != null) {
          values[column] += inputAxis == 1 ? change(low, at, column) : change(low, column, at);
        }
        if (adapted != null) {
          values[column] += adaptedAxis == 1 ? change(adapted, at, column) : change(adapted, column, at);
        }
      }
      writer.append(info.name(), values, 0, width);
    }
  }

  /// scale · (up · down) at one output and input.
  private static float change(LowRank low, int output, int input) {
    double sum = 0;
    for (int k = 0; k < low.rank(); k++) {
      sum += (double) low.up()[output * low.rank() + k] * low.down()[k * low.inputs() + input];
    }
    return (float) (low.scale() * sum);
  }
}
