package org.striatum.cli;

import java.util.random.RandomGenerator;
import org.striatum.datasets.ProblemSet;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

/// Prompts that a [PlantedCheckpoint] reads: letters, each with a difficulty of its own, and a question mark. The right
/// completion is `y`, and nothing behind it.
record PlantedProblems() implements ProblemSet {
  static final int LETTERS = 10;
  static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef";
  private static final String RIGHT = "y";

  @Override
  public String name() {
    return "planted";
  }

  @Override
  public Problem problem(RandomGenerator random) {
    StringBuilder prompt = new StringBuilder();
    for (int i = 0; i < LETTERS; i++) {
      prompt.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return new Problem(prompt.toString(), name(), prompt + "?", RIGHT, RIGHT);
  }

  @Override
  public Grader grader() {
    return (problem, completion) -> completion.equals(problem.answer()) ? 1 : 0;
  }
}
