package org.striatum.studies.run;

import java.io.IOException;
import java.util.List;
import java.util.SortedMap;
import java.util.function.ToIntFunction;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.onnx.HeldWeights;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// The checkpoint of a run, opened when a study first needs it. The caller that makes this closes it.
public final class RunModel implements AutoCloseable {
  /// Of a generation batch, in bytes of its key-value caches.
  private static final long CACHE_BYTES = 512L << 20;
  private static final int LARGEST_BATCH = 256;
  private static final Opener NONE = () -> {
    throw new UsageException("this study runs the model, and no checkpoint was given");
  };
  /// Tokens per rollout that the caches are planned for.
  private static final int TYPICAL_LENGTH = 256;

  /// Opens a checkpoint.
  @FunctionalInterface
  public interface Opener {
    HookedModel open() throws IOException;
  }

  private final Opener opener;
  private final ToIntFunction<HookedModel> batchSize;
  private final int threads;
  private HookedModel model;
  private HeldWeights held; // null until a run says so
  private Manifest.Inputs inputs;
  private boolean closed;

  private RunModel(Opener opener, ToIntFunction<HookedModel> batchSize, int threads) {
    this.opener = opener;
    this.batchSize = batchSize;
    this.threads = threads;
  }

  /// A model that is opened when it is needed.
  ///
  /// @param batchSize sequences that run together; changes no result
  /// @param threads of the runtime; 0 for one per core
  public static RunModel of(Opener opener, ToIntFunction<HookedModel> batchSize, int threads) {
    return new RunModel(opener, batchSize, threads);
  }

  /// For studies that need no model.
  public static RunModel none() {
    return new RunModel(NONE, _ -> 1, 0);
  }

  /// Checks where a model lies before it is opened.
  @FunctionalInterface
  public interface Check {
    void require() throws IOException;
  }

  /// The same model, opened only after a check.
  public RunModel after(Check check) {
    return new RunModel(() -> {
      check.require();
      return opener.open();
    }, batchSize, threads);
  }

  /// Whether there is a checkpoint to be opened.
  public boolean isGiven() {
    return opener != NONE;
  }

  /// The model, opened now if it is not open.
  ///
  /// @throws IllegalStateException after [#close]: nobody would close it again
  public HookedModel open() throws IOException {
    if (closed) {
      throw new IllegalStateException("the run of this model was closed: open the run again");
    }
    if (model == null) {
      model = opener.open();
      if (held != null) {
        model.hold(held);
      }
    }
    return model;
  }

  /// Holds the weights so from now on, also when the model is opened again.
  void hold(HeldWeights weights) throws IOException {
    HeldWeights now = open().hold(weights);
    if (!now.equals(held)) {
      held = now;
      inputs = null;
    }
  }

  /// The model and its tokens, by checksum; every file is read once.
  public Manifest.Inputs inputs() throws IOException {
    if (inputs == null) {
      inputs = inputs(open(), held);
    }
    return inputs;
  }

  private static Manifest.Inputs inputs(HookedModel model, HeldWeights held) throws IOException {
    SortedMap<String, Sha256> files = model.checksums();
    Integer bos = first(model.facts().bos());
    boolean prependsBos = bos != null
        && bos.equals(first(model.tokenizer().policy().before().stream().map(SpecialToken::id).toList()));
    return new Manifest.Inputs(
        new Manifest.Checkpoint(model.facts().name(), model.facts().family(), files, held),
        new Manifest.Tokenizer(files.get(model.tokenizer().file().getFileName().toString()), bos,
            first(model.endOfSequence()),
            first(model.facts().pad()), prependsBos),
        null, null, null, null);
  }

  private static Integer first(List<Integer> ids) {
    return ids.isEmpty() ? null : ids.getFirst();
  }

  int batchSize() throws IOException {
    return batchSize.applyAsInt(open());
  }

  /// Threads of the runtime; 0 for one per core.
  public int threads() {
    return threads;
  }

  /// How many rollouts fit into the memory that is meant for their key-value caches, at least 1.
  public static int fittingBatch(HookedModel model) {
    long perToken = model.facts().cacheBytes() > 0
        ? model.facts().cacheBytes()
        : 8L * model.facts().layers() * model.facts().width(); // as many key-value heads as query heads
    return Math.clamp(CACHE_BYTES / (perToken * TYPICAL_LENGTH), 1, LARGEST_BATCH);
  }

  /// Gives back what the open model holds; it is opened again when it is needed.
  public void release() {
    if (model != null) {
      model.close();
      model = null;
    }
  }

  @Override
  public void close() {
    closed = true;
    release();
  }
}
