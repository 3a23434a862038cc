package org.striatum.studies.directions;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.Direction;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.SafetensorsWriter;
import org.striatum.probe.tensor.SafetensorsWriter.Declared;
import org.striatum.probe.tensor.TensorInfo;
import org.striatum.studies.run.RunFolder;

/// Directions in a file, one a hook point: safetensors whose tensors have hook points' names and shape (d), or JSON,
/// `{"hook": "blocks.3.hook_resid_post", "vector": [0.1, …]}` or a list of such.
public final class DirectionFile {
  /// Of the files that are written here.
  public static final String ENDING = ".safetensors";
  /// In a run folder.
  public static final String FOLDER = "directions";
  private static final FileFormat FORMAT = new FileFormat("directions", 1);
  private static final long MAX_BYTES = 256L << 20;
  private static final long MAX_WIDTH = 1 << 24;

  private DirectionFile() {}

  /// The file of the directions that `probe` finds for a dataset.
  public static Path found(RunFolder run, String dataset) {
    return run.folder().resolve(FOLDER).resolve(RunFolder.instanceOf(dataset) + ENDING);
  }

  /// One direction as JSON.
  private record Written(String hook, float[] vector) {}

  /// Reads a file.
  ///
  /// @throws BadDataException naming what is wrong
  public static SortedMap<HookPoint, Direction> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new BadDataException("no file with directions at " + file);
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new BadDataException(file + " is larger than 256 MiB: not a file with directions");
    }
    SortedMap<HookPoint, Direction> found = file.getFileName().toString().endsWith(ENDING)
        ? tensors(file)
        : json(file);
    if (found.isEmpty()) {
      throw new BadDataException(file + " holds no direction");
    }
    return found;
  }

  private static SortedMap<HookPoint, Direction> tensors(Path path) throws IOException {
    SortedMap<HookPoint, Direction> found = new TreeMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (TensorInfo tensor : file.tensors().values()) {
        List<DType> floats = List.of(DType.F32, DType.F16, DType.BF16);
        if (tensor.shape().size() != 1 || tensor.shape().getFirst() > MAX_WIDTH || !floats.contains(tensor.dtype())) {
          throw new BadDataException(path + ": a direction has shape (d) and type F32, F16 or BF16, found "
              + tensor.dtype() + " " + tensor.shape() + " in " + tensor.name());
        }
        add(found, tensor.name(), file.floats(tensor.name()), path);
      }
    }
    return found;
  }

  private static SortedMap<HookPoint, Direction> json(Path path) throws IOException {
    byte[] content = Files.readAllBytes(path);
    boolean several = new String(content, StandardCharsets.UTF_8).stripLeading().startsWith("[");
    List<Written> all = several
        ? Arrays.asList(RecordJson.parse(content, Written[].class, path.toString()))
        : List.of(RecordJson.parse(content, Written.class, path.toString()));
    SortedMap<HookPoint, Direction> found = new TreeMap<>();
    for (Written one : all) {
      if (one == null || one.hook() == null || one.vector() == null) {
        throw new BadDataException(path + ": a direction has a hook and a vector, found one without");
      }
      add(found, one.hook(), one.vector(), path);
    }
    return found;
  }

  private static void add(SortedMap<HookPoint, Direction> found, String hook, float[] vector, Path path)
      throws BadDataException {
    try {
      if (found.putIfAbsent(HookPoint.parse(hook), new Direction(HookPoint.parse(hook), vector)) != null) {
        throw new BadDataException(path + ": a hook point has one direction, found two at " + hook);
      }
    } catch (IllegalArgumentException refused) {
      throw new BadDataException(path + ": " + refused.getMessage(), refused);
    }
  }

  /// Writes directions at distinct hook points as safetensors, atomically.
  public static void write(Path file, Collection<Direction> directions) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    List<Declared> declared = directions.stream().map(direction -> new Declared(direction.hook().toString(), DType.F32,
        List.of((long) direction.vector().length))).toList();
    try (SafetensorsWriter writer = new SafetensorsWriter(file, declared,
        new TreeMap<>(Map.of(FileFormat.KEY, Integer.toString(FORMAT.version()))))) {
      for (Direction direction : directions) {
        writer.append(direction.hook().toString(), direction.vector(), 0, direction.vector().length);
      }
    }
  }
}
