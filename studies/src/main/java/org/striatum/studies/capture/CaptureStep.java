package org.striatum.studies.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.Progress;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.KeptBatches;
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Records hidden states over prompt and generated tokens of every rollout, by one teacher-forced pass:
/// `activations/`. Every chunk is kept once it is written.
///
/// @param hooks where to read
/// @param dtype F32 or F16
public record CaptureStep(List<HookPoint> hooks, DType dtype) {
  public static final String NAME = "capture";
  /// Rollouts recorded at a time, at most: what is held in memory, and what is lost when the command is interrupted.
  private static final int CHUNK = 256;
  /// Tokens recorded at a time, at most, unless one rollout has more.
  private static final int TOKENS = 1 << 14;

  public CaptureStep {
    hooks = hooks.stream().sorted().distinct().toList();
    if (dtype != DType.F32 && dtype != DType.F16) {
      throw new IllegalArgumentException("activations are stored as f32 or f16, found " + dtype);
    }
    if (hooks.isEmpty()) {
      throw new IllegalArgumentException("no hook point matches: try 'blocks.*.hook_resid_post'");
    }
  }

  private record Key(List<HookPoint> hooks, DType dtype) {}

  /// Bytes the store will take.
  public long estimate(HookedModel model, List<Rollout> rollouts) {
    long rows = rollouts.stream().mapToLong(rollout -> rollout.tokens().length).sum();
    return ActivationStore.estimateBytes(rows, hooks.stream().map(model.model()::width).toList(), dtype);
  }

  /// Runs the step unless it is finished.
  public void run(StudyRun run, HookedModel model, List<Rollout> rollouts, Progress progress) throws IOException {
    run.folder().settle(run.inputs(hooks));
    StepKey key = run.key(new Key(hooks, dtype), RolloutStep.NAME);
    Path store = run.folder().activations();
    discardIfDamaged(store);
    // The index holds the shards' checksums.
    KeptBatches kept = new KeptBatches(run, NAME, key, store.resolve(ActivationStore.INDEX));
    run.step(NAME, key, List.of(kept.output()), () -> {
      run.note().accept("activations will take " + DiskSpace.megabytes(estimate(model, rollouts)));
      write(kept, model, rollouts, progress);
    });
    kept.forget();
  }

  private void requireRoom(Path folder, HookedModel model, List<Rollout> left) throws DiskFullException {
    long needed = estimate(model, left);
    long free = DiskSpace.free(folder);
    if (needed > free) {
      throw new DiskFullException(
          "the activations need %s and %s has %s left, %s are missing: make room and run the same command again, or choose fewer --hooks or --dtype f16"
              .formatted(DiskSpace.megabytes(needed), folder, DiskSpace.megabytes(free),
                  DiskSpace.megabytes(needed - free)));
    }
  }

  /// The index speaks for the shards: where one is not what was written, it goes, and the step is done again.
  private static void discardIfDamaged(Path store) throws IOException {
    try (ActivationStore written = ActivationStore.open(store)) {
      written.verify();
    } catch (BadDataException _) {
      Files.deleteIfExists(store.resolve(ActivationStore.INDEX));
    }
  }

  private void write(KeptBatches kept, HookedModel model, List<Rollout> rollouts, Progress progress)
      throws IOException {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    hooks.forEach(hook -> widths.put(hook, model.model().width(hook)));
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    try (ActivationWriter writer = ActivationWriter.resume(kept.output().getParent(), widths, dtype, lengths,
        ActivationWriter.DEFAULT_SHARD_BYTES, kept.checksum())) {
      kept.tell(writer.loss(), writer.next(), rollouts.size());
      requireRoom(kept.run().folder().folder(), model, rollouts.subList(writer.next(), rollouts.size()));
      try (Progress.Task task = progress.resume(NAME, rollouts.size(), writer.next(), "rollout")) {
        for (int from = 0, to; from < rollouts.size(); from = to) {
          to = together(lengths, from);
          if (to > writer.next()) {
            int written = write(writer, model, rollouts.subList(from, to), from);
            writer.keep();
            task.step(written);
          }
        }
      }
      writer.finish();
    }
  }

  /// The end of the chunk that begins at a rollout. Chunks begin at the same rollouts however often the step was
  /// interrupted.
  private static int together(int[] lengths, int from) {
    int to = from;
    for (int tokens = 0; to < lengths.length && to - from < CHUNK && (to == from || tokens + lengths[to] <= TOKENS);) {
      tokens += lengths[to++];
    }
    return to;
  }

  /// Records a chunk and writes what the store lacks of it.
  ///
  /// @param first rollout of the chunk
  /// @return how many were written
  private int write(ActivationWriter writer, HookedModel model, List<Rollout> chunk, int first) throws IOException {
    Recording recording = model.model().record(chunk.stream().map(Rollout::sequence).toList(), Set.copyOf(hooks),
        Gates.none());
    int begun = writer.next();
    for (int i = begun - first; i < chunk.size(); i++) {
      writer.append(first + i, chunk.get(i).tokens(), recording, i);
    }
    return writer.next() - begun;
  }
}
