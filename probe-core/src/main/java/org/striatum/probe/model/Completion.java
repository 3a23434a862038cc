package org.striatum.probe.model;

/// What a model wrote after a prompt.
///
/// @param tokens the generated ids, without the end-of-sequence token
/// @param finished whether the model ended it itself (end-of-sequence, or a stop string), rather than the token limit
/// @param ofStop how many characters at the end of its text are the beginning of the stop string that ended it: the last token
///     may hold more than the text; 0 without a stop string
/// @param logProbability Σ log p of these tokens (and of the end-of-sequence token that ended them) under the untempered model, in nats
public record Completion(int[] tokens, boolean finished, int ofStop, double logProbability) {
  public Completion {
    tokens = tokens.clone();
    if (ofStop < 0 || ofStop > 0 && !finished) {
      throw new IllegalArgumentException("only what a stop string ended has characters of one, found " + ofStop);
    }
  }

  /// One that no stop string ended.
  public Completion(int[] tokens, boolean finished, double logProbability) {
    this(tokens, finished, 0, logProbability);
  }
}
