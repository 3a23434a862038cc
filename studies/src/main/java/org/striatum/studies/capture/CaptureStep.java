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
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Records hidden states over prompt and generated tokens of every rollout, by one teacher-forced pass:
/// `activations/`.
public record CaptureStep() implements Study<CaptureSettings, CaptureResults> {
  public static final CaptureStep STUDY = new CaptureStep();
  /// Rollouts recorded at a time: what is held in memory.
  private static final int CHUNK = 256;

  @Override
  public StudyDescription<CaptureSettings, CaptureResults> about() {
    return StudyDescription.of(StudyRun.CAPTURE, "Record hidden states over prompt and generated tokens.",
        CaptureSettings.defaults(), CaptureResults.class);
  }

  @Override
  public Scope scope() {
    return Scope.EVERY_CHECKPOINT;
  }

  @Override
  public boolean needsModel() {
    return true;
  }

  @Override
  public List<Study<?, ?>> reads(StudyRun run, CaptureSettings settings) {
    return List.of(RolloutStep.STUDY);
  }

  /// Settles the hook points, and discards a store that is not what was written.
  @Override
  public void prepare(StudyRun run, CaptureSettings settings) throws IOException {
    run.folder().settle(new Manifest.Inputs(null, null, null, null, hooks(run, settings), null));
    discardIfDamaged(run.folder().activations());
  }

  @Override
  public Found<CaptureResults> find(StudyRun run, CaptureSettings settings) throws IOException {
    HookedModel model = run.hooked();
    List<HookPoint> hooks = hooks(run, settings);
    List<Rollout> rollouts = run.rollouts();
    long rows = rollouts.stream().mapToLong(rollout -> rollout.tokens().length).sum();
    long bytes = ActivationStore.estimateBytes(rows, hooks.stream().map(model.model()::width).toList(),
        settings.dtype());
    run.note().accept("activations will take " + DiskSpace.megabytes(bytes));
    long free = DiskSpace.free(run.folder().folder());
    if (bytes > free) {
      throw new DiskFullException(
          "the activations need %s and %s has %s left, %s are missing: make room and run the same command again, or record fewer hook points or half precision"
              .formatted(DiskSpace.megabytes(bytes), run.folder().folder(), DiskSpace.megabytes(free),
                  DiskSpace.megabytes(bytes - free)));
    }
    write(run.folder().activations(), model, hooks, settings.dtype(), rollouts, run.progress());
    // The index holds the shards' checksums.
    return Found.only(new CaptureResults(rollouts.size(), rows, hooks, bytes))
        .with(folder -> List.of(folder.activations().resolve(ActivationStore.INDEX)));
  }

  private static List<HookPoint> hooks(StudyRun run, CaptureSettings settings) throws IOException {
    HookedModel model = run.hooked();
    return settings.hooks().stream().flatMap(pattern -> model.hookPoints(pattern).stream()).sorted().distinct()
        .toList();
  }

  /// The index speaks for the shards: where one is not what was written, it goes, and the step is done again.
  private static void discardIfDamaged(Path store) throws IOException {
    try (ActivationStore written = ActivationStore.open(store)) {
      written.verify();
    } catch (BadDataException _) {
      Files.deleteIfExists(store.resolve(ActivationStore.INDEX));
    }
  }

  private void write(Path store, HookedModel model, List<HookPoint> hooks, DType dtype, List<Rollout> rollouts,
      Progress progress) throws IOException {
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    hooks.forEach(hook -> widths.put(hook, model.model().width(hook)));
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    try (Progress.Task task = progress.start(name(), rollouts.size(), "rollout");
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
