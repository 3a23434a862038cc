package org.striatum.peft.llm;

/// How long and on how much an adaptation is trained: the same for every arm.
///
/// @param steps of the optimiser, ≥ 1
/// @param batch training problems a step, ≥ 1
/// @param opennessPenalty λ ≥ 0, what gates cost that stand wholly open: λ · mean(g)
/// @param checks validation problems are scored this often beside the beginning, ≥ 1; the best state is kept
public record AdaptationTraining(int steps, int batch, double opennessPenalty, int checks) {
  public AdaptationTraining {
    if (steps < 1 || batch < 1 || checks < 1) {
      throw new IllegalArgumentException("training needs ≥ 1 step, problem a step and check, found " + steps + ", "
          + batch + " and " + checks);
    }
    if (!(opennessPenalty >= 0) || Double.isInfinite(opennessPenalty)) {
      throw new IllegalArgumentException("the openness penalty λ must be ≥ 0 and finite, found " + opennessPenalty);
    }
  }

  /// Whether validation problems are scored behind a step, counted from 1: evenly, and behind the last.
  boolean checksAfter(int step) {
    return step == steps || (long) step * checks / steps > (long) (step - 1) * checks / steps;
  }
}
