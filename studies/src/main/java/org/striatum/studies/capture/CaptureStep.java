package org.striatum.studies.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.hooks.HookedModel;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.DiskFullException;
import org.striatum.probe.run.DiskSpace;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.run.UsageException;
import org.striatum.probe.store.ActivationStore;
import org.striatum.probe.store.ActivationWriter;
import org.striatum.probe.store.ShardWriter;
import org.striatum.probe.store.StoreLayout;
import org.striatum.probe.store.StoredPosition;
import org.striatum.probe.store.WrittenShard;
import org.striatum.probe.tensor.DType;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.run.CompletionText;
import org.striatum.studies.run.Found;
import org.striatum.studies.run.Manifest;
import org.striatum.studies.run.Study;
import org.striatum.studies.run.StudyDescription;
import org.striatum.studies.run.StudyRun;

/// Records hidden states over prompt and generated tokens of every rollout, by one teacher-forced pass:
/// `activations/`. Every shard is kept once it is written.
public record CaptureStep() implements Study<CaptureSettings, CaptureResults> {
  public static final CaptureStep STUDY = new CaptureStep();

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
    StoreLayout layout = layout(run, model, hooks, settings, rollouts);
    long rows = layout.rows();
    long bytes = estimate(model, hooks, settings.dtype(), rows);
    long tokens = rollouts.stream().mapToLong(rollout -> rollout.tokens().length).sum();
    run.note().accept("activations will take " + DiskSpace.megabytes(bytes) + (rows == tokens
        ? ""
        : String.format(Locale.ROOT, ": %,d of %,d tokens, at %s", rows, tokens,
            StoredPosition.printed(settings.at()))));
    List<WrittenShard> written = write(run, model, layout, rollouts);
    return Found.only(new CaptureResults(rollouts.size(), rows, hooks, bytes)).with(folder -> {
      ActivationWriter.finish(folder.activations(), layout, written);
      // The index holds the shards' checksums.
      return List.of(folder.activations().resolve(ActivationStore.INDEX));
    });
  }

  private static StoreLayout layout(StudyRun run, HookedModel model, List<HookPoint> hooks, CaptureSettings settings,
      List<Rollout> rollouts) throws IOException {
    return new StoreLayout(hooks.stream().collect(Collectors.toMap(hook -> hook, model.model()::width)),
        settings.dtype(), rows(run, settings.at(), rollouts));
  }

  private static StoreLayout.Rows rows(StudyRun run, List<StoredPosition> stored, List<Rollout> rollouts)
      throws IOException {
    int[] lengths = rollouts.stream().mapToInt(rollout -> rollout.tokens().length).toArray();
    if (stored.equals(StoredPosition.EVERY)) {
      return StoreLayout.Rows.all(lengths);
    }
    CompletionText texts = run.completions();
    return new StoreLayout.Rows(lengths, stored, rollouts.stream().map(rollout -> StoredPosition.of(stored, rollout,
        StoredPosition.needSteps(stored)
            ? StepCutter.NEWLINE.cut(texts.pieces(rollout.sequence().continuation())).ends()
            : new int[0]))
        .toArray(int[][]::new));
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
  /// @param tokens whose states are stored
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

  /// Writes every shard that is not here: each is a piece, and lies in the store's folder once it is computed.
  ///
  /// @return what was written of each, in their order
  private List<WrittenShard> write(StudyRun run, HookedModel model, StoreLayout layout, List<Rollout> rollouts)
      throws IOException {
    Path store = run.folder().activations();
    boolean whole = run.workplace().share().isEmpty();
    Kept kept = new Kept(store, layout, whole);
    Work<WrittenShard> work = Work.of("activations", WrittenShard.class, layout.shards().size(),
        shard -> write(store, model, layout, layout.shards().get(shard), rollouts)).checked(kept);
    run.pieces().left(work);
    int done = kept.shards().mapToInt(StoreLayout.Range::rollouts).sum();
    if (whole) { // a share is written beside others of which nothing is known here
      ActivationWriter.begin(store, kept.shards().map(StoreLayout.Range::file).collect(Collectors.toSet()));
      requireRoom(run.folder().folder(), layout.shards().stream().mapToLong(layout::bytes).sum()
          - kept.shards().mapToLong(layout::bytes).sum());
    }
    run.tellKept(name(), done, rollouts.size());
    try (Progress.Task task = run.progress().resume(name(), rollouts.size(), done, "rollout")) {
      return run.pieces().all(work, computed -> task.step(computed.stream().map(layout::of)
          .mapToInt(StoreLayout.Range::rollouts).sum()));
    }
  }

  /// Records the rollouts of a shard and writes it.
  private static WrittenShard write(Path store, HookedModel model, StoreLayout layout, StoreLayout.Range shard,
      List<Rollout> rollouts) {
    List<Rollout> chunk = rollouts.subList(shard.first(), shard.end());
    Recording recording = model.model().record(chunk.stream().map(Rollout::sequence).toList(),
        layout.widths().keySet(), Gates.none());
    try (ShardWriter writer = new ShardWriter(store, layout, shard)) {
      for (int i = 0; i < chunk.size(); i++) {
        writer.append(shard.first() + i, chunk.get(i).tokens(), recording, i);
      }
      return writer.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Which shards of a store that is under way lie there as they were written: each is looked at once.
  ///
  /// @param read whether its bytes are; a share leaves that to the process that joins all
  private record Kept(Path store, StoreLayout layout, boolean read, Map<Integer, Boolean> found)
      implements
        Pieces.Work.Check<WrittenShard> {
    Kept(Path store, StoreLayout layout, boolean read) {
      this(store, layout, read, new HashMap<>());
    }

    @Override
    public boolean holds(int shard, WrittenShard kept) {
      return found.computeIfAbsent(shard, _ -> {
        try {
          return kept.isOf(layout.shards().get(shard)) && kept.liesIn(store, read);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      });
    }

    Stream<StoreLayout.Range> shards() {
      return layout.shards().stream().filter(shard -> found.getOrDefault(shard.shard(), false));
    }
  }
}
