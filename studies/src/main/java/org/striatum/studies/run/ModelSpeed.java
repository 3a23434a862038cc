package org.striatum.studies.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.probe.model.Gate;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// How fast a model runs here, measured on a few tokens: any, as the time does not depend on which.
public final class ModelSpeed {
  private static final int SEQUENCES = 4;
  private static final int POSITIONS = 64;
  private static final int DRAWN = 16;
  /// Runs are repeated for this long, at least one.
  private static final double ENOUGH_SECONDS = 0.2;
  private static final double SHORTEST = 1e-9;

  private ModelSpeed() {}

  /// Tokens generated in a second, a batch of short completions.
  public static double generated(HookedModel model) throws CheckpointException {
    Sampling sampling = new Sampling(1, 1, 0, Math.clamp(model.facts().longest() / 2, 1, DRAWN), false);
    List<TokenSequence> prompts = sequences(model, DRAWN, Math.clamp(model.facts().longest() / 2, 1, DRAWN));
    return rate(batch -> model.model().generate(batch, new long[batch.size()], sampling, Gates.none(), batch.size(),
        () -> {}).stream().mapToLong(one -> one.tokens().length).sum(), prompts);
  }

  /// Tokens of a run that [#recorded] measures.
  public static int tokens(HookedModel model) {
    return SEQUENCES * positions(model);
  }

  /// Tokens of which states at all residual points are recorded in a second.
  public static double recorded(HookedModel model) throws CheckpointException {
    Set<HookPoint> hooks = residuals(model);
    return rate(batch -> {
      model.model().record(batch, hooks, Gates.none());
      return batch.stream().mapToLong(TokenSequence::length).sum();
    }, sequences(model, SEQUENCES, positions(model)));
  }

  /// Tokens of fixed texts that are scored in a second under a gate in the middle of the model: what lies below is computed once for all of
  /// them.
  public static double scored(HookedModel model) throws CheckpointException {
    HookPoint hook = HookPoint.residPost(model.model().layers() / 2);
    List<TokenSequence> items = sequences(model, DRAWN, Math.clamp(model.facts().longest() / 2, 1, DRAWN)).stream()
        .map(prompt -> prompt.followedBy(Arrays.copyOf(prompt.tokens(), prompt.length() - 1))).toList();
    Gates gates = Gates.of(hook, Gate.zeroing(model.model().width(hook), List.of(0)));
    try (GatedModel.Scorer scorer = model.model().scorer(items, Set.of(hook))) {
      return rate(batch -> {
        scorer.logProbabilities(gates);
        return batch.stream().mapToLong(TokenSequence::length).sum();
      }, items);
    }
  }

  private static int positions(HookedModel model) {
    return Math.min(POSITIONS, model.facts().longest());
  }

  private static Set<HookPoint> residuals(HookedModel model) {
    Set<HookPoint> hooks = new HashSet<>();
    IntStream.range(0, model.model().layers()).mapToObj(HookPoint::residPost).forEach(hooks::add);
    return hooks;
  }

  /// Of a quick one the first run, which finds buffers, says little.
  private static double rate(ToLongFunction<List<TokenSequence>> run, List<TokenSequence> batch)
      throws CheckpointException {
    try {
      long started = System.nanoTime();
      double tokens = run.applyAsLong(batch);
      double seconds = since(started);
      if (seconds < ENOUGH_SECONDS) {
        tokens = 0;
        started = System.nanoTime();
        do {
          tokens += run.applyAsLong(batch);
          seconds = since(started);
        } while (seconds < ENOUGH_SECONDS);
      }
      return tokens / Math.max(seconds, SHORTEST);
    } catch (IllegalStateException failed) { // the runtime's
      throw new CheckpointException(failed.getMessage(), failed);
    }
  }

  private static double since(long started) {
    return (System.nanoTime() - started) / 1e9;
  }

  private static List<TokenSequence> sequences(HookedModel model, int count, int length) {
    int[] usable = IntStream.range(0, model.model().vocabulary()).filter(t -> !model.endOfSequence().contains(t))
        .toArray();
    List<TokenSequence> sequences = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int first = i * length;
      sequences.add(
          TokenSequence.prompt(IntStream.range(first, first + length).map(t -> usable[t % usable.length]).toArray()));
    }
    return sequences;
  }
}
