package org.striatum.probe.model;

import java.util.Arrays;

/// What a model wrote after a prompt.
///
/// @param tokens the generated ids, without the end-of-sequence token; of a stop string only the token in which it begins
/// @param finished whether the model ended it itself (end-of-sequence, or a stop string), rather than the token limit
/// @param logProbability Σ log p of these tokens (and of the end-of-sequence token that ended them) under the untempered model, in nats
/// @param beyond the rest of the stop string that ended it, which was drawn and is not kept; empty where none did
public record Completion(int[] tokens, boolean finished, double logProbability, int[] beyond) {
  public Completion {
    tokens = tokens.clone();
    beyond = beyond.clone();
  }

  /// A completion that no stop string ended.
  public Completion(int[] tokens, boolean finished, double logProbability) {
    this(tokens, finished, logProbability, new int[0]);
  }

  /// The tokens to read, in which a stop string is whole: without its rest, its beginning would be part of the text.
  public int[] drawn() {
    int[] drawn = Arrays.copyOf(tokens, tokens.length + beyond.length);
    System.arraycopy(beyond, 0, drawn, tokens.length, beyond.length);
    return drawn;
  }
}
