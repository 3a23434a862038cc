package org.striatum.hooks.surgery;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.ModelLimits;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.RecordingBuffer;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Inputs;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.surgery.SiteMap.FoundSite;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Somebody else's ONNX file, run by ONNX Runtime with hooks and gates put in by surgery: one session for each kind of
/// run that is asked for, built on first use.
///
/// Files that scale activations by what they see (dynamic quantisation) run each sequence alone, unpadded, so that
/// neither batch nor order matters. Not thread-safe; whoever opens it closes it.
public final class OnnxFileModel implements GatedModel {
  private static final int ROWS_PER_RUN = 4096;
  private static final long VALUES_PER_RUN = 64L << 20; // floats given out by one run, 256 MB
  private static final int[] TRIAL = {0, 1, 1};
  /// Scale a tensor by its own extremes: padding and neighbours would matter.
  private static final Set<String> SCALED_AT_RUN_TIME = Set.of("DynamicQuantizeLinear", "DynamicQuantizeMatMul",
      "DynamicQuantizeLSTM");
  private static final Pattern QUANTISED = Pattern
      .compile("DynamicQuantize.*|.*MatMulInteger.*|MatMulNBits|MatMulBnb4|MatMulFpQ4|DequantizeLinear|QLinear.*|QGemm"
          + "|QAttention|ConvInteger|GatherBlockQuantized");
  /// Would run across a place where a gate can stand: with and without a gate the arithmetic must be the same.
  static final List<String> ACROSS_GATES = List.of("SkipLayerNormFusion", "EmbedLayerNormFusion", "AttentionFusion",
      "BiasGeluFusion", "BiasDropoutFusion", "MatMulScaleFusion", "GemmActivationFusion", "MatMulActivationFusion",
      "GemmSumFusion");
  private static final Pattern UNKNOWN_OPERATOR = Pattern
      .compile("([\\w.]*):?(\\w+)\\(-?\\d+\\) is not a registered function/op|No Op registered for (\\w+)");

  private final OnnxFile file;
  private final Memory memory;
  private final int threads;
  private final Set<Integer> endOfSequence;
  private final OnnxSurgeon surgeon;
  private final Optional<OnnxSurgeon> stepSurgeon; // works on the branch that reads the cache; empty without a cache
  private final Cache cache; // of that branch
  private final Map<String, Measured> measured = new HashMap<>();
  private final boolean quantised;
  private final boolean alone;
  private final ModelLimits limits;
  private final Map<Surgery, Prepared> sessions = new HashMap<>();

  /// A session and what it is fed.
  record Prepared(GraphSession session, Signature signature) implements AutoCloseable {
    @Override
    public void close() {
      session.close();
    }
  }

  private OnnxFileModel(OnnxFile file, Memory memory, int threads, List<Integer> endOfSequence)
      throws CheckpointException {
    this.file = file;
    this.memory = memory;
    this.threads = threads;
    this.endOfSequence = Set.copyOf(endOfSequence);
    this.surgeon = OnnxSurgeon.of(file, false);
    OnnxSurgeon cached = surgeon.branched() ? OnnxSurgeon.of(file, true) : surgeon;
    this.cache = Cache.read(cached.graph());
    boolean usable = cache.continues() && cached.sites().hookPoints().equals(surgeon.sites().hookPoints());
    this.stepSurgeon = usable ? Optional.of(cached) : Optional.empty();
    Set<String> operators = surgeon.graph().getNodeList().stream().map(NodeProto::getOpType)
        .collect(Collectors.toSet());
    this.quantised = operators.stream().anyMatch(operator -> QUANTISED.matcher(operator).matches());
    boolean single = measure();
    this.alone = single || operators.stream().anyMatch(SCALED_AT_RUN_TIME::contains);
    this.limits = limits();
  }

  /// Opens a file, finds its hook points and runs three tokens through it.
  ///
  /// @param threads of the runtime's products; 0 for one a core
  /// @param endOfSequence tokens that end a completion
  /// @throws CheckpointException in one line: what is wrong, or what was looked for and what was found instead
  public static OnnxFileModel open(Path file, Memory memory, int threads, List<Integer> endOfSequence)
      throws CheckpointException {
    return of(OnnxFile.open(file), memory, threads, endOfSequence);
  }

  /// The same of a file that was read before.
  public static OnnxFileModel of(OnnxFile file, Memory memory, int threads, List<Integer> endOfSequence)
      throws CheckpointException {
    return new OnnxFileModel(file, memory, threads, endOfSequence);
  }

  private ModelLimits limits() {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    sites().hookPoints().forEach(hook -> widths.put(hook, measured(hook).width()));
    return new ModelLimits(file.name(), measured(HookPoint.LOGITS).width(),
        sites().positions().orElse(Integer.MAX_VALUE), widths);
  }

  // The trial.

  /// Types, ranks and widths of all sites, from a run of a few tokens.
  ///
  /// @return whether only one sequence fits into a run
  private boolean measure() throws CheckpointException {
    OnnxSurgeon.Trial trial = surgeon.trial();
    Signature signature;
    try {
      signature = signature(surgeon, trial.graph());
    } catch (CheckpointException refused) {
      throw new CheckpointException(file.path() + ": " + refused.getMessage(), refused);
    }
    boolean alone = signature.single();
    try (GraphSession session = GraphSession.open(file.name(), surgeon.bytes(trial.graph()), file.folder(), Memory.LOW,
        threads, ACROSS_GATES)) {
      Map<String, float[]> one = tried(session, signature, trial, TRIAL);
      alone |= !alike(session, signature, trial, one);
    } catch (IllegalStateException refused) {
      throw new CheckpointException(file.path() + ": " + oneLine(refused.getMessage()), refused);
    }
    stepSurgeon.ifPresent(cached -> cached.sites().sites().forEach((point, site) -> {
      FoundSite plain = surgeon.sites().at(point);
      measured.put(site.value(), measured.get(plain.value()));
      measured.put(site.signal().value(), measured.get(plain.signal().value()));
    }));
    int d = measured(HookPoint.EMBED).width();
    for (HookPoint point : sites().hookPoints()) {
      boolean stream = switch (point.site()) {
        case EMBED, RESID_PRE, RESID_MID, RESID_POST, ATTN_OUT, MLP_OUT, FINAL_NORM -> true;
        case MLP_POST, LOGITS -> false;
      };
      if (stream && measured(point).width() != d) {
        throw new CheckpointException(file.path() + ": the residual stream must have one width, found " + d
            + " at hook_embed and " + measured(point).width() + " at " + point + " (" + sites().at(point).recognition()
            + ")");
      }
    }
    return alone;
  }

  /// Runs sequences of like length and measures every site; the values, type FLOAT only.
  private Map<String, float[]> tried(GraphSession session, Signature signature, OnnxSurgeon.Trial trial,
      int[]... sequences) throws CheckpointException {
    int[] lengths = Arrays.stream(sequences).mapToInt(sequence -> sequence.length).toArray();
    Map<String, float[]> values = new HashMap<>();
    try (Inputs inputs = new Inputs()) {
      signature.feed(inputs, new Signature.Step(sequences, lengths, 0));
      try (OrtSession.Result result = session.run(inputs.tensors(), Set.copyOf(trial.outputs().values()), Map.of())) {
        for (Map.Entry<String, String> value : trial.outputs().entrySet()) {
          OnnxTensor tensor = (OnnxTensor) result.get(value.getValue()).orElseThrow();
          Measured found = measured(tensor, value.getKey(), sequences.length);
          measured.put(value.getKey(), found);
          if (found.type() == DataType.FLOAT) {
            values.put(value.getKey(), GraphSession.floats(result, value.getValue()));
          }
        }
      }
    }
    return values;
  }

  /// Whether a sequence computes the same beside another: some exports hold positions for one sequence only.
  private boolean alike(GraphSession session, Signature signature, OnnxSurgeon.Trial trial, Map<String, float[]> one)
      throws CheckpointException {
    Map<String, float[]> two;
    try {
      two = tried(session, signature, trial, TRIAL, new int[TRIAL.length]);
    } catch (IllegalStateException | CheckpointException refused) {
      tried(session, signature, trial, TRIAL);
      return false;
    }
    return one.entrySet().stream().allMatch(value -> {
      float[] beside = two.get(value.getKey());
      double scale = 0;
      double worst = 0;
      for (int i = 0; i < value.getValue().length; i++) {
        scale = Math.max(scale, Math.abs(value.getValue()[i]));
        worst = Math.max(worst, Math.abs(value.getValue()[i] - beside[i]));
      }
      return worst <= 1e-3 * scale;
    });
  }

  private Measured measured(OnnxTensor tensor, String value, int batch) throws CheckpointException {
    TensorInfo info = tensor.getInfo();
    long[] shape = info.getShape();
    int last = shape.length - 1;
    boolean ranked3 = last == 2 && shape[0] == batch && shape[1] == TRIAL.length;
    boolean ranked2 = last == 1 && shape[0] == (long) batch * TRIAL.length;
    if ((!ranked3 && !ranked2) || shape[last] < 1 || shape[last] > Integer.MAX_VALUE) {
      throw new CheckpointException(
          file.path() + ": '" + value + "' must have the shape (batch, positions, width), found "
              + Arrays.toString(shape) + " for " + batch + " × " + TRIAL.length + " tokens"
              + (value.equals(sites().at(HookPoint.LOGITS).value())
                  ? ": export logits of all positions, not of the last"
                  : ""));
    }
    DataType type = switch (info.type) {
      case FLOAT -> DataType.FLOAT;
      case FLOAT16 -> DataType.FLOAT16;
      case BFLOAT16 -> DataType.BFLOAT16;
      case DOUBLE -> DataType.DOUBLE;
      case INT8, UINT8, INT16, INT32, INT64, BOOL, STRING, UNKNOWN -> throw new CheckpointException(
          file.path() + ": '" + value + "' must be floating-point, found " + info.type);
    };
    if (type == DataType.FLOAT) {
      float[] numbers = new float[(int) info.getNumElements()];
      tensor.getFloatBuffer().get(numbers);
      for (float number : numbers) {
        if (Float.isNaN(number)) {
          throw new CheckpointException(
              file.path() + ": '" + value + "' is NaN on the tokens " + Arrays.toString(TRIAL)
                  + ": the file is damaged");
        }
      }
    }
    return new Measured(type, ranked3 ? 3 : 2, (int) shape[last]);
  }

  private static String oneLine(String message) {
    Matcher unknown = UNKNOWN_OPERATOR.matcher(message);
    if (unknown.find()) {
      String operator = unknown.group(3) != null ? unknown.group(3) : unknown.group(1) + ":" + unknown.group(2);
      return "the operator " + operator + " is unknown to ONNX Runtime " + GraphSession.version()
          + ": export the model with standard operators";
    }
    return message.lines().findFirst().orElse("ONNX Runtime refused the graph").strip();
  }

  // What the file says.

  /// The file as it was read.
  public OnnxFile file() {
    return file;
  }

  /// The hook points, each with how it was recognised.
  public SiteMap sites() {
    return surgeon.sites();
  }

  /// What wrote the file, as it says itself.
  public String exporter() {
    return file.exporter();
  }

  /// Its inputs, for people.
  public List<String> inputs() {
    return file.model().getGraph().getInputList().stream().map(Signature::printed).toList();
  }

  /// Its outputs, for people.
  public List<String> outputs() {
    return file.model().getGraph().getOutputList().stream().map(Signature::printed).toList();
  }

  /// Whether weights or activations are stored in fewer bits: residuals are the file's own, not those of the checkpoint.
  public boolean quantised() {
    return quantised;
  }

  /// Whether activations are scaled by what a run sees, so that every sequence runs alone.
  public boolean scaledAtRunTime() {
    return alone;
  }

  /// Whether generation keeps keys and values, or recomputes every prefix.
  public boolean cached() {
    return stepSurgeon.isPresent();
  }

  @Override
  public int layers() {
    return sites().layers();
  }

  @Override
  public int vocabulary() {
    return limits.vocabulary();
  }

  @Override
  public List<HookPoint> hookPoints() {
    return limits.hookPoints();
  }

  @Override
  public int width(HookPoint hook) {
    return limits.width(hook);
  }

  Measured measured(HookPoint hook) {
    return measured.get(sites().at(hook).value());
  }

  // Sessions.

  /// The session for a run; `Surgery.cached` works on the branch that reads the cache.
  Prepared session(Surgery surgery) {
    return sessions.computeIfAbsent(surgery, _ -> {
      OnnxSurgeon operating = reading(surgery) ? stepSurgeon.orElseThrow() : surgeon;
      GraphProto changed = operating.operate(surgery, measured);
      try {
        Signature signature = signature(operating, changed);
        return new Prepared(GraphSession.open(file.name(), operating.bytes(changed), file.folder(), memory, threads,
            ACROSS_GATES), signature);
      } catch (CheckpointException checkedBefore) {
        throw new IllegalStateException(checkedBefore.getMessage(), checkedBefore);
      }
    });
  }

  /// Whether a run reads a filled cache. The first run of a merged decoder goes through its other branch.
  private static boolean reading(Surgery surgery) {
    return surgery.cache() == Surgery.CacheUse.READ;
  }

  private Signature signature(OnnxSurgeon operating, GraphProto changed) throws CheckpointException {
    return Signature.read(changed, Cache.read(operating.graph()), operating.sites().tokens(), file.prefix());
  }

  Cache cache() {
    return cache;
  }

  String prefix() {
    return file.prefix();
  }

  /// Adds a gate's inputs.
  ///
  /// @param mask which rows it acts on, (batch · positions)
  void gate(Inputs inputs, HookPoint hook, Gate gate, boolean[] mask, Signature.Step step) {
    inputs.gate(prefix(), hook, gate, mask, measured(hook).shape(step.batch(), step.positions(), 1));
  }

  // Recording.

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    limits.checkRecording(sequences, hooks, gates);
    Prepared prepared = session(Surgery.recording(hooks, gates.at().keySet()));
    RecordingBuffer recorded = new RecordingBuffer(sequences, hooks, this::width);
    Set<String> outputs = hooks.stream().map(hook -> prefix() + hook).collect(Collectors.toSet());
    for (PaddedBatch batch : batches(sequences, recorded.valuesPerRow())) {
      Signature.Step step = Signature.Step.of(batch);
      try (Inputs inputs = new Inputs()) {
        prepared.signature().feed(inputs, step);
        gates.at().forEach((hook, gate) -> gate(inputs, hook, gate, batch.mask(gate.positions()), step));
        try (OrtSession.Result result = prepared.session().run(inputs.tensors(), outputs, Map.of())) {
          hooks.forEach(hook -> copy(result, hook, batch, recorded));
        }
      }
    }
    return recorded.recording();
  }

  /// Copies the real rows of a batch to their places.
  private void copy(OrtSession.Result result, HookPoint hook, PaddedBatch batch, RecordingBuffer recorded) {
    FloatBuffer padded = FloatBuffer.wrap(GraphSession.floats(result, prefix() + hook)); // (batch · positions, width)
    for (int b = 0; b < batch.size(); b++) {
      recorded.put(hook, batch.members()[b], 0, padded, b * batch.positions(), batch.sequences().get(b).length());
    }
  }

  /// Cuts sequences into runs.
  ///
  /// @param valuesPerRow floats that one row gives out
  List<PaddedBatch> batches(List<TokenSequence> sequences, long valuesPerRow) {
    return PaddedBatch.of(sequences,
        alone ? 1 : Math.min(ROWS_PER_RUN, VALUES_PER_RUN / Math.max(1, valuesPerRow)));
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    limits.checkScoring(items, hooks);
    return new FileScorer(this, items, hooks);
  }

  // Generation.

  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    limits.checkGeneration(prompts, seeds, sampling, gates, batchSize);
    // Only prompts of one length run together: nothing is padded, so no row depends on another.
    Map<Integer, List<Integer>> byLength = IntStream.range(0, prompts.size()).boxed()
        .collect(Collectors.groupingBy(i -> prompts.get(i).length(), TreeMap::new, Collectors.toList()));
    Completion[] completions = new Completion[prompts.size()];
    int together = quantised || alone ? 1 : batchSize;
    for (List<Integer> equals : byLength.values()) {
      for (int start = 0; start < equals.size(); start += together) {
        List<Integer> members = equals.subList(start, Math.min(start + together, equals.size()));
        List<RunningCompletion> rows = members.stream()
            .map(i -> new RunningCompletion(prompts.get(i), sampling, seeds[i], endOfSequence)).toList();
        try (FileGeneration generation = new FileGeneration(this, rows, gates)) {
          generation.run(onEachFinished);
        }
        for (int b = 0; b < rows.size(); b++) {
          completions[members.get(b)] = rows.get(b).completion();
        }
      }
    }
    return List.of(completions);
  }

  /// Fewest rows of a generating run: a product with a single row takes another path through the runtime, so a lone row
  /// runs beside a copy of itself. Quantised files always run single rows.
  int fewestRows() {
    return quantised || alone ? 1 : 2;
  }

  @Override
  public void close() {
    sessions.values().forEach(Prepared::close);
    sessions.clear();
  }
}
