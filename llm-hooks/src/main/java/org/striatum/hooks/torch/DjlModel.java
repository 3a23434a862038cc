package org.striatum.hooks.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.engine.ModelLimits;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.RecordingBuffer;
import org.striatum.hooks.engine.RunningCompletion;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.PositionMask;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.Site;
import org.striatum.probe.model.TokenSequence;

/// A checkpoint run by DJL's PyTorch engine, on the CPU, in F32: the same numbers as the ONNX engine, and their
/// gradients with respect to gates and to small changes of the weights, which themselves stay frozen.
///
/// Arrays go in and out; the engine's own are made and closed inside. A gradient is asked for, the caller's optimiser
/// takes the step, the next gates go in: copying a few vectors is nothing beside a pass through the model.
///
/// The checkpoint stays the caller's to close, after this. Not thread-safe, and no two gradients of a process at once:
/// the engine keeps one tape. Not for bulk work: recording and generating are the ONNX engine's.
public final class DjlModel implements GatedModel {
  /// Rows (tokens, padding included) of one run, at most.
  private static final int MOST_ROWS = 4096;
  /// Floats that one run may hold at a time, about 1 GiB.
  private static final long RUN_FLOATS = 1L << 28;

  private final Checkpoint checkpoint;
  private final Decoder decoder;
  private final ModelLimits limits;
  private final FrozenWeights weights;
  private final Overlay overlay;
  private final Set<Integer> endOfSequence;
  private final boolean owner;

  private DjlModel(Checkpoint checkpoint, Decoder decoder, FrozenWeights weights, Overlay overlay,
      Set<Integer> endOfSequence, boolean owner) {
    this.checkpoint = checkpoint;
    this.decoder = decoder;
    this.limits = ModelLimits.of(checkpoint.name(), decoder.shape());
    this.weights = weights;
    this.overlay = overlay;
    this.endOfSequence = Set.copyOf(endOfSequence);
    this.owner = owner;
  }

  /// A model over an opened checkpoint.
  ///
  /// @param endOfSequence tokens that end a completion
  /// @throws CheckpointException if a weight is missing or misshapen, found by running one token
  public static DjlModel open(Checkpoint checkpoint, Decoder decoder, List<Integer> endOfSequence)
      throws CheckpointException {
    FrozenWeights weights = new FrozenWeights(checkpoint);
    DjlModel model = new DjlModel(checkpoint, decoder, weights, Overlay.none(), Set.copyOf(endOfSequence), true);
    try {
      model.record(List.of(TokenSequence.prompt(new int[1])), Set.of(HookPoint.LOGITS), Gates.none());
      return model;
    } catch (FrozenWeights.UnusableWeight unusable) {
      weights.close();
      throw unusable.refusal();
    } catch (RuntimeException failed) {
      weights.close();
      throw failed;
    }
  }

  /// The same model with changed weights, sharing this one's memory; this one stays as it is. Close it before this one.
  ///
  /// @throws IllegalArgumentException if a change names no weight, or has another shape
  public DjlModel under(Overlay changes) {
    changes.added().forEach((name, change) -> {
      long size = weight(name).shape().stream().reduce(1L, Math::multiplyExact);
      if (change.length != size) {
        throw new IllegalArgumentException(
            "the change of '" + name + "' must have " + size + " elements, found " + change.length);
      }
    });
    changes.lowRank().forEach((name, change) -> {
      if (change.inputs() != inputs(name) || change.outputs() != outputs(name)) {
        throw new IllegalArgumentException("the low-rank change of '" + name + "' must lead from " + inputs(name)
            + " to " + outputs(name) + ", found " + change.inputs() + " to " + change.outputs());
      }
    });
    return new DjlModel(checkpoint, decoder, weights, changes, endOfSequence, false);
  }

  private Weight weight(String name) {
    Weight weight = weights.used().get(name);
    if (weight == null) {
      throw new IllegalArgumentException(checkpoint.name() + " uses no weight '" + name + "', it uses "
          + String.join(", ", weights.used().keySet().stream().limit(5).toList()) + ", …");
    }
    return weight;
  }

  /// Every weight the decoder uses, in the order of the computation.
  public SequencedMap<String, Weight> weights() {
    return weights.used();
  }

  /// The weights that are matrices of products: where a low-rank change can be laid.
  public Set<String> matrices() {
    return weights.inputAxes().keySet();
  }

  /// Inputs of the product with a matrix.
  ///
  /// @throws IllegalArgumentException if it is no matrix of a product
  public int inputs(String matrix) {
    return Math.toIntExact(weight(matrix).shape().get(inputAxis(matrix)));
  }

  /// Outputs of the product with a matrix.
  ///
  /// @throws IllegalArgumentException if it is no matrix of a product
  public int outputs(String matrix) {
    return Math.toIntExact(weight(matrix).shape().get(1 - inputAxis(matrix)));
  }

  private int inputAxis(String matrix) {
    if (!matrices().contains(matrix)) {
      throw new IllegalArgumentException(
          "a low-rank change belongs to the matrix of a product, found '" + matrix + "'");
    }
    return weights.inputAxes().get(matrix);
  }

  /// Writes this model, its overlay added to the weights, as a checkpoint folder of its own that any engine opens.
  ///
  /// @throws IllegalArgumentException if the folder holds something, or a change cannot be added, as [MergedCheckpoint] says
  public void merge(Path folder) throws IOException {
    MergedCheckpoint.write(checkpoint, weights, overlay, folder);
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
  public List<HookPoint> hookPoints() {
    return limits.hookPoints();
  }

  @Override
  public int width(HookPoint hook) {
    return limits.width(hook);
  }

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    return read(sequences, hooks, gates, false);
  }

  /// Runs the sequences and reads what gates would go by: z, which for MLP neurons is the input of the non-linearity (of a
  /// gated MLP the gate projection) and elsewhere the hidden state itself.
  ///
  /// @throws IllegalArgumentException as [#record]
  public Recording signals(List<TokenSequence> sequences, Set<HookPoint> hooks) {
    return read(sequences, hooks, Gates.none(), true);
  }

  private Recording read(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates, boolean signals) {
    limits.checkRecording(sequences, hooks, gates);
    RecordingBuffer recorded = new RecordingBuffer(sequences, hooks, limits::width);
    boolean head = hooks.stream().anyMatch(DjlModel::inHead);
    int layers = head ? layers() : hooks.stream().mapToInt(HookPoint::layer).max().orElse(-1) + 1;
    int rows = Math.clamp(RUN_FLOATS / (head ? vocabulary() : 1), 1, MOST_ROWS);
    inScope(() -> {
      LaidOver laid = laid(gates, false);
      for (PaddedBatch batch : PaddedBatch.of(sequences, rows)) {
        inScope(() -> {
          DjlInterpreter run = new DjlInterpreter(weights, laid, batch, hooks, signals);
          NDArray x = blocks(run, decoder.embed(run), 0, layers);
          if (head) {
            decoder.head(run, x);
          }
          hooks.forEach(hook -> copy(hook, run.at(hook), batch, recorded));
          return null;
        });
      }
      return null;
    });
    return recorded.recording();
  }

  /// Copies the real rows of a batch to their places.
  private static void copy(HookPoint hook, NDArray padded, PaddedBatch batch, RecordingBuffer recorded) {
    for (int b = 0; b < batch.size(); b++) {
      long start = (long) b * batch.positions();
      int length = batch.sequences().get(b).length();
      FloatBuffer rows = padded.get(new NDIndex().addSliceDim(start, start + length)).toByteBuffer(true)
          .asFloatBuffer();
      recorded.put(hook, batch.members()[b], 0, rows, 0, length);
    }
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    limits.checkScoring(items, hooks);
    return new SuffixScorer(items, hooks);
  }

  /// Continues every prompt, alone and without a cache: each token costs a pass over all before it. The reference for
  /// faster engines, and fit for a few short completions only.
  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    limits.checkGeneration(prompts, seeds, sampling, gates, batchSize);
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      RunningCompletion row = new RunningCompletion(prompts.get(i), sampling, seeds[i], endOfSequence);
      while (!row.stopped()) {
        row.draw(next(row.sequence(), gates), 0, vocabulary());
      }
      completions.add(row.completion());
      onEachFinished.run();
    }
    return completions;
  }

  /// Logits behind the last token: (vocabulary).
  private float[] next(TokenSequence tokens, Gates gates) {
    return inScope(() -> {
      DjlInterpreter run = new DjlInterpreter(weights, laid(gates, false), new PaddedBatch(new int[1], List.of(tokens)),
          Set.of());
      NDArray x = blocks(run, decoder.embed(run), 0, layers());
      return decoder.head(run, run.chosen(x, new long[]{tokens.length() - 1L})).toFloatArray();
    });
  }

  /// The loss of [Gradient] over the continuations of some items, and its gradient with respect to every vector of
  /// every gate and to the overlay of this model. Large lists are cut into several runs whose gradients add up.
  ///
  /// @param items prompts with what should follow them, at least one token each
  /// @param gates where learning stands
  /// @param opennessPenalty λ ≥ 0, what a gate that stands wholly open costs
  /// @throws IllegalArgumentException if an item has no continuation, or as [#record]
  public Gradient gradient(List<TokenSequence> items, Gates gates, double opennessPenalty) {
    limits.checkRecording(items, Set.of(), gates);
    if (!(opennessPenalty >= 0) || Double.isInfinite(opennessPenalty)) {
      throw new IllegalArgumentException("openness penalty must be ≥ 0 and finite, found " + opennessPenalty);
    }
    int targets = 0;
    for (TokenSequence item : items) {
      if (item.length() == item.promptLength()) {
        throw new IllegalArgumentException("an item to learn from needs tokens after its prompt, found a prompt of "
            + item.length() + " tokens alone");
      }
      targets += item.length() - item.promptLength();
    }
    Map<HookPoint, Long> gatedRows = new TreeMap<>();
    gates.at().forEach((hook, gate) -> gatedRows.put(hook, gatedRows(items, hook, gate.positions())));
    double gatedCoordinates = gates.at().entrySet().stream()
        .mapToDouble(entry -> (double) entry.getValue().width() * gatedRows.get(entry.getKey())).sum();
    double perTarget = 1.0 / targets;
    double perCoordinate = gatedCoordinates == 0 ? 0 : opennessPenalty / gatedCoordinates;

    double[] logProbabilities = new double[items.size()];
    Map<HookPoint, double[]> opened = new HashMap<>(); // Σ g over rows
    gates.at().forEach((hook, gate) -> opened.put(hook, new double[gate.width()]));
    return inScope(() -> {
      try (GradientCollector tape = Engine.getEngine(FrozenWeights.ENGINE).newGradientCollector()) {
        LaidOver laid = laid(gates, true);
        for (PaddedBatch batch : PaddedBatch.of(items, rowsOfTraining(items))) {
          inScope(() -> {
            descend(tape, laid, batch, perTarget, perCoordinate, logProbabilities, opened);
            return null;
          });
        }
        double loss = -Arrays.stream(logProbabilities).sum() * perTarget;
        SortedMap<HookPoint, GateGradient> found = new TreeMap<>();
        for (Map.Entry<HookPoint, GateArrays> gate : laid.gates().entrySet()) {
          double[] sums = opened.get(gate.getKey());
          loss += perCoordinate * Arrays.stream(sums).sum();
          float[] openness = new float[sums.length];
          for (int i = 0; i < sums.length; i++) {
            openness[i] = (float) (sums[i] / Math.max(1, gatedRows.get(gate.getKey())));
          }
          found.put(gate.getKey(), gate.getValue().gradient(openness));
        }
        return new Gradient(loss, logProbabilities, found, laid.gradient(overlay));
      }
    });
  }

  /// Adds one batch to the leaves' gradients, to the items' log-probabilities and to the gates' openness.
  private void descend(GradientCollector tape, LaidOver laid, PaddedBatch batch, double perTarget, double perCoordinate,
      double[] logProbabilities, Map<HookPoint, double[]> opened) {
    DjlInterpreter run = new DjlInterpreter(weights, laid, batch, Set.of());
    NDArray x = blocks(run, decoder.embed(run), 0, layers());
    ScoredTokens scored = batch.scored();
    NDArray scores = scores(run, x, scored);
    scored.addTo(logProbabilities, scores.toFloatArray());
    NDManager manager = weights.manager();
    NDArray loss = scores.sum().mul(manager.create((float) -perTarget));
    NDArray share = manager.create((float) perCoordinate);
    for (Map.Entry<HookPoint, NDArray> gate : run.openness().entrySet()) {
      float[] sums = gate.getValue().toFloatArray();
      double[] total = opened.get(gate.getKey());
      Arrays.setAll(total, i -> total[i] + sums[i]);
      if (perCoordinate > 0) {
        loss = loss.add(gate.getValue().sum().mul(share));
      }
    }
    if (!laid.isEmpty()) {
      tape.backward(loss);
    }
  }

  /// Rows that a gate acts on: behind the last block only those that are scored pass.
  private static long gatedRows(List<TokenSequence> items, HookPoint hook, PositionMask mask) {
    boolean scoredOnly = inHead(hook);
    long rows = 0;
    for (TokenSequence item : items) {
      int from = scoredOnly ? item.promptLength() - 1 : 0;
      int to = scoredOnly ? item.length() - 1 : item.length();
      for (int t = from; t < to; t++) {
        rows += mask.selects(t, item.promptLength()) ? 1 : 0;
      }
    }
    return rows;
  }

  private static boolean inHead(HookPoint hook) {
    return hook.site() == Site.FINAL_NORM || hook.site() == Site.LOGITS;
  }

  /// Rows of a run whose intermediate values, all kept for the way back, fit the budget: about 24 arrays of the
  /// stream's width, 8 of the MLP's and 4 of attention scores a layer, 4 of logits.
  private int rowsOfTraining(List<TokenSequence> items) {
    DecoderShape shape = decoder.shape();
    long longest = items.stream().mapToInt(TokenSequence::length).max().orElseThrow();
    long floatsPerRow = shape.layers() * (24L * shape.width() + 8L * shape.mlpWidth() + 4L * shape.heads() * longest)
        + 4L * shape.vocabulary();
    return Math.clamp(RUN_FLOATS / floatsPerRow, 1, MOST_ROWS);
  }

  private LaidOver laid(Gates gates, boolean trainable) {
    return LaidOver.of(weights.manager(), gates, overlay, weights.used(), trainable);
  }

  private NDArray blocks(DjlInterpreter run, NDArray x, int from, int to) {
    for (int layer = from; layer < to; layer++) {
      x = decoder.block(run, layer, x);
    }
    return x;
  }

  /// log p of each continuation token: (targets, 1).
  private NDArray scores(DjlInterpreter run, NDArray x, ScoredTokens scored) {
    NDArray targets = weights.manager().create(scored.targets(), new Shape(scored.count(), 1));
    return decoder.head(run, run.chosen(x, scored.rows())).logSoftmax(-1).gather(targets, 1);
  }

  /// Runs a computation whose arrays are closed at its end, and converts the engine's exceptions.
  private <T> T inScope(Supplier<T> computation) {
    weights.requireOpen();
    try (NDScope _ = new NDScope()) {
      return computation.get();
    } catch (EngineException failed) {
      throw new IllegalStateException("PyTorch failed on " + checkpoint.name() + ": " + failed.getMessage(), failed);
    }
  }

  /// Arrays of the engine held at this moment, weights included.
  int arrays() {
    return weights.manager().getManagedArrays().size();
  }

  /// Gives the widened weights back.
  @Override
  public void close() {
    if (owner) {
      weights.close();
    }
  }

  /// Scores fixed items. What lies below the lowest hook point, where that is a residual one, is computed once and kept.
  private final class SuffixScorer implements Scorer {
    private final Set<HookPoint> hooks;
    private final HookPoint lowest;
    private final int items;
    private final List<PaddedBatch> batches;
    private final List<NDArray> entering = new ArrayList<>(); // a batch: the stream before the gate, (rows, d)

    SuffixScorer(List<TokenSequence> sequences, Set<HookPoint> hooks) {
      this.hooks = Set.copyOf(hooks);
      this.lowest = Collections.min(hooks);
      this.items = sequences.size();
      // Batches as of a recording with logits, so that the two agree to the bit.
      this.batches = PaddedBatch.of(sequences, Math.clamp(RUN_FLOATS / vocabulary(), 1, MOST_ROWS));
      if (lowest.site() == Site.RESID_POST) {
        for (PaddedBatch batch : batches) {
          entering.add(inScope(() -> {
            DjlInterpreter run = new DjlInterpreter(weights, laid(Gates.none(), false), batch, Set.of());
            NDArray x = blocks(run, decoder.embed(run), 0, lowest.layer() + 1);
            NDScope.unregister(x);
            return x;
          }));
        }
      }
    }

    @Override
    public double[] logProbabilities(Gates gates) {
      Gates all = gates.over(hooks, DjlModel.this::width);
      double[] sums = new double[items];
      inScope(() -> {
        LaidOver laid = laid(all, false);
        for (int i = 0; i < batches.size(); i++) {
          PaddedBatch batch = batches.get(i);
          NDArray below = entering.isEmpty() ? null : entering.get(i);
          inScope(() -> {
            DjlInterpreter run = new DjlInterpreter(weights, laid, batch, Set.of());
            NDArray x = below == null
                ? blocks(run, decoder.embed(run), 0, layers())
                : blocks(run, run.hook(lowest, below, below), lowest.layer() + 1, layers());
            ScoredTokens scored = batch.scored();
            if (scored.count() > 0) {
              scored.addTo(sums, scores(run, x, scored).toFloatArray());
            }
            return null;
          });
        }
        return null;
      });
      return sums;
    }

    @Override
    public void close() {
      entering.forEach(NDArray::close);
    }
  }
}
