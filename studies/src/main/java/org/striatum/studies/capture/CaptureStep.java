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
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.KeptBatches;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Records hidden states over prompt and generated tokens of every rollout, by one teacher-forced pass:
/// `activations/`. Every chunk is kept once it is written.
public record CaptureStep() implements Study<CaptureSettings, CaptureResults> {
  public static final CaptureStep STUDY = new CaptureStep();
  /// Maximum number of rollouts recorded at a time: held in memory, and lost when the command is interrupted.
  private static final int CHUNK = 256;
  /// Maximum number of tokens recorded at a time, unless one rollout has more.
  private static final int TOKENS = 1 << 14;

  @Override
  public StudyDescription<CaptureSettings, CaptureResults> about() {
    return StudyDescription.of(StudyRun.CAPTURE, "Record hidden states over prompt and generated tokens.",
        CaptureSettings.defaults(), CaptureResults.class);
  }

  @Override
  public Presentation presentation() {
    return Presentation.SECTION_AND_TABLES;
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

  /// Fixes the hook points, and discards a store that differs from what was written.
  @Override
  public void prepare(StudyRun run, CaptureSettings settings) throws IOException {
    run.rollouts(); // refused, if they are, before anything is settled
    run.folder().settle(new Manifest.Inputs(null, null, null, null, hooks(run, settings), null));
    discardIfDamaged(run.folder().activations());
  }

  @Override
  public Found<CaptureResults> find(StudyRun run, CaptureSettings settings) throws IOException {
    HookedModel model = run.hooked();
    List<HookPoint> hooks = hooks(run, settings);
    List<Rollout> rollouts = run.rollouts();
    long closed = rollouts.stream().filter(rollout -> rollout.thinkEnd() != null).count();
    if (closed > 0) {
      run.note().accept("%d of %d rollouts have a think-end".formatted(closed, rollouts.size()));
    }
    long bytes = estimate(model, hooks, settings.dtype(), rollouts);
    run.note().accept("activations will take " + DiskSpace.megabytes(bytes));
    write(run, settings, model, hooks, rollouts);
    long rows = rollouts.stream().mapToLong(rollout -> rollout.tokens().length).sum();
    // The index holds the shards' checksums.
    return Found.only(new CaptureResults(rollouts.size(), rows, hooks, bytes))
        .with(folder -> List.of(folder.activations().resolve(ActivationStore.INDEX)));
  }

  /// Bytes that hidden states of rollouts take.
  private static long estimate(HookedModel model, List<HookPoint> hooks, DType dtype, List<Rollout> rollouts) {
    return estimate(model, hooks, dtype, rollouts.stream().mapToLong(rollout -> rollout.tokens().length).sum());
  }

  private static long estimate(HookedModel model, List<HookPoint> hooks, DType dtype, long tokens) {
    return ActivationStore.estimateBytes(tokens, hooks.stream().map(model.model()::width).toList(), dtype);
  }

  /// What hidden states will take.
  ///
  /// @param hooks hook points
  /// @param width of the widest
  /// @param bytes on disk
  public record Stored(int hooks, int width, long bytes) {}

  /// What the hidden states of some tokens take.
  ///
  /// @param tokens prompts included
  /// @throws UsageException if the settings name no hook point
  public static Stored stored(HookedModel model, CaptureSettings settings, long tokens) {
    List<HookPoint> hooks = hooks(model, settings);
    return new Stored(hooks.size(), hooks.stream().mapToInt(model.model()::width).max().orElse(0),
        estimate(model, hooks, settings.dtype(), tokens));
  }

  private static void requireRoom(Path folder, long bytes) throws DiskFullException {
    long free = DiskSpace.free(folder);
    if (bytes > free) {
      throw new DiskFullException(
          "the activations need %s and %s has %s left, %s are missing: free some space and run the same command again, or record fewer hook points or half precision"
              .formatted(DiskSpace.megabytes(bytes), folder, DiskSpace.megabytes(free),
                  DiskSpace.megabytes(bytes - free)));
    }
  }

  private static List<HookPoint> hooks(StudyRun run, CaptureSettings settings) throws IOException {
    return hooks(run.hooked(), settings);
  }

  private static List<HookPoint> hooks(HookedModel model, CaptureSettings settings) {
    return settings.hooks().stream().flatMap(pattern -> model.hookPoints(pattern).stream()).sorted().distinct()
        .toList();
  }

  /// The index represents the shards: if a shard differs from what was written, the index is deleted and the step runs again.
  private static void discardIfDamaged(Path store) throws IOException {
    try (ActivationStore written = ActivationStore.open(store)) {
      written.verify();
    } catch (BadDataException _) {
      Files.deleteIfExists(store.resolve(ActivationStore.INDEX));
    }
  }

  private void write(StudyRun run, CaptureSettings settings, HookedModel model, List<HookPoint> hooks,
      List<Rollout> rollouts) throws IOException {
    Path store = run.folder().activations();
    KeptBatches kept = KeptBatches.of(run, this, settings, store.resolve(ActivationStore.INDEX));
    SortedMap<HookPoint, Integer> widths = new TreeMap<>();
    hooks.forEach(hook -> widths.put(hook, model.model().width(hook)));
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    try (ActivationWriter writer = ActivationWriter.resume(store, widths, settings.dtype(), lengths,
        ActivationWriter.DEFAULT_SHARD_BYTES, kept.checksum())) {
      kept.tell(writer.loss(), writer.next(), rollouts.size());
      requireRoom(run.folder().folder(),
          estimate(model, hooks, settings.dtype(), rollouts.subList(writer.next(), rollouts.size())));
      try (Progress.Task task = run.progress().resume(name(), rollouts.size(), writer.next(), "rollout")) {
        for (int from = 0, to; from < rollouts.size(); from = to) {
          to = together(lengths, from);
          if (to > writer.next()) {
            int written = write(writer, model, hooks, rollouts.subList(from, to), from);
            writer.keep();
            task.step(written);
          }
        }
      }
      writer.finish();
    }
  }

  /// The end of the chunk that begins at a rollout. Chunks begin at the same rollouts however often the study was
  /// interrupted.
  private static int together(int[] lengths, int from) {
    int to = from;
    for (int tokens = 0; to < lengths.length && to - from < CHUNK && (to == from || tokens + lengths[to] <= TOKENS);) {
      tokens += lengths[to++];
    }
    return to;
  }

  /// Records a chunk and writes the part that the store does not have.
  ///
  /// @param first rollout of the chunk
  /// @return how many were written
  private static int write(ActivationWriter writer, HookedModel model, List<HookPoint> hooks, List<Rollout> chunk,
      int first) throws IOException {
    Recording recording = model.model().record(chunk.stream().map(Rollout::sequence).toList(), Set.copyOf(hooks),
        Gates.none());
    int begun = writer.next();
    for (int i = begun - first; i < chunk.size(); i++) {
      writer.append(first + i, chunk.get(i).tokens(), recording, i);
    }
    return writer.next() - begun;
  }
}
