package org.striatum.cli;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;
import org.striatum.studies.run.ModelSpeed;

/// The cost of running a checkpoint, measured on a few tokens: all residual points are recorded, without gates.
final class TrialRun {
  static final int FIRST_TOKENS = 8;

  private final HookedModel model;
  private final Set<HookPoint> hooks;

  TrialRun(HookedModel model) {
    this.model = model;
    this.hooks = IntStream.range(0, model.model().layers()).mapToObj(HookPoint::residPost).collect(Collectors.toSet());
  }

  /// From a closed checkpoint to the first hidden states.
  ///
  /// @param tokens of the one prompt
  /// @param seconds from just before it was opened
  /// @param privateMemory null if the system does not report it
  record FirstState(int tokens, double seconds, PrivateMemory.Growth privateMemory) {
    @Override
    public String toString() {
      return "%.2f s from opening, %d tokens; %s".formatted(seconds, tokens,
          privateMemory == null ? "private memory is measured only on Linux" : privateMemory);
    }
  }

  /// The cost of a capture.
  ///
  /// @param tokensPerSecond of capture, measured
  /// @param tokens per run
  /// @param bytesPerToken of F32 at all residual points
  record Cost(double tokensPerSecond, int tokens, long bytesPerToken) {
    @Override
    public String toString() {
      String rate = (tokensPerSecond < 10 ? "%.2f" : "%.0f").formatted(tokensPerSecond);
      return "%s tokens/s (runs of %d tokens), %d bytes per token at all residual points".formatted(rate, tokens,
          bytesPerToken);
    }
  }

  /// The first run.
  ///
  /// @param opened [System#nanoTime] just before the checkpoint was opened
  FirstState first(long opened, PrivateMemory memory) throws CheckpointException {
    int length = Math.min(FIRST_TOKENS, model.facts().longest());
    int[] usable = IntStream.range(0, model.model().vocabulary()).filter(t -> !model.endOfSequence().contains(t))
        .toArray();
    TokenSequence prompt = TokenSequence
        .prompt(IntStream.range(0, length).map(t -> usable[t % usable.length]).toArray());
    try {
      model.model().record(List.of(prompt), hooks, Gates.none());
    } catch (IllegalStateException failed) { // the runtime's
      throw new CheckpointException(failed.getMessage(), failed);
    }
    return new FirstState(length, (System.nanoTime() - opened) / 1e9, memory.growth().orElse(null));
  }

  /// Further runs.
  Cost cost() throws CheckpointException {
    return new Cost(ModelSpeed.recorded(model), ModelSpeed.tokens(model),
        hooks.stream().mapToLong(hook -> (long) Float.BYTES * model.model().width(hook)).sum());
  }
}
