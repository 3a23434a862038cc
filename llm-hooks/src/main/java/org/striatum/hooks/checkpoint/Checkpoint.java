package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
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
  static final Pattern PREFIX = Pattern
      .compile("((_orig_mod|base_model|module|model|language_model|text_model|transformer|gpt_neox|decoder)\\.)*");

  private final ModelSource source;
  private final Path folder;
  private final ModelConfig config;
  private final WeightFiles weights;
  private final List<TensorFile> files;
  private final SortedMap<String, TensorFile> fileOf;
  private final Optional<LoraAdapter> adapter;
  private final Set<String> asked = new HashSet<>(); // weights
  private final SortedSet<String> remarks = new TreeSet<>();

  private Checkpoint(ModelSource source, Path folder, ModelConfig config, WeightFiles weights, List<TensorFile> files,
      SortedMap<String, TensorFile> fileOf, Optional<LoraAdapter> adapter) {
    this.source = source;
    this.folder = folder;
    this.config = config;
    this.weights = weights;
    this.files = files;
    this.fileOf = fileOf;
    this.adapter = adapter;
    remarks.addAll(weights.remarks());
    if (config.has("quantization_config")) {
      remarks.add("'quantization_config' is left over: the weights are not quantised, and they decide");
    }
  }

  /// Opens a folder, or the hub cache's folder of a model (`models--org--name`) at the revision it calls main. A folder
  /// with an adapter means the adapter over its base.
  ///
  /// @throws CheckpointException naming the file and what is wrong with it
  public static Checkpoint open(Path given) throws CheckpointException {
    requireFolder(given);
    return open(ModelSource.of(given));
  }

  /// Opens a base and the adapter over it, if there is one.
  ///
  /// @throws CheckpointException naming the file and what is wrong with it
  public static Checkpoint open(ModelSource source) throws CheckpointException {
    requireFolder(source.base());
    Path folder = HubCache.snapshot(source.base());
    ModelConfig config = config(folder).languageModel();
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
      QuantisedFormat.refuse(folder, tensors(fileOf));
      Optional<LoraAdapter> adapter = source.adapter().isEmpty()
          ? Optional.empty()
          : Optional.of(LoraAdapter.open(HubCache.snapshot(source.adapter().get()), tensors(fileOf)));
      Checkpoint opened = new Checkpoint(source, folder, config, weights, List.copyOf(files), fileOf, adapter);
      for (String name : adapter.isEmpty() ? List.<String>of() : adapter.get().otherText(folder)) {
        opened.remarks.add("the adapter's own " + name + " is not read: the base's says how text is written");
      }
      return opened;
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

  private static ModelConfig config(Path folder) throws CheckpointException {
    Path file = folder.resolve("config.json");
    if (!Files.exists(file) && !WeightFiles.areIn(folder)) {
      try {
        Optional<CheckpointException> other = OtherLayout.refusal(folder);
        if (other.isPresent()) {
          throw other.get();
        }
      } catch (CheckpointException refused) {
        throw refused;
      } catch (IOException unreadable) {
        throw new CheckpointException("cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
      }
    }
    return ModelConfig.read(file);
  }

  private static void requireFolder(Path given) throws CheckpointException {
    if (!Files.exists(given)) {
      throw new CheckpointException("no checkpoint at " + given + ": the folder does not exist");
    }
    if (!Files.isDirectory(given)) {
      throw new CheckpointException(
          given + " is not a folder: give the folder that holds config.json and model.safetensors");
    }
  }

  private static Map<String, TensorInfo> tensors(SortedMap<String, TensorFile> fileOf) {
    Map<String, TensorInfo> tensors = new TreeMap<>();
    fileOf.forEach((name, file) -> tensors.put(name, file.tensor(name)));
    return tensors;
  }

  /// The weight files as the folder names them, the index of shards, and an adapter's files; links not followed.
  public List<Path> weightFiles() {
    List<Path> all = new ArrayList<>(weights.paths());
    weights.index().ifPresent(all::add);
    adapter.ifPresent(over -> all.addAll(over.files()));
    return all;
  }

  /// Whether a file holds weights, or is the index of files that do, in a format that is read.
  public static boolean isWeights(Path file) {
    return WeightFiles.isWeights(file.getFileName().toString());
  }

  public Path folder() {
    return folder;
  }

  /// Where it and its adapter lie.
  public ModelSource source() {
    return source;
  }

  /// The model's name, for people: the folder's own, or in the hub's cache (`models--org--name/snapshots/…`) its last
  /// part; the adapter's behind it.
  public String name() {
    return source.name();
  }

  /// The adapter over it, if there is one.
  public Optional<LoraAdapter> adapter() {
    return adapter;
  }

  /// What an adapter adds to the product with a weight.
  ///
  /// @param inputAxis the axis of the weight that meets the input
  /// @throws CheckpointException if it leads elsewhere than the weight does
  public Optional<LowRankPath> product(Weight weight, int inputAxis) throws CheckpointException {
    return adapter.isEmpty() ? Optional.empty() : adapter.get().path(weight, LowRankPath.Kind.PRODUCT, inputAxis);
  }

  /// What an adapter adds to the rows of a table.
  ///
  /// @throws CheckpointException if it leads elsewhere than the table does
  public Optional<LowRankPath> table(Weight table) throws CheckpointException {
    return adapter.isEmpty() ? Optional.empty() : adapter.get().path(table, LowRankPath.Kind.TABLE, 0);
  }

  /// Whether a weight is the adapter's own rather than the base's.
  public boolean isReplaced(Weight weight) {
    return adapter.flatMap(over -> over.replacement(weight.name())).isPresent();
  }

  /// Refuses an adapter that changes what the model does not use. To be asked when every weight has been asked for.
  ///
  /// @throws CheckpointException naming a weight
  public void requireWholeAdapter() throws CheckpointException {
    List<String> unused = adapter.map(LoraAdapter::unused).orElse(List.of());
    if (!unused.isEmpty()) {
      throw new CheckpointException("the adapter " + source.adapter().orElseThrow() + " changes '" + unused.getFirst()
          + "', which the language model of " + folder + " does not use so: merge it, or give the base it belongs to");
    }
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
    if (prefixes.isEmpty() || (!changes(own) && sameBytes(own, embedding))) {
      if (changes(embedding)) {
        throw new CheckpointException("the adapter " + source.adapter().orElseThrow() + " changes '" + embedding.name()
            + "', which is the head too: whether the head changes with it is not known, so merge the adapter");
      }
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

  private boolean changes(Weight weight) {
    return adapter.isPresent() && adapter.get().changes(weight.name());
  }

  private boolean sameBytes(Weight a, Weight b) throws CheckpointException {
    TensorFile fileOfA = fileOf(a);
    TensorFile fileOfB = fileOf(b);
    return fileOfA.tensor(a.name()).dtype() == fileOfB.tensor(b.name()).dtype()
        && fileOfA.data(a.name()).mismatch(fileOfB.data(b.name())) == -1;
  }

  /// Tensors that nobody has asked for, alike names written as one with `*` for their numbers, and how many each name stands
  /// for.
  public SortedMap<String, Integer> unread() {
    SortedMap<String, Integer> unread = new TreeMap<>();
    for (String name : fileOf.keySet()) {
      if (!asked.contains(name)) {
        unread.merge(name.replaceAll("\\d+", "*"), 1, Integer::sum);
      }
    }
    return unread;
  }

  /// Files of the folder that are none of these.
  ///
  /// @param read names of files that are read
  public List<String> otherFiles(Set<String> read) throws CheckpointException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).map(file -> file.getFileName().toString())
          .filter(name -> !read.contains(name)).sorted().toList();
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// Adds what a reader should know.
  public void remark(String said) {
    remarks.add(said);
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
  /// @throws CheckpointException if it is missing, of another shape than the config implies, or no floating-point numbers of 16 to 64 bits
  public TensorFile fileOf(Weight weight) throws CheckpointException {
    asked.add(weight.name());
    TensorFile file = adapter.flatMap(over -> over.replacement(weight.name())).orElse(fileOf.get(weight.name()));
    if (weight.part() != null && isReplaced(weight)) {
      throw new CheckpointException("the adapter " + source.adapter().orElseThrow() + " replaces the experts in '"
          + weight.name() + "', which is not read: merge it into the weights");
    }
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
    adapter.ifPresent(LoraAdapter::close);
  }
}
