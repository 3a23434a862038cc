package org.striatum.hooks.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.stream.Collectors;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.UnusableWeightException;
import org.striatum.hooks.checkpoint.Weight;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.engine.ModelLimits;
import org.striatum.hooks.engine.PaddedBatch;
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

/// A checkpoint run by DJL's PyTorch engine, on the CPU, in F32: the same numbers as the ONNX engine, and their
/// gradients with respect to gates and to small changes of the weights, which themselves stay frozen.
///
/// Arrays go in and out; the engine's own are made and closed inside. A gradient is asked for, the caller's optimiser
/// takes the step, the next gates go in: copying a few vectors costs nothing compared with a pass through the model.
///
/// The checkpoint stays the caller's to close, after this. Not thread-safe, and no two gradients of a process at once:
/// the engine keeps one tape. Not for bulk work: recording and generating are the ONNX engine's.
public final class DjlModel implements DescribedModel {
  private final Checkpoint checkpoint;
  private final ModelLimits limits;
  private final Passes passes;
  private final OverlayTargets targets;
  private final CompletionEnd ending;
  private final boolean owner; // of the weights

  private DjlModel(Checkpoint checkpoint, Passes passes, CompletionEnd ending, boolean owner) {
    this.checkpoint = checkpoint;
    this.limits = ModelLimits.of(checkpoint.name(), passes.shape());
    this.passes = passes;
    this.targets = new OverlayTargets(checkpoint.name(), passes.weights());
    this.ending = ending;
    this.owner = owner;
  }

  /// A model over an opened checkpoint.
  ///
  /// @param ending what completions end with
  /// @throws CheckpointException if a weight is missing or misshapen, found by running one token
  public static DjlModel open(Checkpoint checkpoint, Decoder decoder, CompletionEnd ending)
      throws CheckpointException {
    FrozenWeights weights = new FrozenWeights(checkpoint);
    DjlModel model = new DjlModel(checkpoint, new Passes(checkpoint.name(), decoder, weights, Overlay.none()),
        ending, true);
    try {
      model.record(List.of(TokenSequence.prompt(new int[1])), Set.of(HookPoint.LOGITS), Gates.none());
      checkpoint.requireWholeAdapter();
      weights.completed();
      return model;
    } catch (UnusableWeightException unusable) {
      weights.close();
      throw unusable.refusal();
    } catch (CheckpointException | RuntimeException failed) {
      weights.close();
      throw failed;
    }
  }

  /// The same model with changed weights, sharing this one's memory; this one stays as it is. Close it before this one.
  ///
  /// @throws IllegalArgumentException if a change names no weight, or has another shape
  public DjlModel under(Overlay changes) {
    targets.check(changes);
    Passes changed = new Passes(passes.model(), passes.decoder(), passes.weights(), changes);
    return new DjlModel(checkpoint, changed, ending, false);
  }

  /// Every weight the decoder uses, in the order of the computation.
  public SequencedMap<String, Weight> weights() {
    return passes.weights().used();
  }

  /// The weights that are matrices of products: where a low-rank change can be applied.
  public Set<String> matrices() {
    return passes.weights().inputAxes().keySet();
  }

  /// Inputs of the product with a matrix.
  ///
  /// @throws IllegalArgumentException if it is no matrix of a product
  public int inputs(String matrix) {
    return targets.inputs(matrix);
  }

  /// Outputs of the product with a matrix.
  ///
  /// @throws IllegalArgumentException if it is no matrix of a product
  public int outputs(String matrix) {
    return targets.outputs(matrix);
  }

  /// Writes this model, its overlay added to the weights, as a checkpoint folder of its own that any engine opens.
  ///
  /// @throws IllegalArgumentException if the folder holds something, or a change cannot be added, as [MergedCheckpoint] says
  public void merge(Path folder) throws IOException {
    MergedCheckpoint.write(checkpoint, passes.weights(), passes.overlay(), folder);
  }

  @Override
  public int layers() {
    return passes.shape().layers();
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

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    return read(sequences, hooks, gates, false);
  }

  /// Runs the sequences and reads the gating signals z: for MLP neurons the input of the non-linearity (of a gated MLP
  /// the gate projection), elsewhere the hidden state itself.
  ///
  /// @throws IllegalArgumentException as [#record]
  public Recording signals(List<TokenSequence> sequences, Set<HookPoint> hooks) {
    return read(sequences, hooks, Gates.none(), true);
  }

  private Recording read(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates, boolean signals) {
    limits.checkRecording(sequences, hooks, gates);
    RecordingBuffer recorded = new RecordingBuffer(sequences, hooks, limits::width);
    boolean head = hooks.stream().anyMatch(Passes::inHead);
    int layers = head ? layers() : hooks.stream().mapToInt(HookPoint::layer).max().orElse(-1) + 1;
    passes.runInScope(() -> {
      AppliedChanges applied = passes.applied(gates, false);
      for (PaddedBatch batch : PaddedBatch.of(sequences, head ? passes.rowsWithLogits() : Passes.MOST_ROWS)) {
        passes.runInScope(() -> {
          DjlInterpreter run = new DjlInterpreter(passes.weights(), applied, batch, hooks, signals);
          NDArray x = passes.upTo(run, layers);
          if (head) {
            passes.decoder().head(run, x);
          }
          hooks.forEach(hook -> copy(hook, run.at(hook), batch, recorded));
        });
      }
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
  public float[] lens(float[] rows) {
    int d = passes.shape().width();
    int n = ModelLimits.rows(rows, d);
    return passes.inScope(() -> {
      PaddedBatch one = new PaddedBatch(new int[1], List.of(TokenSequence.prompt(new int[n])));
      DjlInterpreter run = passes.run(passes.applied(Gates.none(), false), one);
      return passes.decoder().head(run, passes.manager().create(rows, new Shape(n, d))).toFloatArray();
    });
  }

  @Override
  public List<AttentionPattern> attention(TokenSequence sequence, SortedSet<Integer> layers, Gates gates) {
    limits.checkAttention(sequence, layers, passes.shape().heads(), gates);
    Set<HookPoint> asked = layers.stream().map(layer -> new HookPoint(layer, Site.ATTN_PATTERN))
        .collect(Collectors.toSet());
    return passes.inScope(() -> {
      DjlInterpreter run = new DjlInterpreter(passes.weights(), passes.applied(gates, false),
          new PaddedBatch(new int[1], List.of(sequence)), asked);
      passes.upTo(run, layers.last() + 1);
      return layers.stream().map(layer -> new AttentionPattern(layer, passes.shape().heads(), sequence.length(),
          run.at(new HookPoint(layer, Site.ATTN_PATTERN)).toFloatArray())).toList();
    });
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    limits.checkScoring(items, hooks);
    return new DjlScorer(passes, items, hooks, limits::width);
  }

  /// Continues every prompt, alone and without a cache: each token costs a pass over all before it. The reference for
  /// faster engines, and fit for a few short completions only.
  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    limits.checkGeneration(prompts, seeds, sampling, gates, batchSize);
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < prompts.size(); i++) {
      RunningCompletion row = new RunningCompletion(prompts.get(i), sampling, seeds[i], ending);
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
    return passes.inScope(() -> {
      DjlInterpreter run = passes.run(passes.applied(gates, false), new PaddedBatch(new int[1], List.of(tokens)));
      return passes.logits(run, passes.upTo(run, layers()), tokens.length() - 1L).toFloatArray();
    });
  }

  /// The loss of [Gradient] over the continuations of some items, and its gradient with respect to every vector of
  /// every gate and to the overlay of this model. Large lists are cut into several runs whose gradients add up.
  ///
  /// @param items prompts with what should follow them, at least one token each
  /// @param gates as they are at this step of learning
  /// @param opennessPenalty λ ≥ 0, what a wholly open gate adds to the loss
  /// @throws IllegalArgumentException if an item has no continuation, or as [#record]
  public Gradient gradient(List<TokenSequence> items, Gates gates, double opennessPenalty) {
    limits.checkRecording(items, Set.of(), gates);
    return new GradientPass(passes, items, gates, opennessPenalty).gradient(gates);
  }

  /// Arrays of the engine held at this moment, weights included.
  int arrays() {
    return passes.manager().getManagedArrays().size();
  }

  /// Gives the widened weights back.
  @Override
  public void close() {
    if (owner) {
      passes.weights().close();
    }
  }
}
