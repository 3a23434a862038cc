package org.striatum.hooks.torch;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.util.Set;
import java.util.function.Supplier;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.decoder.DecoderShape;
import org.striatum.hooks.engine.PaddedBatch;
import org.striatum.hooks.engine.ScoredTokens;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Site;

/// Passes through a decoder, or through a part of it, on DJL's arrays.
///
/// @param model the checkpoint's name, for messages
/// @param overlay changes of the weights
record Passes(String model, Decoder decoder, FrozenWeights weights, Overlay overlay) {
  /// Rows (tokens, padding included) of one run, at most.
  static final int MOST_ROWS = 4096;
  /// Floats that one run may hold at a time, about 1 GiB.
  static final long RUN_FLOATS = 1L << 28;

  DecoderShape shape() {
    return decoder.shape();
  }

  NDManager manager() {
    return weights.manager();
  }

  /// Runs a computation whose arrays are closed at its end, and converts the engine's exceptions.
  <T> T inScope(Supplier<T> computation) {
    weights.requireOpen();
    try (NDScope _ = new NDScope()) {
      return computation.get();
    } catch (EngineException failed) {
      throw new IllegalStateException("PyTorch failed on " + model + ": " + failed.getMessage(), failed);
    }
  }

  /// The same for a computation without a result.
  void runInScope(Runnable computation) {
    inScope(() -> {
      computation.run();
      return null;
    });
  }

  /// Gates and overlay as arrays, made inside the scope that closes them.
  ///
  /// @param trainable whether they carry gradients
  AppliedChanges applied(Gates gates, boolean trainable) {
    return AppliedChanges.of(manager(), gates, overlay, weights.used(), trainable);
  }

  DjlInterpreter run(AppliedChanges applied, PaddedBatch batch) {
    return new DjlInterpreter(weights, applied, batch, Set.of());
  }

  /// The residual stream behind the first `layers` blocks: (rows, d).
  NDArray upTo(DjlInterpreter run, int layers) {
    return blocks(run, decoder.embed(run), 0, layers);
  }

  /// The residual stream behind block `to` − 1, x being what enters block `from`.
  NDArray blocks(DjlInterpreter run, NDArray x, int from, int to) {
    for (int layer = from; layer < to; layer++) {
      x = decoder.block(run, layer, x);
    }
    return x;
  }

  /// Logits of some rows of the last block's output: (chosen, vocabulary).
  NDArray logits(DjlInterpreter run, NDArray x, long... rows) {
    return decoder.head(run, run.chosen(x, rows));
  }

  /// log p of each scored token: (targets, 1).
  NDArray scores(DjlInterpreter run, NDArray x, ScoredTokens scored) {
    NDArray targets = manager().create(scored.targets(), new Shape(scored.count(), 1));
    return logits(run, x, scored.rows()).logSoftmax(-1).gather(targets, 1);
  }

  /// Whether a hook point is behind the last block, where only rows with logits go.
  static boolean inHead(HookPoint hook) {
    return hook.site() == Site.FINAL_NORM || hook.site() == Site.LOGITS;
  }

  /// Rows of a run that computes logits for all of them.
  int rowsWithLogits() {
    return Math.clamp(RUN_FLOATS / shape().vocabulary(), 1, MOST_ROWS);
  }
}
