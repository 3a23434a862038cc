package org.striatum.hooks.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.engine.ModelLimits;
import org.striatum.hooks.engine.RecordingBuffer;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.probe.model.AttentionPattern;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.DescribedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// A checkpoint run by ONNX Runtime: one session for each kind of run that is asked for, built on first use.
///
/// The checkpoint stays the caller's to close, after this. Not thread-safe.
public final class OnnxModel implements DescribedModel {
  /// Rows of one run: enough to keep the products busy and to pay for widening the weights, few enough that a block's
  /// intermediate values stay small.
  private static final int ROWS_PER_RUN = 1024;
  /// Attention scores (heads · sequences · longest²) held at once: 128 MB.
  private static final long SCORES_PER_RUN = 32L << 20;
  /// Logits held at once: 128 MB.
  private static final long LOGITS_PER_RUN = 32L << 20;

  private final Checkpoint checkpoint;
  private final Decoder decoder;
  private Memory recording;
  private Optional<Memory> generation; // empty until it is chosen
  private final int threads;
  private final ModelLimits limits;
  private final CompletionEnd ending;
  private final AdapterInputs adapter;
  private final Map<GraphSpec, GraphSession> sessions = new HashMap<>();

  /// A model over an opened checkpoint.
  ///
  /// @param memory how weights are held; empty to choose by their size, and for generation by the tokens that the first call
  ///     asks for, unless [#hold] says before
  /// @param threads of the runtime's products; 0 for one per CPU core
  /// @param ending what completions end with
  /// @throws CheckpointException if a weight is missing or misshapen, found by building (not loading) the whole graph
  public OnnxModel(Checkpoint checkpoint, Decoder decoder, Optional<Memory> memory, int threads,
      CompletionEnd ending) throws CheckpointException {
    this.checkpoint = checkpoint;
    this.decoder = decoder;
    this.recording = memory
        .orElseGet(() -> HeldWeights.fitting(checkpoint.weightBytes(), checkpoint.parameters(), 0).recording());
    this.generation = memory;
    this.threads = threads;
    this.limits = ModelLimits.of(checkpoint.name(), decoder.shape());
    this.ending = ending;
    if (checkpoint.files().stream().map(file -> file.path().getParent()).distinct().count() > 1) {
      throw new CheckpointException("the shards of " + checkpoint.folder()
          + " lie in several folders behind their links: put them into one folder");
    }
    OnnxInterpreter.interpret(decoder, checkpoint, new GraphSpec(-1, Set.of(), Set.of(), GraphSpec.Head.ALL, false));
    checkpoint.requireWholeAdapter();
    this.adapter = AdapterInputs.of(checkpoint);
  }

  /// Begins to load the runtime's native library, so that it is there when the checkpoint has been read.
  public static void loadRuntime() {
    Thread.ofVirtual().start(() -> {
      try {
        GraphSession.version();
      } catch (LinkageError | IllegalStateException | UncheckedIOException _) {
        // Whoever needs the runtime gets the same error.
      }
    });
  }

  /// The version of ONNX Runtime, for provenance.
  public static String runtimeVersion() {
    return RuntimeLibrary.environment().getVersion();
  }

  @Override
  public int layers() {
    return decoder.shape().layers();
  }

  @Override
  public int vocabulary() {
    return limits.vocabulary();
  }

  @Override
  public int longest() {
    return limits.longest();
  }

  @Override
  public List<HookPoint> hookPoints() {
    return limits.hookPoints();
  }

  @Override
  public int width(HookPoint hook) {
    return limits.width(hook);
  }

  /// The serialised graph of a plain forward pass with these hook points as outputs: what is loaded, weights external.
  public byte[] graph(Set<HookPoint> recorded) {
    return interpret(new GraphSpec(-1, recorded, Set.of(), GraphSpec.Head.ALL, false));
  }

  private byte[] interpret(GraphSpec spec) {
    try {
      return OnnxInterpreter.interpret(decoder, checkpoint, spec);
    } catch (CheckpointException checkedBefore) {
      throw new IllegalStateException(checkedBefore.getMessage(), checkedBefore);
    }
  }

  GraphSession session(GraphSpec spec) {
    GraphSession open = sessions.get(spec);
    if (open == null) {
      open = open(spec);
      sessions.put(spec, open);
    }
    return open;
  }

  private GraphSession open(GraphSpec spec) {
    Memory held = spec.cached() ? generation.orElseThrow() : recording;
    if (held != recording) { // a large model's copy, of which there is one at a time
      List<GraphSpec> others = sessions.keySet().stream().filter(GraphSpec::cached).toList();
      others.forEach(other -> sessions.remove(other).close());
    }
    return GraphSession.open(checkpoint.name(), interpret(spec), checkpoint.files().getFirst().path().getParent(), held,
        threads).feeding(adapter.tensors());
  }

  /// How weights are held while hidden states are recorded.
  public Memory memory() {
    return recording;
  }

  /// Holds the weights so from now on; sessions that hold them otherwise are closed.
  public void hold(HeldWeights weights) {
    boolean asBefore = recording == weights.recording() && generation.equals(Optional.of(weights.generation()));
    if (!asBefore) {
      sessions.values().forEach(GraphSession::close);
      sessions.clear();
    }
    recording = weights.recording();
    generation = Optional.of(weights.generation());
  }

  DecoderShape shape() {
    return decoder.shape();
  }

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    limits.checkRecording(sequences, hooks, gates);
    RecordingBuffer recorded = new RecordingBuffer(sequences, hooks, limits::width);
    for (Packing packing : plan(sequences)) {
      run(packing, hooks, gates, (hook, rows) -> {
        for (int b = 0; b < packing.sequences(); b++) {
          expand(packing, b, hook, rows, recorded);
        }
      });
    }
    return recorded.recording();
  }

  /// Copies a sequence's rows, wherever they are, to consecutive ones.
  private static void expand(Packing packing, int b, HookPoint hook, FloatBuffer rows, RecordingBuffer recorded) {
    int[] rowsOf = packing.rowsOf(b);
    int t = 0;
    while (t < rowsOf.length) {
      int end = t + 1;
      while (end < rowsOf.length && rowsOf[end] == rowsOf[end - 1] + 1) {
        end++;
      }
      recorded.put(hook, packing.member(b), t, rows, rowsOf[t], end - t);
      t = end;
    }
  }

  List<Packing> plan(List<TokenSequence> sequences) {
    return Packing.plan(sequences, ROWS_PER_RUN, SCORES_PER_RUN / shape().heads());
  }

  /// Runs the sequences of one packing.
  ///
  /// @param read takes what was recorded at each hook point, (rows, width); valid only while it runs
  void run(Packing packing, Set<HookPoint> hooks, Gates gates, BiConsumer<HookPoint, FloatBuffer> read) {
    GraphSpec.Head head = hooks.stream().anyMatch(hook -> hook.site() == Site.LOGITS || hook.site() == Site.FINAL_NORM)
        ? GraphSpec.Head.ALL
        : GraphSpec.Head.NONE;
    GraphSession session = session(new GraphSpec(-1, hooks, gates.at().keySet(), head, false));
    try (RunInputs inputs = RunInputs.tokens(packing); Arena arena = Arena.ofConfined()) {
      gates.at().forEach((hook, gate) -> inputs.gate(hook, gate, packing.gated(gate)));
      Map<String, OnnxTensor> outputs = new HashMap<>();
      Map<HookPoint, FloatBuffer> rows = new HashMap<>();
      try {
        for (HookPoint hook : hooks) {
          FloatBuffer buffer = arena.allocate(ValueLayout.JAVA_FLOAT, (long) packing.rows() * width(hook))
              .asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
          rows.put(hook, buffer);
          outputs.put(hook.toString(), GraphSession.tensor(buffer, packing.rows(), width(hook)));
        }
        session.run(inputs.tensors(), Set.of(), outputs).close();
      } finally {
        outputs.values().forEach(OnnxTensor::close);
      }
      rows.forEach(read);
    }
  }

  @Override
  public float[] lens(float[] rows) {
    int d = shape().width();
    int n = ModelLimits.rows(rows, d);
    int together = Math.clamp(LOGITS_PER_RUN / vocabulary(), 1, ROWS_PER_RUN);
    GraphSession session = session(
        new GraphSpec(layers() - 1, Set.of(HookPoint.LOGITS), Set.of(), GraphSpec.Head.ALL, false));
    float[] logits = new float[Math.multiplyExact(n, vocabulary())];
    for (int start = 0; start < n; start += together) {
      int count = Math.min(together, n - start);
      // Behind the last block no row sees another: they are laid out as one sequence.
      Packing packing = Packing.of(List.of(TokenSequence.prompt(new int[count])));
      try (RunInputs inputs = RunInputs.layout(packing).put("hidden",
          GraphSession.tensor(FloatBuffer.wrap(rows, start * d, count * d).slice(), count, d));
          OrtSession.Result result = session.run(inputs.tensors(), Set.of(HookPoint.LOGITS.toString()), Map.of())) {
        float[] found = GraphSession.floats(result, HookPoint.LOGITS.toString());
        System.arraycopy(found, 0, logits, start * vocabulary(), found.length);
      }
    }
    return logits;
  }

  @Override
  public List<AttentionPattern> attention(TokenSequence sequence, SortedSet<Integer> layers, Gates gates) {
    limits.checkAttention(sequence, layers, shape().heads(), gates);
    Set<HookPoint> asked = layers.stream().map(layer -> new HookPoint(layer, Site.ATTN_PATTERN))
        .collect(Collectors.toSet());
    GraphSpec spec = new GraphSpec(-1, asked, gates.at().keySet(), GraphSpec.Head.NONE, false);
    Packing packing = Packing.of(List.of(sequence));
    Set<String> outputs = asked.stream().map(HookPoint::toString).collect(Collectors.toSet());
    try (RunInputs inputs = RunInputs.tokens(packing)) {
      gates.at().forEach((hook, gate) -> inputs.gate(hook, gate, packing.gated(gate)));
      try (OrtSession.Result result = session(spec).run(inputs.tensors(), outputs, Map.of())) {
        return layers.stream().map(layer -> new AttentionPattern(layer, shape().heads(), sequence.length(),
            GraphSession.floats(result, new HookPoint(layer, Site.ATTN_PATTERN).toString()))).toList();
      }
    }
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    limits.checkScoring(items, hooks);
    return new SuffixScorer(this, items, hooks);
  }

  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    limits.checkGeneration(prompts, seeds, sampling, gates, batchSize);
    if (generation.isEmpty()) {
      long tokens = (long) prompts.size() * sampling.maxNewTokens();
      generation = Optional
          .of(HeldWeights.fitting(checkpoint.weightBytes(), checkpoint.parameters(), tokens).generation());
    }
    // Prompts of similar length run together; the order changes no result, for every row has its own cache and generator.
    List<Integer> order = IntStream.range(0, prompts.size()).boxed()
        .sorted(Comparator.comparingInt(i -> prompts.get(i).length())).toList();
    Completion[] completions = new Completion[prompts.size()];
    for (int start = 0; start < order.size(); start += batchSize) {
      List<Integer> members = order.subList(start, Math.min(start + batchSize, order.size()));
      List<RunningCompletion> rows = members.stream()
          .map(i -> new RunningCompletion(prompts.get(i), sampling, seeds[i], ending)).toList();
      try (CachedGeneration generation = new CachedGeneration(this, rows, sampling, gates)) {
        generation.run(onEachFinished);
      }
      for (int b = 0; b < rows.size(); b++) {
        completions[members.get(b)] = rows.get(b).completion();
      }
    }
    return List.of(completions);
  }

  @Override
  public void close() {
    sessions.values().forEach(GraphSession::close);
    sessions.clear();
    adapter.close();
  }
}
