package org.striatum.hooks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.hooks.ModelFacts.Sizes;
import org.striatum.hooks.ModelFacts.SpecialTokens;
import org.striatum.hooks.ModelFacts.StoredWeights;
import org.striatum.hooks.chat.ChatTemplates;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ChecksumCache;
import org.striatum.hooks.checkpoint.ModelConfig;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.decoder.StatedContext;
import org.striatum.hooks.decoder.StreamWriters;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.onnx.HeldWeights;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.OnnxModel;
import org.striatum.hooks.surgery.OnnxFile;
import org.striatum.hooks.surgery.OnnxFileModel;
import org.striatum.hooks.text.Tokenizer;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// A model opened for reading and gating, with its tokenizer: a Hugging Face checkpoint folder, whose description is
/// interpreted, or somebody else's ONNX file, a copy of whose graph is changed.
///
/// Not thread-safe; whoever opens it closes it.
public final class HookedModel implements AutoCloseable {
  private static final List<String> TEXT_FILES = List.of("config.json", "generation_config.json", "tokenizer.json",
      "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
      "tokenizer.model", "chat_template.jinja", "chat_template.json");

  private final ModelFacts facts;
  private final GatedModel model;
  private Memory memory; // while hidden states are recorded
  private final Optional<Memory> asked; // how weights are to be held, where the caller says so
  private final EndOfSequence endOfSequence;
  private final Optional<Checkpoint> checkpoint; // under the model, empty for an ONNX file
  private final ChecksumCache checksums;
  private Optional<Tokenizer> tokenizer = Optional.empty();

  private HookedModel(ModelFacts facts, GatedModel model, Memory memory, Optional<Memory> asked,
      EndOfSequence endOfSequence, Optional<Checkpoint> checkpoint, ChecksumCache checksums) {
    this.asked = asked;
    this.facts = facts;
    this.model = model;
    this.memory = memory;
    this.endOfSequence = endOfSequence;
    this.checkpoint = checkpoint;
    this.checksums = checksums;
  }

  /// What tokens read, by the tokenizer of a model that is made after the one that asks.
  private static final class LateText implements Function<int[], String> {
    private HookedModel opened;

    HookedModel of(HookedModel made) {
      opened = made;
      return made;
    }

    @Override
    public String apply(int[] tokens) {
      try {
        return opened.tokenizer().decodeContinuation(tokens);
      } catch (CheckpointException refused) {
        throw new UncheckedIOException(refused);
      }
    }
  }

  /// Opens a Hugging Face checkpoint folder, an ONNX file, or a folder without other weights that holds one ONNX file. No
  /// weight is copied.
  ///
  /// @param memory how weights are held; empty to choose by size, and for generation by the tokens to come
  /// @param threads of the runtime; 0 for one per CPU core
  /// @throws CheckpointException in one line: what is wrong and what to do
  public static HookedModel open(Path path, Optional<Memory> memory, int threads) throws CheckpointException {
    return open(path, memory, threads, ChecksumCache.inMemory());
  }

  /// The same, with a cache that knows checksums of files from earlier processes.
  public static HookedModel open(Path path, Optional<Memory> memory, int threads, ChecksumCache checksums)
      throws CheckpointException {
    return open(ModelSource.of(path), memory, threads, checksums);
  }

  /// Opens a model and the adapter over it, if there is one.
  ///
  /// @throws CheckpointException in one line: what is wrong and what to do
  public static HookedModel open(ModelSource source, Optional<Memory> memory, int threads, ChecksumCache checksums)
      throws CheckpointException {
    Optional<Path> onnx = onnxFile(source.base());
    if (onnx.isPresent() && source.adapter().isPresent()) {
      throw new CheckpointException("an adapter changes a checkpoint folder, found the ONNX file " + onnx.get()
          + ": merge the adapter before the export");
    }
    return onnx.isPresent()
        ? openOnnx(onnx.get(), memory, threads, checksums)
        : openCheckpoint(source, memory, threads, checksums);
  }

  /// The ONNX file that a path means, if it means one.
  private static Optional<Path> onnxFile(Path path) throws CheckpointException {
    if (isOnnx(path)) {
      return Optional.of(path);
    }
    if (!Files.isDirectory(path) || Files.exists(path.resolve("refs"))) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(path)) {
      List<Path> all = files.toList();
      List<Path> found = all.stream().filter(HookedModel::isOnnx).toList();
      if (found.isEmpty() || all.stream().anyMatch(Checkpoint::isWeights)) {
        return Optional.empty();
      }
      if (found.size() > 1) {
        throw new CheckpointException(path + " holds several ONNX files ("
            + found.stream().map(file -> file.getFileName().toString()).sorted().collect(Collectors.joining(", "))
            + "): give one of them");
      }
      return Optional.of(found.getFirst());
    } catch (CheckpointException refused) {
      throw refused;
    } catch (IOException unreadable) {
      throw new CheckpointException("cannot read " + path + ": " + unreadable.getMessage(), unreadable);
    }
  }

  private static boolean isOnnx(Path path) {
    return Files.isRegularFile(path)
        && path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx");
  }

  private static HookedModel openCheckpoint(ModelSource source, Optional<Memory> memory, int threads,
      ChecksumCache checksums) throws CheckpointException {
    OnnxModel.loadRuntime();
    Checkpoint checkpoint = Checkpoint.open(source);
    try {
      Decoder decoder = Decoder.of(checkpoint);
      EndOfSequence endOfSequence = EndOfSequence.read(checkpoint.folder(), Optional.of(checkpoint.config()));
      LateText text = new LateText();
      OnnxModel model = new OnnxModel(checkpoint, decoder, memory, threads,
          CompletionEnd.at(endOfSequence.ids()).reading(text));
      return text.of(new HookedModel(facts(checkpoint, decoder.shape(), model), model, model.memory(), memory,
          endOfSequence, Optional.of(checkpoint), checksums));
    } catch (CheckpointException | RuntimeException refused) {
      checkpoint.close();
      throw refused;
    }
  }

  private static ModelFacts facts(Checkpoint checkpoint, DecoderShape shape, OnnxModel model)
      throws CheckpointException {
    ModelConfig config = checkpoint.config();
    SequencedMap<String, Path> files = new LinkedHashMap<>(ModelFacts.textFiles(checkpoint.folder(), TEXT_FILES));
    checkpoint.weightFiles().forEach(file -> files.put(file.getFileName().toString(), file));
    SequencedMap<String, Object> details = new LinkedHashMap<>();
    details.put("MLP neurons", shape.mlpWidth());
    details.put("heads", new Detail.Heads(shape.heads(), shape.headWidth(), shape.keyValueHeads()));
    details.put("context", shape.context());
    details.put("ignored configuration", config.unread());
    details.put("ignored tensors", new Detail.Unread(checkpoint.unread()));
    details.put("ignored files", checkpoint.otherFiles(files.keySet()));
    checkpoint.adapter().ifPresent(adapter -> details.put("adapter", adapter.facts()));
    if (!checkpoint.remarks().isEmpty()) {
      details.put("remarks", checkpoint.remarks());
    }
    details.put("generated graph", new Detail.GeneratedGraph(model.graph(Set.copyOf(model.hookPoints())).length));
    Sizes sizes = new Sizes(shape.layers(), shape.width(), shape.heads(), shape.vocabulary(), shape.longest(),
        StatedContext.of(config),
        8L * IntStream.range(0, shape.layers()).filter(shape::attends).count() * shape.keyValueHeads()
            * shape.headWidth());
    String dtypes = checkpoint.dtypes().keySet().stream().map(Enum::name).collect(Collectors.joining(", "));
    return new ModelFacts(checkpoint.name(), config.text("model_type"), checkpoint.folder(), files, sizes,
        new StoredWeights(checkpoint.parameters(), checkpoint.weightBytes(), dtypes, false), specialTokens(config),
        details);
  }

  private static HookedModel openOnnx(Path file, Optional<Memory> memory, int threads, ChecksumCache checksums)
      throws CheckpointException {
    Path folder = file.toAbsolutePath().normalize().getParent();
    Optional<ModelConfig> config = Files.isRegularFile(folder.resolve("config.json"))
        ? Optional.of(ModelConfig.read(folder.resolve("config.json")))
        : Optional.empty();
    EndOfSequence endOfSequence = EndOfSequence.read(folder, config);
    OnnxFile read = OnnxFile.open(file);
    Memory held = memory
        .orElseGet(() -> HeldWeights.fitting(read.weightBytes(), read.parameters(), 0).recording());
    LateText text = new LateText();
    OnnxFileModel model = OnnxFileModel.of(read, held, threads, CompletionEnd.at(endOfSequence.ids()).reading(text));
    try {
      return text.of(
          new HookedModel(facts(model, folder, config), model, held, memory, endOfSequence, Optional.empty(),
              checksums));
    } catch (CheckpointException | RuntimeException refused) {
      model.close();
      throw refused;
    }
  }

  private static ModelFacts facts(OnnxFileModel model, Path folder, Optional<ModelConfig> config)
      throws CheckpointException {
    SequencedMap<String, Path> files = new LinkedHashMap<>(ModelFacts.textFiles(folder, TEXT_FILES));
    for (Path weights : model.file().files()) {
      files.put(weights.getFileName().toString(), weights);
    }
    SequencedMap<String, Object> details = new LinkedHashMap<>();
    details.put("exporter", model.exporter());
    details.put("operator sets", model.file().opsets());
    details.put("inputs", model.inputs());
    details.put("outputs", model.outputs());
    details.put("quantised", new Detail.Quantised(model.quantised(), model.scaledAtRunTime()));
    details.put("generation", model.cached() ? "keys and values kept" : "every prefix recomputed");
    SequencedMap<String, String> recognised = new LinkedHashMap<>();
    for (HookPoint hook : model.hookPoints()) {
      recognised.put(hook.toString(), model.sites().at(hook).recognition());
    }
    details.put("recognised", recognised);
    String family = config.isPresent() && config.get().has("model_type") ? config.get().text("model_type") : "onnx";
    Sizes sizes = new Sizes(model.layers(), model.width(HookPoint.residPost(0)), 0, model.vocabulary(),
        model.longest(), config.isPresent() ? StatedContext.of(config.get()) : StatedContext.NONE, 0);
    StoredWeights weights = new StoredWeights(model.file().parameters(), model.file().weightBytes(),
        model.quantised() ? "quantised" : "float", model.scaledAtRunTime());
    return new ModelFacts(model.file().name(), family, folder, files, sizes, weights,
        config.isPresent() ? specialTokens(config.get()) : new SpecialTokens(List.of(), List.of()), details);
  }

  private static SpecialTokens specialTokens(ModelConfig config) throws CheckpointException {
    return new SpecialTokens(config.tokenIds("bos_token_id"), config.tokenIds("pad_token_id"));
  }

  /// What is known of it without running it.
  public ModelFacts facts() {
    return facts;
  }

  /// SHA-256 of each of [ModelFacts#files], by name. Files are read once, and again only if they change.
  ///
  /// @throws IOException if one cannot be read
  public SortedMap<String, Sha256> checksums() throws IOException {
    return checksums.of(facts.files());
  }

  /// Bytes that [#checksums] will have to read.
  ///
  /// @throws IOException if a file is gone
  public long unknownBytes() throws IOException {
    return checksums.unknownBytes(facts.files().values());
  }

  /// The generated graph with every hook point, weights external: what is run and is not in [ModelFacts#files]. Empty for an
  /// ONNX file.
  public byte[] generatedGraph() {
    return model instanceof OnnxModel interpreted
        ? interpreted.graph(Set.copyOf(interpreted.hookPoints()))
        : new byte[0];
  }

  /// How weights are held while hidden states are recorded.
  public Memory memory() {
    return memory;
  }

  /// How weights would be held for so many tokens: as the caller says, else by their size and the tokens.
  ///
  /// @param tokens that will be generated at most
  public HeldWeights fitting(long tokens) {
    if (asked.isPresent() || checkpoint.isEmpty()) {
      return HeldWeights.all(memory);
    }
    return HeldWeights.fitting(facts.weightBytes(), facts.parameters(), tokens);
  }

  /// Holds the weights as a run does that has begun, unless the caller has said how they are to be held.
  ///
  /// @return how they are held now
  /// @throws CheckpointException if this machine has too little memory for that
  public HeldWeights hold(HeldWeights weights) throws CheckpointException {
    if (asked.isPresent()) {
      return HeldWeights.all(memory);
    }
    weights.requireRoom(facts.name(), facts.parameters());
    switch (model) {
      case OnnxModel interpreted -> interpreted.hold(weights);
      case OnnxFileModel file -> file.hold(weights.recording());
      default -> throw new IllegalStateException("a model is a checkpoint or an ONNX file");
    }
    memory = weights.recording();
    return weights;
  }

  /// The model, ready to be recorded, gated and sampled.
  public GatedModel model() {
    return model;
  }

  /// The model where its parts can be run by themselves, which those of an ONNX file cannot: for the logit lens and attention
  /// patterns.
  public Optional<DescribedModel> described() {
    return model instanceof DescribedModel known ? Optional.of(known) : Optional.empty();
  }

  /// The matrices that write to the residual stream; those of an ONNX file are not known.
  ///
  /// @throws CheckpointException if they cannot be read
  public Optional<StreamWriters> streamWriters() throws CheckpointException {
    return checkpoint.isPresent() ? Optional.of(StreamWriters.of(checkpoint.get())) : Optional.empty();
  }

  /// Whether it is a checkpoint folder, so that PyTorch can run it too and gradients can be had.
  public boolean isCheckpoint() {
    return checkpoint.isPresent();
  }

  /// Where a checkpoint folder and its adapter lie.
  ///
  /// @throws IllegalStateException if it is an ONNX file
  public ModelSource source() {
    return checkpoint.orElseThrow(() -> new IllegalStateException(facts.name() + " is an ONNX file")).source();
  }

  /// Tokens that end a completion.
  public List<Integer> endOfSequence() {
    return endOfSequence.ids();
  }

  /// The model's tokenizer, opened on first use.
  ///
  /// @throws CheckpointException if there is none or it does not fit the model
  public Tokenizer tokenizer() throws CheckpointException {
    if (tokenizer.isEmpty()) {
      tokenizer = Optional.of(Tokenizer.open(facts.folder(), facts.vocabulary()));
    }
    return tokenizer.get();
  }

  /// The hook points that match a pattern, `*` for any text: `blocks.*.hook_resid_post`.
  ///
  /// @throws UsageException if it names none
  public List<HookPoint> hookPoints(String pattern) {
    String regex = Arrays.stream(pattern.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*"));
    List<HookPoint> found = model.hookPoints().stream().filter(hook -> hook.toString().matches(regex)).toList();
    if (found.isEmpty()) {
      List<String> names = model.hookPoints().stream().map(HookPoint::toString).toList();
      throw new UsageException(
          "no hook point matches '%s': the nearest are %s; %s has blocks 0 to %d with %s".formatted(pattern,
              String.join(", ", NearestNames.of(pattern, patterns(pattern, names))), facts.name(), model.layers() - 1,
              model.hookPoints().stream().map(hook -> hook.site().printed()).distinct()
                  .collect(Collectors.joining(", "))));
    }
    return found;
  }

  /// Names as a pattern would write them: with any block where it says so.
  private static Set<String> patterns(String pattern, List<String> names) {
    return names.stream().map(name -> pattern.contains("*") ? name.replaceFirst("^blocks\\.\\d+", "blocks.*") : name)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /// A prompt and what follows it, as tokens; then the end-of-sequence token if the model has one.
  public TokenSequence sequence(String prompt, String continuation) throws CheckpointException {
    int[] end = endOfSequence.ids().stream().limit(1).mapToInt(Integer::intValue).toArray();
    return tokenizer().encodePair(prompt, continuation).followedBy(end);
  }

  /// The same for a prompt that a chat template wrote, special tokens included.
  public TokenSequence chatSequence(String prompt, String continuation) throws CheckpointException {
    int[] end = endOfSequence.ids().stream().limit(1).mapToInt(Integer::intValue).toArray();
    return tokenizer().encodeBarePair(prompt, continuation).followedBy(end);
  }

  /// The chat templates of the checkpoint.
  ///
  /// @throws CheckpointException if a file with one is broken
  public ChatTemplates chatTemplates() throws CheckpointException {
    return ChatTemplates.find(facts.folder());
  }

  /// What becomes of text: special tokens, end of sequence, padding, chat template, and the file that each comes from.
  ///
  /// @throws CheckpointException if the tokenizer cannot be opened
  public Map<String, Object> tokenPolicy() throws CheckpointException {
    return TextPolicy.of(tokenizer(), chatTemplates(), endOfSequence, facts.vocabulary());
  }

  @Override
  public void close() {
    model.close();
    tokenizer.ifPresent(Tokenizer::close);
    checkpoint.ifPresent(Checkpoint::close);
  }
}
