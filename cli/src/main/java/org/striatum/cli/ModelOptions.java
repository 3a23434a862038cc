package org.striatum.cli;

import java.nio.file.Path;
import java.util.Optional;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.onnx.Memory;
import picocli.CommandLine.Option;

/// How a checkpoint is opened.
final class ModelOptions {
  /// `auto` leaves the choice to the checkpoint's size.
  enum MemoryChoice {
    AUTO, FAST, LOW
  }

  @Option(names = "--memory", paramLabel = "MODE", defaultValue = "auto", description = "fast: weights widened and packed in memory; low: left in the mapped file; auto: by size (default).")
  private MemoryChoice memory;

  @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads of the model runtime; 0 for one a core (default).")
  private int threads;

  HookedModel open(Path checkpoint) throws CheckpointException {
    return HookedModel.open(checkpoint, switch (memory) {
      case AUTO -> Optional.empty();
      case FAST -> Optional.of(Memory.FAST);
      case LOW -> Optional.of(Memory.LOW);
    }, threads());
  }

  int threads() {
    if (threads < 0) {
      throw new IllegalArgumentException("--threads must be ≥ 0, found " + threads);
    }
    return threads;
  }
}
