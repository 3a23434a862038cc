package org.striatum.probe.intervention;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.striatum.probe.intervention.InterventionResults.Writing;
import org.striatum.probe.model.Completion;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

/// What one arm gave on every item.
///
/// @param outcomes (items)
/// @param tokens generated for each item; this and what follows are empty where nothing was generated
/// @param finished whether each completion ended itself, 0 or 1
/// @param parsed whether an answer could be read off each completion, 0 or 1
/// @param completions to tell whether two arms are the same
record Readings(double[] outcomes, double[] tokens, double[] finished, double[] parsed, List<Completion> completions) {
  private static final double[] NONE = {};

  /// Outcomes of fixed texts.
  static Readings of(double[] outcomes) {
    return new Readings(outcomes, NONE, NONE, NONE, List.of());
  }

  /// Outcomes of completions.
  static Readings of(double[] outcomes, double[] parsed, List<Completion> completions) {
    return new Readings(outcomes, completions.stream().mapToDouble(completion -> completion.tokens().length).toArray(),
        completions.stream().mapToDouble(completion -> completion.finished() ? 1 : 0).toArray(), parsed, completions);
  }

  /// Readings of several draws, averaged item by item; one alone stays as it is.
  static Readings mean(List<Readings> draws) {
    return draws.size() == 1
        ? draws.getFirst()
        : new Readings(mean(draws, Readings::outcomes), mean(draws, Readings::tokens), mean(draws, Readings::finished),
            mean(draws, Readings::parsed), List.of());
  }

  private static double[] mean(List<Readings> draws, Function<Readings, double[]> figure) {
    double[] mean = new double[figure.apply(draws.getFirst()).length];
    Arrays.setAll(mean, i -> draws.stream().mapToDouble(draw -> figure.apply(draw)[i]).sum() / draws.size());
    return mean;
  }

  /// What a control is kept as.
  Readings withoutCompletions() {
    return new Readings(outcomes, tokens, finished, parsed, List.of());
  }

  /// Whether two arms are the same to the bit.
  boolean isIdenticalTo(Readings other) {
    if (!Arrays.equals(outcomes, other.outcomes) || completions.size() != other.completions.size()) {
      return false;
    }
    for (int i = 0; i < completions.size(); i++) {
      Completion one = completions.get(i);
      Completion two = other.completions.get(i);
      if (!Arrays.equals(one.tokens(), two.tokens()) || one.finished() != two.finished()
          || one.logProbability() != two.logProbability()) {
        return false;
      }
    }
    return true;
  }

  double[] minus(Readings base) {
    double[] difference = new double[outcomes.length];
    Arrays.setAll(difference, i -> outcomes[i] - base.outcomes[i]);
    return difference;
  }

  /// Mean outcome minus base's.
  double effect(Readings base) {
    double sum = 0; // as the bootstrap sums, so that equal arms tie
    for (double difference : minus(base)) {
      sum += difference;
    }
    return sum / outcomes.length;
  }

  /// The same with its interval.
  Estimate effect(Readings base, String[] problems, RandomGenerator random) {
    return Bootstrap.meanByProblem(problems, minus(base), random);
  }

  /// How the completions look; null where nothing was generated.
  Writing writing(String[] problems, RandomGenerator random) {
    return tokens.length == 0
        ? null
        : new Writing(Bootstrap.meanByProblem(problems, tokens, random),
            Bootstrap.meanByProblem(problems, finished, random), Bootstrap.meanByProblem(problems, parsed, random));
  }

  /// The same over several arms, without intervals; null without arms.
  static Writing writing(List<Readings> arms) {
    return arms.isEmpty() || arms.getFirst().tokens.length == 0
        ? null
        : new Writing(overall(arms, Readings::tokens), overall(arms, Readings::finished),
            overall(arms, Readings::parsed));
  }

  private static Estimate overall(List<Readings> arms, Function<Readings, double[]> figure) {
    return Estimate.exact(arms.stream().map(figure).flatMapToDouble(Arrays::stream).average().orElseThrow());
  }
}
