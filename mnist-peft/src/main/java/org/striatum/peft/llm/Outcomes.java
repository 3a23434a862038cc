package org.striatum.peft.llm;

/// What one model gave on the test problems of one task.
///
/// @param correct whether each greedy completion answers its problem, 0 or 1: (problems)
/// @param logProbability of each reference solution, mean a token, in nats: (problems)
public record Outcomes(String task, double[] correct, double[] logProbability) {
  public Outcomes {
    if (correct.length == 0 || correct.length != logProbability.length) {
      throw new IllegalArgumentException("outcomes need as many answers as solutions, found " + correct.length + " and "
          + logProbability.length);
    }
    correct = correct.clone();
    logProbability = logProbability.clone();
  }
}
