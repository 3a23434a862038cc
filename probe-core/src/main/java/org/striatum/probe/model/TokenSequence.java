package org.striatum.probe.model;

/// Tokens of one text: the prompt, then what follows it. The prompt's last position is the state s₀.
///
/// @param tokens token ids, BOS included where the policy adds one
/// @param promptLength how many of them are prompt, in [1, tokens.length]
public record TokenSequence(int[] tokens, int promptLength) {
  public TokenSequence {
    if (promptLength < 1 || promptLength > tokens.length) {
      throw new IllegalArgumentException(
          "prompt length must be in [1, " + tokens.length + "], found " + promptLength);
    }
    tokens = tokens.clone();
  }

  public static TokenSequence prompt(int[] tokens) {
    return new TokenSequence(tokens, tokens.length);
  }

  public int length() {
    return tokens.length;
  }
}
