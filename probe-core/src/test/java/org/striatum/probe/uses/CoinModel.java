package org.striatum.probe.uses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;

/// Writes three steps of two tokens, the first of each right or wrong by a fair coin, then ends.
final class CoinModel implements GatedModel {
  static final int RIGHT = 1;
  static final int WRONG = 0;
  static final int NEWLINE = 2;
  static final int STEPS = 3;

  static List<String> pieces(int[] tokens) {
    return Arrays.stream(tokens).mapToObj(token -> token == NEWLINE ? "\n" : token == RIGHT ? "r" : "w").toList();
  }

  @Override
  public List<Completion> generate(List<TokenSequence> prompts, long[] seeds, Sampling sampling, Gates gates,
      int batchSize, Runnable onEachFinished) {
    List<Completion> completions = new ArrayList<>();
    for (int i = 0; i < seeds.length; i++) {
      int left = 2 * STEPS - (prompts.get(i).length() - 1); // a prompt of one token, then what was written
      SplittableRandom random = new SplittableRandom(seeds[i]);
      int[] tokens = new int[Math.min(left, sampling.maxNewTokens())];
      for (int t = 0; t < tokens.length; t++) {
        boolean ends = (2 * STEPS - left + t) % 2 == 1;
        tokens[t] = ends ? NEWLINE : random.nextBoolean() ? RIGHT : WRONG;
      }
      completions.add(ended(prompts.get(i), tokens, sampling)
          .orElse(new Completion(tokens, sampling.maxNewTokens() > left, -tokens.length)));
      onEachFinished.run();
    }
    return completions;
  }

  /// The completion up to the token in which a stop string begins, which may be one of a step before.
  private static Optional<Completion> ended(TokenSequence prompt, int[] drawn, Sampling sampling) {
    for (int t = 1; t <= drawn.length; t++) {
      int[] written = prompt.followedBy(Arrays.copyOf(drawn, t)).continuation();
      String text = String.join("", pieces(written)); // a character a token
      int kept = sampling.cut(text).length() + 1 - (written.length - t);
      if (!sampling.cut(text).equals(text)) {
        int end = Math.max(0, kept);
        return Optional.of(new Completion(Arrays.copyOf(drawn, end), true, -end, Arrays.copyOfRange(drawn, end, t)));
      }
    }
    return Optional.empty();
  }

  @Override
  public int layers() {
    return 1;
  }

  @Override
  public int vocabulary() {
    return 4;
  }

  @Override
  public List<HookPoint> hookPoints() {
    return List.of(HookPoint.residPost(0));
  }

  @Override
  public int width(HookPoint hook) {
    return 1;
  }

  @Override
  public Recording record(List<TokenSequence> sequences, Set<HookPoint> hooks, Gates gates) {
    throw new UnsupportedOperationException("judged by its tokens");
  }

  @Override
  public Scorer scorer(List<TokenSequence> items, Set<HookPoint> hooks) {
    throw new UnsupportedOperationException("judged by its tokens");
  }

  @Override
  public void close() {}
}
