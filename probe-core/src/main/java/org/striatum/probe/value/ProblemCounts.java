package org.striatum.probe.value;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.stats.BetaBinomial;

/// Right rollouts of each problem, and what they leave open about its probability of success.
///
/// @param problemOf rollout → its problem: (rollouts)
/// @param successes (problems)
/// @param draws (problems)
record ProblemCounts(int[] problemOf, int[] successes, int[] draws) {
  private static final int FEWEST = 10;

  static ProblemCounts of(String[] problems, boolean[] outcomes) {
    Map<String, Integer> numberOf = new LinkedHashMap<>();
    int[] problemOf = new int[problems.length];
    for (int i = 0; i < problems.length; i++) {
      Integer seen = numberOf.putIfAbsent(problems[i], numberOf.size());
      problemOf[i] = seen == null ? numberOf.size() - 1 : seen;
    }
    int[] successes = new int[numberOf.size()];
    int[] draws = new int[numberOf.size()];
    for (int i = 0; i < problems.length; i++) {
      successes[problemOf[i]] += outcomes[i] ? 1 : 0;
      draws[problemOf[i]]++;
    }
    return new ProblemCounts(problemOf, successes, draws);
  }

  /// Problems with at least two rollouts.
  int repeated() {
    return (int) Arrays.stream(draws).filter(n -> n > 1).count();
  }

  /// Whether rollouts say how the probability differs from problem to problem: half the problems have at least two, and ten do.
  boolean tellSpread() {
    return repeated() >= Math.max(FEWEST, draws.length / 2.0);
  }

  /// From the rollouts where they tell the spread; else as wide as possible around their mean.
  BetaBinomial prior() {
    return tellSpread()
        ? BetaBinomial.of(successes, draws)
        : BetaBinomial.flat((double) Arrays.stream(successes).sum() / problemOf.length);
  }

  /// A draw of the probability of success of every rollout's problem: (rollouts).
  double[] draw(BetaBinomial prior, RandomGenerator random) {
    double[] drawn = IntStream.range(0, draws.length)
        .mapToDouble(k -> prior.draw(successes[k], draws[k], random)).toArray();
    return Arrays.stream(problemOf).mapToDouble(k -> drawn[k]).toArray();
  }

  /// Some problems, repeats allowed; their rollouts are not listed.
  ProblemCounts problems(int[] chosen) {
    return new ProblemCounts(new int[0], Arrays.stream(chosen).map(k -> successes[k]).toArray(),
        Arrays.stream(chosen).map(k -> draws[k]).toArray());
  }
}
