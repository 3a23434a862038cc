package org.striatum.hooks.surgery;

import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.engine.ModelLimits;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.RecordingBuffer;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.hooks.onnx.GraphSession;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.onnx.RunInputs;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Somebody else's ONNX file, run by ONNX Runtime with hooks and gates put in by surgery.
///
/// Files that scale activations by what they see (dynamic quantisation) run each sequence alone, unpadded, so that
/// neither batch nor order matters. Not thread-safe; whoever opens it closes it.
public final class OnnxFileModel implements GatedModel {
  private static final int ROWS_PER_RUN = 4096;
  private static final long VALUES_PER_RUN = 64L << 20; // floats given out by one run, 256 MB

  private final OnnxFile file;
  private final CompletionEnd ending;
  private final FileSessions sessions;
  private final Quantisation quantisation;
  private final ModelLimits limits;

  private OnnxFileModel(OnnxFile file, FileSessions sessions, CompletionEnd ending) {
    this.file = file;
    this.ending = ending;
    this.sessions = sessions;
    this.quantisation = Quantisation.of(sessions.graph());
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    sites().hookPoints().forEach(hook -> widths.put(hook, sessions.layout(hook).width()));
    this.limits = new ModelLimits(file.name(), widths.get(HookPoint.LOGITS),
        sites().positions().orElse(Integer.MAX_VALUE), widths);
  }

  /// Opens a file, finds its hook points and runs three tokens through it.
  ///
  /// @param threads of the runtime's products; 0 for one per CPU core
  /// @param ending what completions end with
  /// @throws CheckpointException in one line: what is wrong, or what was looked for and what was found instead
  public static OnnxFileModel open(Path file, Memory memory, int threads, CompletionEnd ending)
      throws CheckpointException {
    return of(OnnxFile.open(file), memory, threads, ending);
  }

  /// The same of a file that was read before.
  public static OnnxFileModel of(OnnxFile file, Memory memory, int threads, CompletionEnd ending)
      throws CheckpointException {
    return new OnnxFileModel(file, new FileSessions(file, memory, threads), ending);
  }

  // What the file says.

  /// The file as it was read.
  public OnnxFile file() {
    return file;
  }

  /// The hook points, each with how it was recognised.
  public SiteMap sites() {
    return sessions.sites();
  }

  /// What wrote the file, as it says itself.
  public String exporter() {
    return file.exporter();
  }

  /// Its inputs, for people.
  public List<String> inputs() {
    return file.model().getGraph().getInputList().stream().map(GraphSignature::printed).toList();
  }

  /// Its outputs, for people.
  public List<String> outputs() {
    return file.model().getGraph().getOutputList().stream().map(GraphSignature::printed).toList();
  }

  /// Whether weights or activations are stored in fewer bits: hidden states are the file's own, not the checkpoint's.
  public boolean quantised() {
    return quantisation != Quantisation.NONE;
  }

  /// Whether activations are scaled by what a run sees, so that every sequence runs alone.
  public boolean scaledAtRunTime() {
    return quantisation == Quantisation.DYNAMIC || sessions.single();
  }

  /// Whether generation keeps keys and values, or recomputes every prefix.
  public boolean cached() {
    return sessions.cached();
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

  /// Holds the weights so from now on.
  public void hold(Memory memory) {
    sessions.hold(memory);
  }

  FileSessions sessions() {
    return sessions;
  }

  // Runs.

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    limits.checkRecording(sequences, hooks, gates);
    FileSessions.Prepared prepared = sessions.session(Surgery.recording(hooks, gates.at().keySet()));
    RecordingBuffer recorded = new RecordingBuffer(sequences, hooks, this::width);
    Set<String> outputs = hooks.stream().map(this::output).collect(Collectors.toSet());
    for (PaddedBatch batch : batches(sequences, recorded.valuesPerRow())) {
      GraphSignature.TokenStep step = GraphSignature.TokenStep.of(batch);
      try (RunInputs inputs = new RunInputs()) {
        prepared.signature().feed(inputs, step);
        gates.at().forEach((hook, gate) -> sessions.gate(inputs, hook, gate, batch.gated(gate), step));
        try (OrtSession.Result result = prepared.session().run(inputs.tensors(), outputs, Map.of())) {
          hooks.forEach(hook -> copy(result, hook, batch, recorded));
        }
      }
    }
    return recorded.recording();
  }

  private String output(HookPoint hook) {
    return sessions.prefix() + hook;
  }

  /// Copies the real rows of a batch to their places.
  private void copy(OrtSession.Result result, HookPoint hook, PaddedBatch batch, RecordingBuffer recorded) {
    FloatBuffer padded = FloatBuffer.wrap(GraphSession.floats(result, output(hook))); // (batch · positions, width)
    for (int b = 0; b < batch.size(); b++) {
      recorded.put(hook, batch.members()[b], 0, padded, b * batch.positions(), batch.sequences().get(b).length());
    }
  }

  /// Cuts sequences into runs.
  ///
  /// @param valuesPerRow floats that one row gives out
  List<PaddedBatch> batches(List<TokenSequence> sequences, long valuesPerRow) {
    return PaddedBatch.of(sequences,
        scaledAtRunTime() ? 1 : Math.min(ROWS_PER_RUN, VALUES_PER_RUN / Math.max(1, valuesPerRow)));
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    limits.checkScoring(items, hooks);
    return new FileScorer(this, items, hooks);
  }

  /// Only prompts of one length run together: nothing is padded, so no row depends on another.
  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    limits.checkGeneration(prompts, seeds, sampling, gates, batchSize);
    Map<Integer, List<Integer>> byLength = IntStream.range(0, prompts.size()).boxed()
        .collect(Collectors.groupingBy(i -> prompts.get(i).length(), TreeMap::new, Collectors.toList()));
    List<RunningCompletion> completions = IntStream.range(0, prompts.size())
        .mapToObj(i -> new RunningCompletion(prompts.get(i), sampling, seeds[i], ending)).toList();
    int together = oneRow() ? 1 : batchSize;
    for (List<Integer> equals : byLength.values()) {
      for (int start = 0; start < equals.size(); start += together) {
        List<RunningCompletion> rows = equals.subList(start, Math.min(start + together, equals.size())).stream()
            .map(completions::get).toList();
        // A product with a single row takes another path through the runtime: a lone row runs beside a copy of itself.
        try (FileGeneration generation = new FileGeneration(sessions, rows, gates, oneRow() ? 1 : 2)) {
          generation.run(onEachFinished);
        }
      }
    }
    return completions.stream().map(RunningCompletion::completion).toList();
  }

  /// Whether rows are generated one by one, so that none depends on another.
  private boolean oneRow() {
    return quantised() || scaledAtRunTime();
  }

  @Override
  public void close() {
    sessions.close();
  }
}
