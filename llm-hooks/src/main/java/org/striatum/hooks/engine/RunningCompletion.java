package org.striatum.hooks.engine;

import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalInt;
import java.util.Set;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// A completion under way: a prompt, the tokens drawn so far, and a generator of its own. Not thread-safe.
public final class RunningCompletion {
  private final Sampling sampling;
  private final Sampler sampler;
  private final Set<Integer> endOfSequence;
  private final StopStrings stops;
  private final int begun; // where the text that stop strings are looked for in begins
  private final int promptLength;
  private int[] tokens; // prompt, then what was drawn
  private int length;
  private int drawn; // behind the last token drawn, those of a stop string that are not kept included
  private double[] logProbabilities = new double[16]; // Σ log p up to each drawn token
  private boolean finished; // by a token or text that ends it
  private boolean stopped;
  private double logProbability; // Σ log p of what is kept, of the token that ended it too

  /// @param seed of its generator
  /// @param prompt all that is given; where it holds a completion that was begun, a stop string may begin in that
  /// @param ending tokens and texts that end it, if the sampling says so
  public RunningCompletion(TokenSequence prompt, Sampling sampling, long seed, CompletionEnd ending) {
    this.sampling = sampling;
    this.sampler = new Sampler(sampling, seed);
    this.endOfSequence = new HashSet<>(sampling.stopTokens());
    if (sampling.stopAtEos()) {
      endOfSequence.addAll(ending.tokens());
    }
    this.stops = new StopStrings(sampling.stops(), ending.text());
    this.begun = prompt.promptLength();
    this.promptLength = prompt.length();
    this.tokens = prompt.tokens();
    this.length = promptLength;
    this.drawn = promptLength;
  }

  /// Draws the next token.
  ///
  /// @param logits (rows, vocabulary)
  /// @param row the row to draw from
  public void draw(float[] logits, int row, int vocabulary) {
    int token = sampler.draw(logits, row * vocabulary, vocabulary);
    logProbability = sampler.logProbability();
    if (endOfSequence.contains(token)) {
      finished = true;
      stopped = true;
      return;
    }
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, length + Math.max(16, length / 2));
    }
    keep(logProbability);
    tokens[length++] = token;
    drawn = length;
    OptionalInt end = stops.end(tokens, begun, length);
    if (end.isPresent()) {
      length = Math.max(promptLength, end.getAsInt());
      logProbability = length == promptLength ? 0 : logProbabilities[length - promptLength - 1];
      finished = true;
    }
    stopped = finished || length == promptLength + sampling.maxNewTokens();
  }

  private void keep(double sum) {
    int kept = length - promptLength;
    if (kept == logProbabilities.length) {
      logProbabilities = Arrays.copyOf(logProbabilities, 2 * kept);
    }
    logProbabilities[kept] = sum;
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
    return new Completion(Arrays.copyOfRange(tokens, promptLength, length), finished, logProbability,
        Arrays.copyOfRange(tokens, length, drawn));
  }
}
