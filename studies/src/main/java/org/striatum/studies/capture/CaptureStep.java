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
import org.striatum.studies.run.StepKey;
import org.striatum.studies.run.StudyRun;

/// Records hidden states over prompt and generated tokens of every rollout, by one teacher-forced pass:
/// `activations/`.
///
/// @param hooks where to read
/// @param dtype F32 or F16
public record CaptureStep(List<HookPoint> hooks, DType dtype) {
  public static final String NAME = "capture";
  /// Rollouts recorded at a time: what is held in memory.
  private static final int CHUNK = 256;

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
    run.step(NAME, key, List.of(store.resolve(ActivationStore.INDEX)), () -> {
      long estimate = estimate(model, rollouts);
      run.note().accept("activations will take " + DiskSpace.megabytes(estimate));
      long free = DiskSpace.free(run.folder().folder());
      if (estimate > free) {
        throw new DiskFullException(
            "the activations need %s and %s has %s left, %s are missing: make room and run the same command again, or choose fewer --hooks or --dtype f16"
                .formatted(DiskSpace.megabytes(estimate), run.folder().folder(),
                    DiskSpace.megabytes(free), DiskSpace.megabytes(estimate - free)));
      }
      write(store, model, rollouts, progress);
    });
  }

  /// The index speaks for the shards: where one is not what was written, it goes, and the step is done again.
  private static void discardIfDamaged(Path store) throws IOException {
    try (ActivationStore written = ActivationStore.open(store)) {
      written.verify();
    } catch (BadDataException _) {
      Files.deleteIfExists(store.resolve(ActivationStore.INDEX));
    }
  }

  private void write(Path store, HookedModel model, List<Rollout> rollouts, Progress progress) throws IOException {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    hooks.forEach(hook -> widths.put(hook, model.model().width(hook)));
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    try (Progress.Task task = progress.start(NAME, rollouts.size(), "rollout");
        ActivationWriter writer = new ActivationWriter(store, widths, dtype, lengths,
            ActivationWriter.DEFAULT_SHARD_BYTES)) {
      for (int start = 0; start < rollouts.size(); start += CHUNK) {
        List<Rollout> chunk = rollouts.subList(start, Math.min(start + CHUNK, rollouts.size()));
        Recording recording = model.model().record(chunk.stream().map(Rollout::sequence).toList(), Set.copyOf(hooks),
            Gates.none());
        for (int i = 0; i < chunk.size(); i++) {
          writer.append(start + i, chunk.get(i).tokens(), recording, i);
        }
        task.step(chunk.size());
      }
      writer.finish();
    }
  }
}
