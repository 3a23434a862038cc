package org.striatum.hooks.checkpoint;

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
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.DType;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// An opened checkpoint folder: `config.json` read, weight files mapped, nothing copied.
///
/// Weights are `model.safetensors` or `pytorch_model.bin`, or the shards that an index of either names; symbolic links
/// (the hub cache's layout) are followed. Whoever opens it closes it.
public final class Checkpoint implements AutoCloseable {
  private static final Set<DType> FLOATS = Set.of(DType.F32, DType.F16, DType.BF16, DType.F64);
  /// Names of models inside others: what compilers, adapters and wrappers of several modes put in front.
  private static final Pattern PREFIX = Pattern
      .compile("((_orig_mod|base_model|module|model|language_model|text_model|transformer|gpt_neox|decoder)\\.)*");

  private static final List<String> ADAPTERS = List.of("adapter_config.json", "adapter_model.safetensors",
      "adapter_model.bin");

  private final Path folder;
  private final ModelConfig config;
  private final WeightFiles weights;
  private final List<TensorFile> files;
  private final SortedMap<String, TensorFile> fileOf;
  private final SortedSet<String> remarks = new TreeSet<>();

  private Checkpoint(Path folder, ModelConfig config, WeightFiles weights, List<TensorFile> files,
      SortedMap<String, TensorFile> fileOf) {
    this.folder = folder;
    this.config = config;
    this.weights = weights;
    this.files = files;
    this.fileOf = fileOf;
    remarks.addAll(weights.remarks());
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
    List<TensorFile> files = new ArrayList<>();
    try {
      WeightFiles weights = WeightFiles.of(folder);
      SortedMap<String, TensorFile> fileOf = new TreeMap<>();
      for (Path shard : weights.paths()) {
        TensorFile file = weights.format().open(shard.toRealPath());
        files.add(file);
        for (String name : file.tensors().keySet()) {
          if (fileOf.put(name, file) != null) {
            throw new CheckpointException("tensor '" + name + "' is in two weight files of " + folder);
          }
        }
      }
      return new Checkpoint(folder, config, weights, List.copyOf(files), fileOf);
    } catch (IOException broken) {
      files.forEach(TensorFile::close);
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

  /// The weight files as the folder names them, and the index of shards; links not followed.
  public List<Path> weightFiles() {
    List<Path> all = new ArrayList<>(weights.paths());
    weights.index().ifPresent(all::add);
    return all;
  }

  /// Whether a file holds weights, or is the index of files that do, in a format that is read.
  public static boolean isWeights(Path file) {
    return WeightFiles.isWeights(file.getFileName().toString());
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
  public List<TensorFile> files() {
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
    TensorFile fileOfA = fileOf(a);
    TensorFile fileOfB = fileOf(b);
    return fileOfA.tensor(a.name()).dtype() == fileOfB.tensor(b.name()).dtype()
        && fileOfA.data(a.name()).mismatch(fileOfB.data(b.name())) == -1;
  }

  /// What was found that a reader should know, in words.
  public List<String> remarks() {
    return List.copyOf(remarks);
  }

  /// The mapped file that holds a weight.
  ///
  /// @throws CheckpointException if it is missing, of another shape than the config implies, or no floating-point numbers of 16 to 64 bits
  public TensorFile fileOf(Weight weight) throws CheckpointException {
    TensorFile file = fileOf.get(weight.name());
    if (file == null) {
      throw new CheckpointException("tensor '" + weight.name() + "' is missing from " + folder
          + ": the folder is incomplete or its config.json belongs to another model");
    }
    TensorInfo info = file.tensor(weight.name());
    if (!info.shape().equals(weight.shape())) {
      throw new CheckpointException("tensor '" + weight.name() + "' of " + folder + " has shape " + info.shape()
          + " where config.json implies " + weight.shape());
    }
    if (!FLOATS.contains(info.dtype())) {
      throw new CheckpointException(
          "tensor '" + weight.name() + "' of " + folder + " is " + info.dtype()
              + "; F32, F16, BF16 and F64 weights are read");
    }
    return file;
  }

  /// Bytes of all weights on disk; those that two tensors share are counted once.
  public long weightBytes() {
    return distinct().mapToLong(TensorInfo::byteLength).sum();
  }

  /// Number of weights; those that two tensors share are counted once.
  public long parameters() {
    return distinct().mapToLong(TensorInfo::elements).sum();
  }

  private Stream<TensorInfo> distinct() {
    return files.stream().flatMap(file -> file.tensors().values().stream()
        .collect(Collectors.toMap(TensorInfo::offset, info -> info, (a, b) -> a.byteLength() < b.byteLength() ? b : a))
        .values().stream());
  }

  /// Tensors by element type, for people.
  public Map<DType, Long> dtypes() {
    SortedMap<DType, Long> counts = new TreeMap<>();
    files.forEach(file -> file.tensors().values().forEach(info -> counts.merge(info.dtype(), 1L, Long::sum)));
    return counts;
  }

  @Override
  public void close() {
    files.forEach(TensorFile::close);
  }
}
