package org.striatum.probe.model;

/// What a model wrote after a prompt.
///
/// @param tokens the generated ids, without the end-of-sequence token
/// @param finished whether the model ended it itself (end-of-sequence), rather than the token limit
/// @param logProbability Σ log p of the drawn tokens (end-of-sequence included) under the untempered model, in nats
public record Completion(int[] tokens, boolean finished, double logProbability) {
  public Completion {
    tokens = tokens.clone();
  }
}
