package org.striatum.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.TokenSequence;

/// The cost of running a checkpoint, measured on a few tokens: all residual points are recorded, without gates.
final class TrialRun {
  static final int FIRST_TOKENS = 8;
  private static final int SEQUENCES = 4;
  private static final int POSITIONS = 64;
  /// Runs are repeated for this long, at least one.
  private static final double ENOUGH_SECONDS = 0.2;

  private final HookedModel model;
  private final Set<HookPoint> hooks;
  private final int[] usable;

  TrialRun(HookedModel model) {
    this.model = model;
    this.hooks = IntStream.range(0, model.model().layers()).mapToObj(HookPoint::residPost).collect(Collectors.toSet());
    this.usable = IntStream.range(0, model.model().vocabulary()).filter(t -> !model.endOfSequence().contains(t))
        .toArray();
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
    List<TokenSequence> prompt = sequences(1, FIRST_TOKENS);
    run(prompt);
    return new FirstState(prompt.getFirst().length(), seconds(opened), memory.growth().orElse(null));
  }

  /// Further runs.
  Cost cost() throws CheckpointException {
    List<TokenSequence> batch = sequences(SEQUENCES, POSITIONS);
    int tokens = batch.stream().mapToInt(TokenSequence::length).sum();
    double spent = run(batch);
    int runs = 1;
    if (spent < ENOUGH_SECONDS) { // a quick one: the first run, which finds buffers, says little
      spent = 0;
      for (runs = 0; spent < ENOUGH_SECONDS; runs++) {
        spent += run(batch);
      }
    }
    return new Cost(runs * tokens / spent, tokens,
        hooks.stream().mapToLong(hook -> (long) Float.BYTES * model.model().width(hook)).sum());
  }

  private double run(List<TokenSequence> batch) throws CheckpointException {
    long started = System.nanoTime();
    try {
      model.model().record(batch, hooks, Gates.none());
    } catch (IllegalStateException failed) { // the runtime's
      throw new CheckpointException(failed.getMessage(), failed);
    }
    return seconds(started);
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  private List<TokenSequence> sequences(int count, int positions) {
    int length = Math.min(positions, model.facts().longest());
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = i * length;
      sequences.add(
          TokenSequence.prompt(IntStream.range(first, first + length).map(t -> usable[t % usable.length]).toArray()));
    }
    return sequences;
  }
}
