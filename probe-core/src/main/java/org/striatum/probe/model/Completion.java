package org.striatum.probe.model;

/// What a model wrote after a prompt.
///
/// @param tokens the generated ids, without the end-of-sequence token
/// @param finished whether the model ended it itself (end-of-sequence, or a stop string), rather than the token limit
/// @param logProbability Σ log p of these tokens (and of the end-of-sequence token that ended them) under the untempered model, in nats
public record Completion(int[] tokens, boolean finished, double logProbability) {
  public Completion {
    tokens = tokens.clone();
  }
}
