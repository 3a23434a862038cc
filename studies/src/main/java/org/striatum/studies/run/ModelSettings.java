package org.striatum.studies.run;

import java.util.Optional;
import java.util.function.Consumer;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ChecksumCache;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.onnx.Memory;
import org.striatum.probe.run.UserCache;

/// How a checkpoint is opened and run. None of it changes a result beyond the last digits.
///
/// @param memory how weights are held; empty to choose by size
/// @param threads of the runtime; 0 for one per core
/// @param batchSize sequences that run together; 0 to choose by memory
public record ModelSettings(Optional<Memory> memory, int threads, int batchSize) {
  public ModelSettings {
    if (threads < 0 || batchSize < 0) {
      throw new IllegalArgumentException(
          "threads and the batch size must be ≥ 0, found " + threads + " and " + batchSize);
    }
  }

  public static ModelSettings defaults() {
    return new ModelSettings(Optional.empty(), 0, 0);
  }

  public ModelSettings withThreads(int count) {
    return new ModelSettings(memory, count, batchSize);
  }

  public ModelSettings withBatchSize(int count) {
    return new ModelSettings(memory, threads, count);
  }

  public ModelSettings withMemory(Memory held) {
    return new ModelSettings(Optional.of(held), threads, batchSize);
  }

  /// Opens a checkpoint that passes the parity gate, or has passed it before.
  ///
  /// @param note receives messages about long work
  /// @throws CheckpointException with one line: what is wrong and what to do
  public HookedModel open(ModelSource checkpoint, Consumer<String> note) throws CheckpointException {
    HookedModel model = opened(checkpoint);
    try {
      new FirstOpen(note).require(model, threads, () -> opened(checkpoint));
      return model;
    } catch (CheckpointException | RuntimeException refused) {
      model.close();
      throw refused;
    }
  }

  private HookedModel opened(ModelSource checkpoint) throws CheckpointException {
    return HookedModel.open(checkpoint, memory, threads, new ChecksumCache(UserCache.folder()));
  }

  /// Sequences that run together, at least 1.
  public int batchOf(HookedModel model) {
    return batchSize > 0 ? batchSize : RunModel.fittingBatch(model);
  }

  /// A run's model, opened when it is needed.
  public RunModel of(ModelSource checkpoint, Consumer<String> note) {
    return RunModel.of(() -> open(checkpoint, note), this::batchOf, threads);
  }
}
