package org.striatum.hooks.engine;

import java.util.Arrays;
import java.util.Set;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// A completion under way: a prompt, the tokens drawn so far, and a generator of its own. Not thread-safe.
public final class RunningCompletion {
  private final Sampling sampling;
  private final Sampler sampler;
  private final Set<Integer> endOfSequence;
  private final int promptLength;
  private int[] tokens; // prompt, then what was drawn
  private int length;
  private boolean finished; // by a token that ends a sequence
  private boolean stopped;

  /// @param seed of its generator
  /// @param endOfSequence tokens that end it, if the sampling says so
  public RunningCompletion(TokenSequence prompt, Sampling sampling, long seed, Set<Integer> endOfSequence) {
    this.sampling = sampling;
    this.sampler = new Sampler(sampling, seed);
    this.endOfSequence = Set.copyOf(endOfSequence);
    this.promptLength = prompt.length();
    this.tokens = prompt.tokens();
    this.length = promptLength;
  }

  /// Draws the next token.
  ///
  /// @param logits (rows, vocabulary)
  /// @param row the row to draw from
  public void draw(float[] logits, int row, int vocabulary) {
    int token = sampler.draw(logits, row * vocabulary, vocabulary);
    if (sampling.stopAtEos() && endOfSequence.contains(token)) {
      finished = true;
      stopped = true;
      return;
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length + Math.max(16, length / 2));
    }
    tokens[length++] = token;
    stopped = length == promptLength + sampling.maxNewTokens();
  }

  /// Whether nothing more is to be drawn.
  public boolean stopped() {
    return stopped;
  }

  public int promptLength() {
    return promptLength;
  }

  /// Tokens of prompt and completion so far.
  public int length() {
    return length;
  }

  /// The token at a position in [0, length).
  public int token(int position) {
    return tokens[position];
  }

  /// Prompt and completion so far.
  public TokenSequence sequence() {
    return new TokenSequence(Arrays.copyOf(tokens, length), promptLength);
  }

  /// What was drawn.
  public Completion completion() {
    return new Completion(Arrays.copyOfRange(tokens, promptLength, length), finished, sampler.logProbability());
  }
}
