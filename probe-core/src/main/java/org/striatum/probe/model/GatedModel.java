package org.striatum.probe.model;

import java.util.List;
import java.util.Set;

/// A running language model that can be read and gated: the one port through which studies see a model.
///
/// Completions do not depend on batch size or order; recorded numbers and scores depend on them in their last digits only,
/// where a product of one row and a product of many rows add in different orders. Not thread-safe; whoever opens it closes
/// it.
public interface GatedModel extends AutoCloseable {
  int layers();

  int vocabulary();

  /// Positions that a sequence may have; no limit where a model does not say.
  default int longest() {
    return Integer.MAX_VALUE;
  }

  /// Every place that can be read and gated, in the order of the computation.
  List<HookPoint> hookPoints();

  /// How many coordinates `hook` has.
  ///
  /// @throws IllegalArgumentException if the model has no such hook point
  int width(HookPoint hook);

  /// Runs the sequences and reads hidden states (or logits) at all real positions.
  ///
  /// @throws IllegalArgumentException on an absent hook point, a gate of another width, a token outside the vocabulary, a
  ///     sequence that is too long, or none
  Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates);

  /// Prepares Σ log p(continuation | prompt) of the same items under many gates at the same hook points. What lies below
  /// the lowest of them, where that is on the residual stream, is computed once.
  ///
  /// @param hooks where gates may stand, at least one
  /// @throws IllegalArgumentException on an absent hook point or none, a token outside the vocabulary, an item that is too
  ///     long, or no items
  Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks);

  /// Continues every prompt. Item i is drawn with a generator of its own seeded by `seeds[i]`, so the result does not
  /// depend on how items are batched.
  ///
  /// @param batchSize how many run together
  /// @param gates active at every position that they select, generated ones included
  /// @throws IllegalArgumentException as [#record]; also if seeds are too few or many, or a prompt has no room for all new
  ///     tokens
  List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates, int batchSize,
      Runnable onEachFinished);

  @Override
  void close();

  /// Log-probabilities of fixed items under gates at fixed hook points.
  interface Scorer extends AutoCloseable {
    /// Σ log p of each item's continuation, in nats: (items). A hook point without a gate is left as it is.
    ///
    /// @throws IllegalArgumentException on a gate elsewhere or of another width
    double[] logProbabilities(Gates gates);

    @Override
    void close();
  }
}
