package org.striatum.peft.llm;

/// How long and on how much an adaptation is trained: the same for every arm.
///
/// @param steps of the optimiser, ≥ 1
/// @param batch training problems per step, ≥ 1
/// @param opennessPenalty λ ≥ 0, the cost of a fully open gate: λ · mean(g)
/// @param checks how often validation problems are scored, besides at the start, ≥ 1; the best state is kept
public record AdaptationTraining(int steps, int batch, double opennessPenalty, int checks) {
  public AdaptationTraining {
    if (steps < 1 || batch < 1 || checks < 1) {
      throw new IllegalArgumentException("training needs ≥ 1 step, problem per step and check, found " + steps + ", "
          + batch + " and " + checks);
    }
    if (!(opennessPenalty >= 0) || Double.isInfinite(opennessPenalty)) {
      throw new IllegalArgumentException("the openness penalty λ must be ≥ 0 and finite, found " + opennessPenalty);
    }
  }

  /// Forty steps of sixteen problems, no penalty, four checks.
  public static AdaptationTraining defaults() {
    return new AdaptationTraining(40, 16, 0, 4);
  }

  /// The same over more or fewer steps.
  public AdaptationTraining withSteps(int other) {
    return new AdaptationTraining(other, batch, opennessPenalty, checks);
  }

  /// The same with more or fewer problems per step.
  public AdaptationTraining withBatch(int other) {
    return new AdaptationTraining(steps, other, opennessPenalty, checks);
  }

  /// The same with another λ.
  public AdaptationTraining withOpennessPenalty(double other) {
    return new AdaptationTraining(steps, batch, other, checks);
  }

  /// The same with more or fewer checks.
  public AdaptationTraining withChecks(int other) {
    return new AdaptationTraining(steps, batch, opennessPenalty, other);
  }

  /// Whether validation problems are scored after a step, counted from 1: evenly, and after the last.
  boolean checksAfter(int step) {
    return step == steps || (long) step * checks / steps > (long) (step - 1) * checks / steps;
  }
}
