package org.striatum.probe.rollout;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.RecordJson;

/// One sampled completion of a problem with its terminal reward.
///
/// @param problem what was asked
/// @param sample which of the problem's K rollouts, from 0
/// @param seed of this rollout's own generator
/// @param completion the generated text, without the end-of-sequence token
/// @param tokens prompt and generated token ids, without the end-of-sequence token
/// @param promptLength how many of them are prompt
/// @param finished whether the model ended the text itself
/// @param reward terminal reward r in {0, 1}
/// @param logProbability Σ log p of the drawn tokens, in nats
/// @param read the answer that was graded, as the completion has it; null if none was found, or the reward was given elsewhere
/// @param timeLimit whether the comparison ran out of time, so that only written forms were compared
/// @param ending how it ended; null in files that were written before that was kept
/// @param thinkEnd index in `tokens` of the token in which the closing marker of the thought ends; null if no thought closed, or
///     in files that were written before that was kept
/// @param unread why no grader read the completion; null if one did, or the reward was given elsewhere
public record Rollout(Problem problem, int sample, long seed, String completion, int[] tokens, int promptLength,
    boolean finished, double reward, double logProbability,
    @JacksonInject(value = RecordJson.NOTHING, useInput = OptBoolean.TRUE) String read,
    @JacksonInject(value = RecordJson.NO, useInput = OptBoolean.TRUE) boolean timeLimit,
    @JacksonInject(value = RecordJson.NOTHING_2, useInput = OptBoolean.TRUE) Ending ending,
    @JacksonInject(value = RecordJson.NOTHING_3, useInput = OptBoolean.TRUE) Integer thinkEnd,
    @JsonInclude(JsonInclude.Include.NON_NULL) @JacksonInject(value = RecordJson.NOTHING_4, useInput = OptBoolean.TRUE) Unread unread) {
  public Rollout {
    if (promptLength < 1 || promptLength > tokens.length) {
      throw new IllegalArgumentException(
          "a rollout's prompt length must be in [1, " + tokens.length + "], found " + promptLength);
    }
    if (reward != 0 && reward != 1) {
      throw new IllegalArgumentException("a reward must be 0 or 1, found " + reward);
    }
    if (ending != null && ending != Ending.UNKNOWN && finished == ending.isCutOff()) {
      throw new IllegalArgumentException("a finished rollout is not cut off, found finished " + finished
          + " and ending " + ending.printed());
    }
    if (thinkEnd != null && (thinkEnd < promptLength - 1 || thinkEnd >= tokens.length)) {
      throw new IllegalArgumentException("a thought must end in [%d, %d], found %d".formatted(promptLength - 1,
          tokens.length - 1, thinkEnd));
    }
    if (unread != null && (read != null || reward != 0)) {
      throw new IllegalArgumentException("a completion that is not read has neither answer nor reward, found '" + read
          + "' and " + reward);
    }
    tokens = tokens.clone();
  }

  /// A rollout of which it is not known what answer it gives, how it ended and where its thought did.
  public Rollout(Problem problem, int sample, long seed, String completion, int[] tokens, int promptLength,
      boolean finished, double reward, double logProbability) {
    this(problem, sample, seed, completion, tokens, promptLength, finished, reward, logProbability, null, false, null,
        null, null);
  }

  /// A rollout whose completion is not beyond what graders read.
  public Rollout(Problem problem, int sample, long seed, String completion, int[] tokens, int promptLength,
      boolean finished, double reward, double logProbability, String read, boolean timeLimit, Ending ending,
      Integer thinkEnd) {
    this(problem, sample, seed, completion, tokens, promptLength, finished, reward, logProbability, read, timeLimit,
        ending, thinkEnd, null);
  }

  /// The same graded otherwise.
  public Rollout graded(Grade grade) {
    return new Rollout(problem, sample, seed, completion, tokens, promptLength, finished, grade.reward(),
        logProbability, grade.read().orElse(null), grade.timeLimit(), ending, thinkEnd,
        grade.unread().orElse(null));
  }

  /// The seed of one rollout's generator: a function of the run's seed and of which rollout it is, so that it does not
  /// depend on how many others are drawn.
  ///
  /// @param problem index of the problem in its dataset
  public static long seed(long runSeed, String dataset, int problem, int sample) {
    long seed = runSeed;
    for (long part : new long[]{dataset.hashCode(), problem, sample}) {
      seed = mixed(seed ^ (part + 0x9E3779B97F4A7C15L));
    }
    return seed;
  }

  /// SplitMix64's finaliser: neighbouring inputs give unrelated outputs.
  private static long mixed(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// What the model was given.
  public TokenSequence prompt() {
    return sequence().prompt();
  }

  /// Prompt and what the model wrote.
  public TokenSequence sequence() {
    return new TokenSequence(tokens, promptLength);
  }
}
