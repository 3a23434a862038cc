package org.striatum.probe.uses;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.StepCutter;
import org.striatum.probe.dopamine.Steps;
import org.striatum.probe.model.Completion;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.run.Progress;

/// Writes answers step by step: draws K candidates of the next step, keeps one, goes on from there.
///
/// Candidates are drawn up to a bound of tokens and cut at the separator; one without a separator is a step as it is.
/// Every candidate has a seed of its own, a function of problem, step and candidate, so results do not depend on batch
/// size, and two searches that keep the same steps draw the same candidates.
///
/// A stop string may begin in one step and end in the next: every step is drawn as the same completion going on.
///
/// @param sampling of candidates; its token limit and its stop strings are those of the whole answer
/// @param pieces the text each token of a completion adds, markers of thinking included
/// @param candidates K ≥ 1
/// @param stepTokens most tokens of one candidate step, ≥ 1
public record StepSearch(GatedModel model, Sampling sampling, Function<int[], List<String>> pieces, StepCutter cutter,
    int candidates, int stepTokens, long seed, int batchSize) {
  public StepSearch {
    if (candidates < 1 || stepTokens < 1 || batchSize < 1) {
      throw new IllegalArgumentException("candidates, tokens a step and batch size must be ≥ 1, found " + candidates
          + ", " + stepTokens + " and " + batchSize);
    }
  }

  /// An answer and what it cost.
  ///
  /// @param cutOff whether the token limit ended it
  /// @param usedTokens of all candidates, up to the end of each step
  /// @param drawnTokens of all candidates, what was cut off included
  public record Answer(String completion, boolean cutOff, int usedTokens, int drawnTokens) {}

  /// Chooses among the K candidates of one step of one problem.
  @FunctionalInterface
  private interface Choice {
    int of(int problem, int step, double[] scores);
  }

  private static final class Draft {
    private final int promptLength;
    int[] tokens; // prompt, then what was written
    int used;
    int drawn;
    boolean done;
    boolean ended;
    int[] beyond = {};

    Draft(TokenSequence prompt) {
      this.promptLength = prompt.length();
      this.tokens = prompt.tokens();
    }

    int written() {
      return tokens.length - promptLength;
    }

    /// As the model goes on from it.
    TokenSequence begun() {
      return new TokenSequence(tokens, promptLength);
    }

    /// What was written, and the rest of the stop string that ended it.
    int[] drawn() {
      return begun().followedBy(beyond).continuation();
    }
  }

  /// @param beyond the rest of a stop string, where that ends the last step
  private record Candidate(int[] tokens, int[] beyond, boolean last, int used, int drawn) {}

  /// Keeps the best-scored candidate of every step, the first among equals.
  ///
  /// @param first which of the dataset's problems the first prompt is of, from 0
  public List<Answer> byScore(String dataset, List<TokenSequence> prompts, int first, StepScore score,
      Progress.Task task) {
    return run(dataset, prompts, first, score, (_, _, scores) -> {
      int best = 0;
      for (int k = 1; k < scores.length; k++) {
        best = scores[k] > scores[best] ? k : best;
      }
      return best;
    }, task);
  }

  /// The control: draws the same candidates and keeps one at random.
  public List<Answer> atRandom(String dataset, List<TokenSequence> prompts, int first, Progress.Task task) {
    return run(dataset, prompts, first, texts -> new double[texts.size()],
        (problem, step, scores) -> new SplittableRandom(Rollout.seed(seed, dataset + " choice", problem, step))
            .nextInt(scores.length),
        task);
  }

  /// @param task stepped once a finished problem
  private List<Answer> run(String dataset, List<TokenSequence> prompts, int first, StepScore score, Choice choice,
      Progress.Task task) {
    List<Draft> drafts = prompts.stream().map(Draft::new).toList();
    for (int step = 0; drafts.stream().anyMatch(draft -> !draft.done); step++) {
      int[] open = IntStream.range(0, drafts.size()).filter(i -> !drafts.get(i).done).toArray();
      int[] bounds = Arrays.stream(open).map(i -> bound(drafts.get(i))).toArray();
      for (int bound : Arrays.stream(bounds).distinct().sorted().toArray()) { // the limit is the call's
        int[] alike = IntStream.range(0, open.length).filter(k -> bounds[k] == bound).map(k -> open[k]).toArray();
        advance(dataset, drafts, first, alike, step, bound, score, choice);
      }
      task.step(Arrays.stream(open).filter(i -> drafts.get(i).done).count());
    }
    return drafts.stream().map(draft -> new Answer(
        text(draft.drawn()), !draft.ended, draft.used, draft.drawn)).toList();
  }

  private int bound(Draft draft) {
    return Math.min(stepTokens, sampling.maxNewTokens() - draft.written());
  }

  /// One step of problems that may all write `bound` tokens.
  private void advance(String dataset, List<Draft> drafts, int first, int[] open, int step, int bound, StepScore score,
      Choice choice) {
    List<TokenSequence> prefixes = new ArrayList<>();
    long[] seeds = new long[open.length * candidates];
    for (int i : open) {
      for (int k = 0; k < candidates; k++) {
        seeds[prefixes.size()] = Rollout.seed(seed, dataset + " step " + step, first + i, k);
        prefixes.add(drafts.get(i).begun());
      }
    }
    Sampling ofStep = sampling.withMaxNewTokens(bound);
    List<Candidate> drawn = model.generate(prefixes, seeds, ofStep, Gates.none(), batchSize, () -> {}).stream()
        .map(this::cut).toList();
    List<TokenSequence> texts = new ArrayList<>();
    for (int n = 0; n < drawn.size(); n++) {
      texts.add(TokenSequence.prompt(prefixes.get(n).tokens()).followedBy(drawn.get(n).tokens()));
    }
    double[] scores = score.of(texts);
    for (int n = 0; n < open.length; n++) {
      Draft draft = drafts.get(open[n]);
      int from = n * candidates;
      int kept = from + choice.of(first + open[n], step, Arrays.copyOfRange(scores, from, from + candidates));
      for (Candidate candidate : drawn.subList(from, from + candidates)) {
        draft.used += candidate.used();
        draft.drawn += candidate.drawn();
      }
      draft.tokens = texts.get(kept).tokens();
      draft.beyond = drawn.get(kept).beyond();
      draft.ended = drawn.get(kept).last();
      draft.done = draft.ended || draft.written() >= sampling.maxNewTokens();
    }
  }

  private Candidate cut(Completion completion) {
    int[] tokens = completion.tokens();
    Steps steps = cutter.cut(pieces.apply(tokens));
    int end = steps.count() == 0 ? tokens.length : steps.last(0);
    boolean last = completion.finished() && end == tokens.length;
    return new Candidate(Arrays.copyOf(tokens, end), last ? completion.beyond() : new int[0], last,
        end + (last ? 1 : 0),
        tokens.length + (completion.finished() ? 1 : 0));
  }

  /// The text of generated tokens, up to the first stop string.
  String text(int[] tokens) {
    return sampling.cut(String.join("", pieces.apply(tokens)));
  }
}
