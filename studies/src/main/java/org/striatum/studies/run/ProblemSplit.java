package org.striatum.studies.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.striatum.probe.rollout.Rollout;
import org.striatum.probe.rollout.Split;

/// How the problems of a data set are divided into training, validation and test problems.
///
/// @param train share of training problems
/// @param validation share of validation problems; the rest are test problems
/// @param seed of the division
public record ProblemSplit(double train, double validation, long seed) {
  /// A data set with fewer problems cannot be divided.
  public static final int LEAST_PROBLEMS = 3;

  public ProblemSplit {
    if (!(train > 0 && validation >= 0 && train + validation < 1)) {
      throw new IllegalArgumentException(
          "shares must satisfy train > 0, validation ≥ 0, train + validation < 1, found " + train + " and "
              + validation);
    }
  }

  /// Share of test problems.
  public double test() {
    return 1 - train - validation;
  }

  public ProblemSplit withValidation(double share) {
    return new ProblemSplit(train, share, seed);
  }

  public ProblemSplit withTrain(double share) {
    return new ProblemSplit(share, validation, seed);
  }

  public ProblemSplit withSeed(long other) {
    return new ProblemSplit(train, validation, other);
  }

  /// Rollouts of each data set, in the file's order.
  public static Map<String, List<Rollout>> byDataset(List<Rollout> rollouts) {
    return rollouts.stream().collect(
        Collectors.groupingBy(rollout -> rollout.problem().dataset(), LinkedHashMap::new, Collectors.toList()));
  }

  /// How one data set's problems are divided: a function of the seed and the problems.
  public Split of(List<Rollout> dataset) {
    return Split.byProblem(dataset.stream().map(rollout -> rollout.problem().id()).toList(), train, validation,
        new SplittableRandom(seed));
  }

  /// One rollout of each test problem of a data set, in the file's order: problems that no neuron was found on.
  public List<Rollout> tested(List<Rollout> dataset) {
    Split split = of(dataset);
    Map<String, Rollout> first = new LinkedHashMap<>();
    dataset.stream().filter(rollout -> split.of(rollout.problem().id()) == Split.Fold.TEST)
        .forEach(rollout -> first.putIfAbsent(rollout.problem().id(), rollout));
    return List.copyOf(first.values());
  }
}
