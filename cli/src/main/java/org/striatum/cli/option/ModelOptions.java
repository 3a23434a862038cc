package org.striatum.cli.option;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.striatum.cli.console.Console;
import org.striatum.cli.engine.UnitThreads;
import org.striatum.probe.run.UserCache;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.checkpoint.ChecksumCache;
import org.striatum.hooks.checkpoint.LoraAdapter;
import org.striatum.hooks.checkpoint.ModelSource;
import org.striatum.hooks.onnx.Memory;
import org.striatum.hooks.parity.ParityReport;
import org.striatum.probe.run.UsageException;
import org.striatum.studies.run.FirstOpen;
import org.striatum.studies.run.ModelSettings;
import org.striatum.studies.run.RunModel;
import picocli.CommandLine.Option;

/// How a checkpoint is opened.
public final class ModelOptions {
  /// `auto` leaves the choice to the checkpoint's size.
  enum MemoryChoice {
    AUTO, FAST, LOW
  }

  private static final long LONGEST_LIMIT = 1_000_000_000;

  private final Console console;

  @Option(names = "--memory", paramLabel = "MODE", defaultValue = "auto", description = "fast: weights converted to F32 and packed in memory; low: left in the mapped file; auto: chosen by size and, for generation, by the tokens to come (default); a run keeps its own.")
  private MemoryChoice memory;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads of the model runtime; 0 for one per core (default).")
  private int threads;

  // One run is at most 4096 tokens: minutes for billions of weights on two cores.
  @Option(names = "--hang-limit", paramLabel = "SECONDS", defaultValue = "1800", description = "Kill a checkpoint's process if it makes no progress for this long; 0 for never (default 1800).")
  private long hangLimit;

  @Option(names = "--adapter", paramLabel = "DIR", description = "LoRA adapter (PEFT) that runs over the checkpoint; nothing is merged or copied.")
  private Path adapter;

  @Option(names = "--base", paramLabel = "DIR", description = "Checkpoint under CKPT, where that is an adapter whose base_model_name_or_path is no folder here.")
  private Path base;

  public ModelOptions(Console console) {
    this.console = console;
  }

  /// Where a checkpoint lies, and the adapter over it.
  ///
  /// @throws UsageException if an adapter and a base are given at once
  public ModelSource source(Path checkpoint) throws IOException {
    if (adapter != null && base != null) {
      throw new UsageException("--adapter is the adapter over CKPT, --base the checkpoint under it: give one of them");
    }
    if (base != null) {
      return ModelSource.of(base, checkpoint);
    }
    return adapter != null ? ModelSource.of(checkpoint, adapter) : ModelSource.of(checkpoint);
  }

  /// Where another checkpoint lies, which `--adapter` is not meant for; `--base` is under it if it is an adapter.
  public ModelSource companion(Path checkpoint) throws IOException {
    return base != null && LoraAdapter.isIn(checkpoint) ? ModelSource.of(base, checkpoint) : ModelSource.of(checkpoint);
  }

  /// A model that was noted, with the adapter that is given over it in place of its own.
  public ModelSource over(ModelSource noted) throws IOException {
    if (base != null) {
      throw new UsageException("--base is the checkpoint under CKPT: give it with --checkpoint");
    }
    return adapter != null ? ModelSource.of(noted.base(), adapter) : noted;
  }

  /// Opens a checkpoint that passes the parity gate, or has passed it before.
  ///
  /// @throws CheckpointException with one line: what is wrong and what to do
  public HookedModel open(ModelSource checkpoint) throws IOException {
    watch(checkpoint);
    return settings(1).open(checkpoint, console::note);
  }

  /// Opens a checkpoint for [#parity] to be asked next.
  public HookedModel openUnexamined(ModelSource checkpoint) throws IOException {
    watch(checkpoint);
    return hooked(checkpoint);
  }

  /// A run's model, opened when a study needs it.
  ///
  /// @param batchSize a number or `auto`
  public RunModel of(ModelSource checkpoint, String batchSize) throws IOException {
    ModelSettings settings = settings(BatchSize.parsed(batchSize));
    return RunModel.of(() -> {
      watch(checkpoint);
      return settings.open(checkpoint, console::note);
    }, settings::batchOf, settings.threads());
  }

  /// Tells the supervisor which checkpoint is open, and how long it may be silent.
  private void watch(ModelSource checkpoint) {
    if (hangLimit < 0 || hangLimit > LONGEST_LIMIT) {
      throw new UsageException("--hang-limit must be in [0, " + LONGEST_LIMIT + "], found " + hangLimit);
    }
    console.supervision().opening(checkpoint.name(), Duration.ofSeconds(hangLimit));
  }

  /// Runs the parity gate on a model that was opened so, even if it has passed before.
  public ParityReport parity(ModelSource checkpoint, HookedModel model) throws IOException {
    return new FirstOpen(console::note).afresh(model, threads(), () -> hooked(checkpoint));
  }

  private HookedModel hooked(ModelSource checkpoint) throws CheckpointException {
    return HookedModel.open(checkpoint, held(), threads(), new ChecksumCache(UserCache.folder()));
  }

  private ModelSettings settings(int batchSize) throws IOException {
    return Given.checked(() -> new ModelSettings(held(), threads(), batchSize));
  }

  private Optional<Memory> held() {
    return switch (memory) {
      case AUTO -> Optional.empty();
      case FAST -> Optional.of(Memory.FAST);
      case LOW -> Optional.of(Memory.LOW);
    };
  }

  /// Gives each of several processes of one machine its part of the processors, where no number was given.
  public void shareProcessors(UnitThreads own) {
    if (threads == 0) {
      threads = own.count();
      console.note(own.note());
    }
  }

  public int threads() {
    if (threads < 0) {
      throw new UsageException("--threads must be ≥ 0, found " + threads);
    }
    return threads;
  }
}
