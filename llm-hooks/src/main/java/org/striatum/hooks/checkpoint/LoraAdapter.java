package org.striatum.hooks.checkpoint;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.hooks.torchfile.TorchFile;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.tensor.SafetensorsFile;
import org.striatum.probe.tensor.TensorFile;
import org.striatum.probe.tensor.TensorInfo;

/// A LoRA adapter as PEFT saves it, opened over a base: `adapter_config.json`, and the low-rank matrices in a file that is
/// mapped. Nothing of the base is copied or changed.
///
/// Every tensor of the file must have a place in the base, and every place is used, or the adapter is refused: it belongs
/// to another base then.
public final class LoraAdapter implements AutoCloseable {
  static final String CONFIG = "adapter_config.json";
  private static final List<String> WEIGHTS = List.of("adapter_model.safetensors", "adapter_model.bin");
  /// What a folder says of text, which is read from the base's.
  private static final List<String> TEXT = List.of("tokenizer.json", "tokenizer.model", "tokenizer_config.json",
      "chat_template.jinja", "vocab.json");
  private static final String WRAPPED = "base_model.model.";
  private static final Pattern PATH = Pattern
      .compile("(?<module>.+)\\.lora_(?<side>[AB])(\\.(?<adapter>[^.]+))?\\.weight");
  private static final Pattern TABLE_PATH = Pattern
      .compile("(?<module>.+)\\.lora_embedding_(?<side>[AB])(\\.(?<adapter>[^.]+))?");
  /// What PEFT puts between a module's name and its own tensor's.
  private static final Pattern INSERTED = Pattern.compile("\\.(base_layer|modules_to_save(\\.default)?)(?=\\.)");

  private final Path folder;
  private final Path weights;
  private final TensorFile file;
  private final SortedMap<String, LowRankPath> paths = new TreeMap<>(); // by the base's weight
  private final SequencedMap<String, TensorInfo> replaced = new LinkedHashMap<>(); // likewise
  private final Map<String, String> places = new HashMap<>(); // tensor of the file → weight that it replaces
  private final Set<String> used = new HashSet<>();

  /// One side of a path, with its place.
  private record Side(String module, boolean down, LowRankPath.Kind kind, TensorInfo tensor) {}

  /// Whole weights of the adapter's file, under the base's names.
  private record Replacements(TensorFile file, SequencedMap<String, TensorInfo> tensors) implements TensorFile {
    @Override
    public Path path() {
      return file.path();
    }

    @Override
    public MemorySegment bytes() {
      return file.bytes();
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private LoraAdapter(Path folder, Path weights, TensorFile file) {
    this.folder = folder;
    this.weights = weights;
    this.file = file;
  }

  /// Whether a folder holds an adapter.
  public static boolean isIn(Path folder) {
    return Files.exists(folder.resolve(CONFIG))
        || WEIGHTS.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /// Whether a file is one of an adapter's.
  public static boolean isOne(Path file) {
    return file.getFileName().toString().equals(CONFIG) || WEIGHTS.contains(file.getFileName().toString());
  }

  /// Opens an adapter over a base.
  ///
  /// @param base every tensor of the base by name
  /// @throws CheckpointException if it is another kind of adapter, or of another base, by key or name
  static LoraAdapter open(Path folder, Map<String, TensorInfo> base) throws CheckpointException {
    if (!Files.isRegularFile(folder.resolve(CONFIG))) {
      throw new CheckpointException(folder + " holds an adapter's weights without " + CONFIG + ": download it too");
    }
    LoraSettings settings = new LoraSettings(ModelConfig.read(folder.resolve(CONFIG)));
    Path weights = WEIGHTS.stream().map(folder::resolve).filter(Files::isRegularFile).findFirst()
        .orElseThrow(() -> new CheckpointException(
            folder + " holds " + CONFIG + " without " + String.join(" or ", WEIGHTS) + ": download it too"));
    LoraAdapter adapter = new LoraAdapter(folder, weights, mapped(weights));
    try {
      adapter.place(settings, base);
      return adapter;
    } catch (CheckpointException | RuntimeException refused) {
      adapter.close();
      throw refused;
    }
  }

  private static TensorFile mapped(Path weights) throws CheckpointException {
    try {
      return weights.getFileName().toString().endsWith(".bin")
          ? TorchFile.open(weights.toRealPath())
          : SafetensorsFile.open(weights.toRealPath());
    } catch (BadDataException broken) {
      throw new CheckpointException(broken.getMessage(), broken);
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + weights + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// Finds the place of every tensor.
  private void place(LoraSettings settings, Map<String, TensorInfo> base) throws CheckpointException {
    BaseNames names = new BaseNames(base.keySet());
    Map<String, Side> downs = new TreeMap<>();
    Map<String, Side> ups = new HashMap<>();
    Set<String> adapters = new HashSet<>();
    for (TensorInfo tensor : file.tensors().values()) {
      Optional<Side> side = side(tensor, adapters);
      if (side.isEmpty()) {
        replace(settings, names, base, tensor);
      } else if ((side.get().down() ? downs : ups).put(side.get().module(), side.get()) != null) {
        throw refusal(tensor, "has a second tensor for the same place");
      }
    }
    if (adapters.size() > 1) {
      throw new CheckpointException(weights + " must hold one adapter, found " + adapters);
    }
    for (Side down : downs.values()) {
      Side up = ups.remove(down.module());
      if (up == null || up.kind() != down.kind()) {
        throw refusal(down.tensor(), "has no other half (lora_B)");
      }
      settings.requireTarget(down.module());
      String weight = names.of(down.module() + ".weight")
          .orElseThrow(() -> refusal(down.tensor(), "changes a module that the base has not"));
      LowRankPath path = new LowRankPath(down.kind(), down.tensor(), up.tensor(), settings.scale(down.module()));
      check(path, base.get(weight), settings.rank(down.module()));
      paths.put(weight, path);
    }
    if (!ups.isEmpty()) {
      throw refusal(ups.values().iterator().next().tensor(), "has no other half (lora_A)");
    }
  }

  /// Which side of which path a tensor is; empty if it is none.
  private static Optional<Side> side(TensorInfo tensor, Set<String> adapters) {
    String name = tensor.name().startsWith(WRAPPED) ? tensor.name().substring(WRAPPED.length()) : tensor.name();
    for (LowRankPath.Kind kind : LowRankPath.Kind.values()) {
      Matcher found = (kind == LowRankPath.Kind.PRODUCT ? PATH : TABLE_PATH).matcher(name);
      if (found.matches()) {
        adapters.add(String.valueOf(found.group("adapter")));
        return Optional.of(new Side(found.group("module"), found.group("side").equals("A"), kind, tensor));
      }
    }
    return Optional.empty();
  }

  /// A tensor that is no side of a path stands for a whole weight of the base, if the configuration says so.
  private void replace(LoraSettings settings, BaseNames names, Map<String, TensorInfo> base, TensorInfo tensor)
      throws CheckpointException {
    String name = tensor.name().startsWith(WRAPPED) ? tensor.name().substring(WRAPPED.length()) : tensor.name();
    String plain = INSERTED.matcher(name).replaceAll("");
    if (plain.contains(".lora_")) {
      throw refusal(tensor, "is not read (DoRA, biases of LoRA or a newer kind): merge the adapter into the weights");
    }
    boolean expected = settings.isSaved(plain) || !name.equals(plain)
        || (settings.hasBiases() && plain.endsWith(".bias"))
        || plain.matches("(.*\\.)?(embed\\w*|wte|lm_head)\\.weight");
    if (!expected) {
      throw refusal(tensor, "is no part of LoRA, and modules_to_save does not name it");
    }
    String weight = names.of(plain).orElseThrow(() -> refusal(tensor,
        "replaces a weight that the base has not (or that is tied to another there)"));
    if (!base.get(weight).shape().equals(tensor.shape())) {
      throw refusal(tensor, "has shape " + tensor.shape() + " where the base has " + base.get(weight).shape());
    }
    places.put(tensor.name(), weight);
    replaced.put(weight, new TensorInfo(weight, tensor.dtype(), tensor.shape(), tensor.offset(), tensor.byteLength()));
  }

  private void check(LowRankPath path, TensorInfo weight, int rank) throws CheckpointException {
    List<Long> down = path.down().shape();
    List<Long> up = path.up().shape();
    if (down.size() != 2 || up.size() != 2 || down.get(0) != rank || up.get(1) != rank) {
      throw refusal(path.down(), "must have rank " + rank + ", found shapes " + down + " and " + up);
    }
    List<Long> shape = weight.shape();
    boolean fits = shape.size() == 2 && (shape.equals(List.of(up.get(0), down.get(1)))
        || shape.equals(List.of(down.get(1), up.get(0))));
    if (!fits) {
      throw refusal(path.down(),
          "leads from " + down.get(1) + " to " + up.get(0) + " where the base's '" + weight.name()
              + "' has shape " + shape);
    }
  }

  private CheckpointException refusal(TensorInfo tensor, String why) {
    return new CheckpointException(weights + ": '" + tensor.name() + "' " + why
        + ": the adapter is of another kind or belongs to another base");
  }

  /// What is added to the product with a weight, or to the rows of a table.
  ///
  /// @param inputAxis the axis of the weight that meets the input
  /// @throws CheckpointException if it leads elsewhere than the weight does
  Optional<LowRankPath> path(Weight weight, LowRankPath.Kind kind, int inputAxis) throws CheckpointException {
    LowRankPath path = paths.get(weight.name());
    if (path == null || path.kind() != kind) {
      return Optional.empty();
    }
    if (path.inputs() != weight.shape().get(inputAxis) || path.outputs() != weight.shape().get(1 - inputAxis)) {
      throw refusal(path.down(), "leads from " + path.inputs() + " to " + path.outputs() + " where the base's '"
          + weight.name() + "' has shape " + weight.shape());
    }
    used.add(weight.name());
    return Optional.of(path);
  }

  /// What is added where a weight is used, whatever its axes.
  public Optional<LowRankPath> path(String weight) {
    return Optional.ofNullable(paths.get(weight));
  }

  /// The file with a weight that stands for the base's, under the base's name.
  public Optional<TensorFile> replacement(String weight) {
    if (!replaced.containsKey(weight)) {
      return Optional.empty();
    }
    used.add(weight);
    return Optional.of(new Replacements(file, Collections.unmodifiableSequencedMap(replaced)));
  }

  /// Whether a weight is changed in any way.
  boolean changes(String weight) {
    return paths.containsKey(weight) || replaced.containsKey(weight);
  }

  /// Weights that it changes and that nobody has asked for.
  List<String> unused() {
    List<String> unused = new ArrayList<>(paths.keySet());
    unused.addAll(replaced.keySet());
    unused.removeAll(used);
    return unused;
  }

  /// Files about text that it has of its own, other than the base's: they are not read.
  List<String> otherText(Path base) throws CheckpointException {
    List<String> other = new ArrayList<>();
    try {
      for (String name : TEXT) {
        Path own = folder.resolve(name);
        Path read = base.resolve(name);
        if (Files.isRegularFile(own) && (!Files.isRegularFile(read) || Files.mismatch(own, read) >= 0)) {
          other.add(name);
        }
      }
      return other;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + folder + ": " + unreadable.getMessage(), unreadable);
    }
  }

  /// What a tensor of its file is called where it is used: by the weight of the base that it stands for, if it does, else by
  /// its own name.
  public String placeOf(String tensor) {
    return places.getOrDefault(tensor, tensor);
  }

  /// The mapped file with its matrices.
  public TensorFile file() {
    return file;
  }

  /// Its configuration and weights, links not followed.
  List<Path> files() {
    return List.of(folder.resolve(CONFIG), weights);
  }

  /// What it is, in figures.
  public Facts facts() {
    return new Facts(paths.values().stream().map(LowRankPath::rank).distinct().sorted().toList(), paths.size(),
        replaced.size(), folder.toString());
  }

  /// What an adapter is.
  ///
  /// @param ranks of its paths, each once
  /// @param weights that have a path beside them
  /// @param replaced tensors that stand in place of the base's
  public record Facts(List<Long> ranks, int weights, int replaced, String folder) {
    @Override
    public String toString() {
      return "LoRA of rank " + String.join(", ", ranks.stream().map(String::valueOf).toList()) + " at " + weights
          + " weights" + (replaced == 0 ? "" : ", " + replaced + " replaced") + ", in " + folder;
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
