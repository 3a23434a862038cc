package org.striatum.peft.llm;

import java.util.List;

/// How the arms of an adaptation study are trained.
///
/// @param training of every run
/// @param rates learning rates tried for each arm
/// @param gates how gates begin and move
/// @param rank of LoRA
/// @param seeds trainings of an arm with one set; an arm of several sets trains each once
/// @param seed of everything
public record AdaptationSettings(AdaptationTraining training, List<Double> rates, GateForm gates, int rank, int seeds,
    long seed) {
  public AdaptationSettings {
    rates = List.copyOf(rates);
    if (rates.isEmpty() || rates.stream().anyMatch(rate -> !(rate > 0) || Double.isInfinite(rate))) {
      throw new IllegalArgumentException("learning rates must be > 0 and finite, at least one, found " + rates);
    }
    if (rates.stream().distinct().count() < rates.size()) {
      throw new IllegalArgumentException("a learning rate must be named once, found one twice in " + rates);
    }
    if (seeds < 1) {
      throw new IllegalArgumentException("at least one training seed is needed, found " + seeds);
    }
    if (rank < 1) {
      throw new IllegalArgumentException("the rank of LoRA must be ≥ 1, found " + rank);
    }
  }

  /// Four learning rates, LoRA of rank 2, three seeds.
  public static AdaptationSettings defaults() {
    return new AdaptationSettings(AdaptationTraining.defaults(), List.of(0.003, 0.01, 0.03, 0.1), GateForm.defaults(),
        2, 3, 1);
  }

  /// The same with another training.
  public AdaptationSettings withTraining(AdaptationTraining other) {
    return new AdaptationSettings(other, rates, gates, rank, seeds, seed);
  }

  /// The same with other learning rates.
  public AdaptationSettings withRates(List<Double> others) {
    return new AdaptationSettings(training, others, gates, rank, seeds, seed);
  }

  /// The same with other gates.
  public AdaptationSettings withGates(GateForm other) {
    return new AdaptationSettings(training, rates, other, rank, seeds, seed);
  }

  /// The same with another rank of LoRA.
  public AdaptationSettings withRank(int other) {
    return new AdaptationSettings(training, rates, gates, other, seeds, seed);
  }

  /// The same with more or fewer trainings of an arm.
  public AdaptationSettings withSeeds(int other) {
    return new AdaptationSettings(training, rates, gates, rank, other, seed);
  }

  /// The same with another seed of everything.
  public AdaptationSettings withSeed(long other) {
    return new AdaptationSettings(training, rates, gates, rank, seeds, other);
  }
}
