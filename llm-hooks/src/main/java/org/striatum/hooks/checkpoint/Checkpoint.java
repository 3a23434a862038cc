package org.striatum.hooks.checkpoint;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorInfo;

/// An opened checkpoint folder: `config.json` read, weight files mapped, nothing copied.
///
/// Weights are `model.safetensors`, or the shards that `model.safetensors.index.json` names; symbolic links (the hub
/// cache's layout) are followed. Whoever opens it closes it.
public final class Checkpoint implements AutoCloseable {
  private static final Set<DType> FLOATS = Set.of(DType.F32, DType.F16, DType.BF16);
  private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
      .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(16).maxNameLength(4096).build()).build());

  /// Names of models inside others: what compilers, adapters and wrappers of several modes put in front.
  private static final Pattern PREFIX = Pattern
      .compile("((_orig_mod|base_model|module|model|language_model|text_model|transformer|gpt_neox|decoder)\\.)*");

  private static final List<String> ADAPTERS = List.of("adapter_config.json", "adapter_model.safetensors",
      "adapter_model.bin");

  private final Path folder;
  private final ModelConfig config;
  private final List<SafetensorsFile> files;
  private final SortedMap<String, SafetensorsFile> fileOf;
  private final SortedSet<String> remarks = new TreeSet<>();

  private Checkpoint(Path folder, ModelConfig config, List<SafetensorsFile> files,
      SortedMap<String, SafetensorsFile> fileOf) {
    this.folder = folder;
    this.config = config;
    this.files = files;
    this.fileOf = fileOf;
  }

  /// Opens a folder, or the hub cache's folder of a model (`models--org--name`) at the revision it calls main.
  ///
  /// @throws CheckpointException naming the file and what is wrong with it
  public static Checkpoint open(Path given) throws CheckpointException {
    if (!Files.exists(given)) {
      throw new CheckpointException("no checkpoint at " + given + ": the folder does not exist");
    }
    if (!Files.isDirectory(given)) {
      throw new CheckpointException(
          given + " is not a folder: give the folder that holds config.json and model.safetensors");
    }
    Path folder = snapshot(given);
    refuseAdapters(folder);
    ModelConfig config = ModelConfig.read(folder.resolve("config.json")).languageModel();
    List<SafetensorsFile> files = new ArrayList<>();
    try {
      SortedMap<String, SafetensorsFile> fileOf = new TreeMap<>();
      for (Path shard : weightFiles(folder)) {
        SafetensorsFile file = SafetensorsFile.open(shard.toRealPath());
        files.add(file);
        for (String name : file.tensors().keySet()) {
          if (fileOf.put(name, file) != null) {
            throw new CheckpointException("tensor '" + name + "' is in two weight files of " + folder);
          }
        }
      }
      return new Checkpoint(folder, config, List.copyOf(files), fileOf);
    } catch (IOException broken) {
      files.forEach(SafetensorsFile::close);
      throw broken instanceof CheckpointException refused
          ? refused
          : new CheckpointException(
              broken instanceof BadDataException
                  ? broken.getMessage()
                  : "cannot read the weights of " + folder + ": " + broken.getMessage(),
              broken);
    }
  }

  /// An adapter beside the weights makes another model of them: to open the base alone would be another result without a word.
  private static void refuseAdapters(Path folder) throws CheckpointException {
    for (String name : ADAPTERS) {
      if (Files.exists(folder.resolve(name))) {
        throw new CheckpointException(folder + " holds an adapter (" + name
            + "), which is not read and would change the"
            + " model: merge it into the weights (PEFT: merge_and_unload), or move it away to study the base alone");
      }
    }
  }

  /// The main revision of a model in the hub's cache; any other folder as it is.
  private static Path snapshot(Path folder) throws CheckpointException {
    Path main = folder.resolve("refs/main");
    if (Files.exists(folder.resolve("config.json")) || !Files.isRegularFile(main)) {
      return folder;
    }
    try {
      String revision = Files.size(main) > 256 ? "" : Files.readString(main).strip();
      Path snapshot = folder.resolve("snapshots").resolve(revision);
      if (!revision.matches("[\\w.-]+") || !Files.isDirectory(snapshot)) {
        throw new CheckpointException(main + " names no folder of " + folder.resolve("snapshots")
            + ": give the snapshot's folder itself");
      }
      return snapshot;
    } catch (IOException unreadable) {
      throw unreadable instanceof CheckpointException refused
          ? refused
          : new CheckpointException("cannot read " + main + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// The weight files as the folder names them, links not followed.
  public List<Path> weightFiles() throws IOException {
    return weightFiles(folder);
  }

  private static List<Path> weightFiles(Path folder) throws IOException {
    Path single = folder.resolve("model.safetensors");
    if (Files.isRegularFile(single)) {
      return List.of(single);
    }
    Path index = folder.resolve("model.safetensors.index.json");
    if (!Files.isRegularFile(index)) {
      throw new CheckpointException("no model.safetensors (nor its index) in " + folder
          + ": Striatum reads safetensors; convert other formats with the library that wrote them");
    }
    if (Files.size(index) > 256 << 20) {
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
        Path shard = folder.resolve(name);
        if (name.isBlank() || !shard.normalize().equals(folder.normalize().resolve(Path.of(name).getFileName()))) {
          throw new CheckpointException(index + " names the shard '" + name + "', which is not a file of this folder");
        }
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

  public Path folder() {
    return folder;
  }

  /// The model's name, for people: the folder's own, or in the hub's cache (`models--org--name/snapshots/…`) its last
  /// part.
  public String name() {
    Path absolute = folder.toAbsolutePath().normalize();
    Path cached = absolute.getNameCount() > 3 ? absolute.getParent().getParent().getFileName() : absolute;
    return cached.toString().startsWith("models--")
        ? cached.toString().replaceFirst(".*--", "")
        : absolute.getFileName().toString();
  }

  public ModelConfig config() {
    return config;
  }

  /// The mapped weight files, shards in name order, symbolic links resolved.
  public List<SafetensorsFile> files() {
    return files;
  }

  /// What weight names begin with: whatever stands in front of the landmark, made of the names that frameworks give to
  /// a model inside another.
  ///
  /// @param prefix the family's own, where the landmark is not there at all
  /// @param landmark a weight that every checkpoint of the family has
  /// @throws CheckpointException if there are two, or one made of other names
  public String root(String prefix, String landmark) throws CheckpointException {
    SortedSet<String> prefixes = prefixes(landmark);
    if (prefixes.size() > 1) {
      throw new CheckpointException(folder + " holds '" + landmark + "' behind " + prefixes.size() + " prefixes, "
          + prefixes + ": which of them is the language model is not known");
    }
    if (!prefixes.isEmpty()) {
      return prefixes.first();
    }
    Optional<String> other = fileOf.keySet().stream().filter(name -> name.endsWith("." + landmark)).findFirst();
    if (other.isPresent()) {
      throw new CheckpointException("the weights of " + folder + " stand behind an unknown prefix: '" + other.get()
          + "' where '" + prefix + landmark + "' is expected");
    }
    return prefix;
  }

  private SortedSet<String> prefixes(String landmark) {
    SortedSet<String> found = new TreeSet<>();
    for (String name : fileOf.keySet()) {
      if (name.endsWith(landmark)) {
        String prefix = name.substring(0, name.length() - landmark.length());
        if (PREFIX.matcher(prefix).matches()) {
          found.add(prefix);
        }
      }
    }
    return found;
  }

  /// The matrix of the head: the embedding where the two are tied, else the tensor `name`, behind whatever prefix the file
  /// has. A file that has a head of its own, other than the embedding, is not tied, whatever its configuration says.
  ///
  /// @param tied what the configuration says
  /// @throws CheckpointException if two tensors could be it
  public Weight head(boolean tied, Weight embedding, String name) throws CheckpointException {
    SortedSet<String> prefixes = prefixes(name);
    if (prefixes.size() > 1) {
      throw new CheckpointException(folder + " has more than one '" + name + "', behind the prefixes " + prefixes
          + ": which belongs to the language model is not known");
    }
    if (prefixes.isEmpty()) {
      refuseOtherHeads(name);
      if (!tied && fileOf.containsKey(embedding.name())) {
        throw new CheckpointException("tensor '" + name + "' is missing from " + folder
            + ", and the head is not tied to "
            + "the embedding: it was saved without its language-model head; save it from the class of language models");
      }
    }
    Weight own = new Weight(prefixes.isEmpty() ? name : prefixes.first() + name, embedding.shape());
    if (!tied) {
      return own;
    }
    if (prefixes.isEmpty() || sameBytes(own, embedding)) {
      return embedding;
    }
    remarks
        .add("'" + own.name() + "' is not the embedding, though tie_word_embeddings is true: it is used as the head");
    return own;
  }

  /// Refuses a model that ends in a score or in classes.
  private void refuseOtherHeads(String name) throws CheckpointException {
    for (String other : List.of("score.weight", "classifier.weight", "v_head.summary.weight")) {
      for (String prefix : prefixes(other)) {
        throw new CheckpointException(folder + " has '" + prefix + other + "' and no '" + name
            + "': a classification or reward model, which gives no tokens; open the language model that it was made from");
      }
    }
  }

  private boolean sameBytes(Weight a, Weight b) throws CheckpointException {
    SafetensorsFile fileOfA = fileOf(a);
    SafetensorsFile fileOfB = fileOf(b);
    return fileOfA.tensor(a.name()).dtype() == fileOfB.tensor(b.name()).dtype()
        && fileOfA.data(a.name()).mismatch(fileOfB.data(b.name())) == -1;
  }

  /// What was found that a reader should know, in words.
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  /// Whether there is a tensor of this name.
  public boolean has(String tensor) {
    return fileOf.containsKey(tensor);
  }

  /// The shape of a tensor, if there is one of this name.
  public Optional<List<Long>> shape(String tensor) {
    return Optional.ofNullable(fileOf.get(tensor)).map(file -> file.tensor(tensor).shape());
  }

  /// The mapped file that holds a weight.
  ///
  /// @throws CheckpointException if it is missing, of another shape than the config implies, or not F32, F16 or BF16
  public SafetensorsFile fileOf(Weight weight) throws CheckpointException {
    SafetensorsFile file = fileOf.get(weight.name());
    if (file == null) {
      throw new CheckpointException("tensor '" + weight.name() + "' is missing from " + folder
          + ": the folder is incomplete or its config.json belongs to another model");
    }
    TensorInfo info = file.tensor(weight.name());
    if (!info.shape().equals(weight.storedShape())) {
      throw new CheckpointException("tensor '" + weight.name() + "' of " + folder + " has shape " + info.shape()
          + " where config.json implies " + weight.storedShape());
    }
    if (!FLOATS.contains(info.dtype())) {
      throw new CheckpointException(
          "tensor '" + weight.name() + "' of " + folder + " is " + info.dtype()
              + "; F32, F16 and BF16 weights are read");
    }
    return file;
  }

  /// Bytes of all weights on disk.
  public long weightBytes() {
    return files.stream().flatMap(file -> file.tensors().values().stream()).mapToLong(TensorInfo::byteLength).sum();
  }

  /// Number of weights.
  public long parameters() {
    return files.stream().flatMap(file -> file.tensors().values().stream()).mapToLong(TensorInfo::elements).sum();
  }

  /// Tensors by element type, for people.
  public Map<DType, Long> dtypes() {
    SortedMap<DType, Long> counts = new TreeMap<>();
    files.forEach(file -> file.tensors().values().forEach(info -> counts.merge(info.dtype(), 1L, Long::sum)));
    return counts;
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
