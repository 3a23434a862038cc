package org.striatum.hooks.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.striatum.hooks.torchfile.TorchFile;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorFile;

/// The files of a checkpoint folder that hold its weights: all of one format.
///
/// @param format of each
/// @param paths as the folder names them, shards in name order, links not followed
/// @param index that names the shards
/// @param remarks on files with weights that are not read, in words
record WeightFiles(Format format, List<Path> paths, Optional<Path> index, List<String> remarks) {
  private static final long LARGEST_INDEX = 256 << 20;
  private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).maxNameLength(4096).build()).build());

  /// A format of weights, in the order in which they are preferred.
  enum Format {
    SAFETENSORS("model.safetensors") {
      @Override
      TensorFile open(Path file) throws IOException {
        return SafetensorsFile.open(file);
      }
    },
    /// What `torch.save` writes.
    TORCH("pytorch_model.bin") {
      @Override
      TensorFile open(Path file) throws IOException {
        return TorchFile.open(file);
      }
    };

    private final String single;

    Format(String single) {
      this.single = single;
    }

    /// Maps one file.
    abstract TensorFile open(Path file) throws IOException;

    private Path single(Path folder) {
      return folder.resolve(single);
    }

    private Path index(Path folder) {
      return folder.resolve(single + ".index.json");
    }

    private boolean isIn(Path folder) {
      return Files.isRegularFile(single(folder)) || Files.isRegularFile(index(folder));
    }
  }

  WeightFiles {
    paths = List.copyOf(paths);
    remarks = List.copyOf(remarks);
  }

  /// The weight files of a folder.
  ///
  /// @throws CheckpointException if there are none, or an index names others than files of the folder
  static WeightFiles of(Path folder) throws IOException {
    List<Format> there = new ArrayList<>();
    for (Format format : Format.values()) {
      if (format.isIn(folder)) {
        there.add(format);
      }
    }
    if (there.isEmpty()) {
      Optional<CheckpointException> other = OtherLayout.refusal(folder);
      throw other.isPresent()
          ? other.get()
          : new CheckpointException("no model.safetensors and no pytorch_model.bin (nor an index of either) in " + folder
              + ": these are read");
    }
    Format format = there.getFirst();
    List<String> remarks = there.stream().skip(1)
        .map(other -> other.single + " is not read: " + format.single + " is there too").toList();
    if (Files.isRegularFile(format.single(folder))) {
      return new WeightFiles(format, List.of(format.single(folder)), Optional.empty(), remarks);
    }
    Path index = format.index(folder);
    return new WeightFiles(format, shards(folder, index), Optional.of(index), remarks);
  }

  /// Whether a folder holds weights in a format that is read.
  static boolean areIn(Path folder) {
    return Arrays.stream(Format.values()).anyMatch(format -> format.isIn(folder));
  }

  /// Whether a file of this name holds weights, or is the index of files that do.
  static boolean isWeights(String name) {
    return name.contains(".safetensors") || ((name.startsWith("pytorch_model") || name.startsWith("adapter_model")) && name.contains(".bin"));
  }

  /// Whether a name that a file gives is one of a file in a folder, and no path out of it.
  private static boolean isFileName(String name) {
    try {
      Path path = Path.of(name);
      return !name.isBlank() && path.equals(path.getFileName()) && !name.equals(".") && !name.equals("..");
    } catch (InvalidPathException _) {
      return false; // a NUL character
    }
  }

  private static List<Path> shards(Path folder, Path index) throws IOException {
    if (Files.size(index) > LARGEST_INDEX) {
      throw new CheckpointException(index + " is larger than 256 MiB: not an index of shards");
    }
    try {
      JsonNode map = JSON.readTree(Files.readAllBytes(index)).path("weight_map");
      Set<String> names = new TreeSet<>();
      for (JsonNode file : map) {
        names.add(file.asText());
      }
      if (names.isEmpty()) {
        throw new CheckpointException(index + " names no shard in 'weight_map': download it again");
      }
      List<Path> shards = new ArrayList<>();
      for (String name : names) {
        if (!isFileName(name)) {
          throw new CheckpointException(index + " names the shard '" + name + "', which is not a file of this folder");
        }
        Path shard = folder.resolve(name);
        if (!Files.isRegularFile(shard)) {
          throw new CheckpointException(shard + " is missing, though the index names it: download it again");
        }
        shards.add(shard);
      }
      return shards;
    } catch (JsonProcessingException broken) {
      throw new CheckpointException(index + " is not valid JSON: download it again", broken);
    }
  }
}
