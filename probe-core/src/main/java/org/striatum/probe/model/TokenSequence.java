package org.striatum.probe.model;

import java.util.Arrays;

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

  /// A prompt that nothing follows yet.
  public static TokenSequence prompt(int[] tokens) {
    return new TokenSequence(tokens, tokens.length);
  }

  /// The same prompt with more tokens behind all that is there.
  public TokenSequence followedBy(int... more) {
    int[] joined = Arrays.copyOf(tokens, tokens.length + more.length);
    System.arraycopy(more, 0, joined, tokens.length, more.length);
    return new TokenSequence(joined, promptLength);
  }

  /// The same prompt with what follows cut off behind so many tokens in all.
  ///
  /// @param length in [promptLength, length]
  public TokenSequence upTo(int length) {
    if (length < promptLength || length > tokens.length) {
      throw new IllegalArgumentException(
          "a sequence is cut in [" + promptLength + ", " + tokens.length + "], found " + length);
    }
    return new TokenSequence(Arrays.copyOf(tokens, length), promptLength);
  }

  /// The prompt alone.
  public TokenSequence prompt() {
    return upTo(promptLength);
  }

  /// What follows the prompt: (length − promptLength).
  public int[] continuation() {
    return Arrays.copyOfRange(tokens, promptLength, tokens.length);
  }

  public int length() {
    return tokens.length;
  }

  /// The ids, for a reader.
  public String printed() {
    return Arrays.toString(tokens);
  }
}
