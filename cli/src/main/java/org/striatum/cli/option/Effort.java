package org.striatum.cli.option;

import java.util.Locale;

/// How thorough a study is: what its steps are told, in the options of their own commands.
public enum Effort {
  /// Minutes for a small model: enough to see what there is to see.
  QUICK(400, 1,
      "--validation 0.2 --epochs 6 --permutations 29 --random-sets 10 --rotations 19 --control-sets 19 --nested-permutations 5"
          + " --resampled-sets 5 --probe-seeds 0",
      "-k 8 --rollouts 300 --retrainings 5", "--kind zero --controls 59 --attempts 100 --solutions 32 --logprob-controls 39 --doses 1,5,20 --alpha=-2,2",
      "-k 4 --problems 40"),
  /// What the commands do when they are told nothing else.
  STANDARD(600, 2, "--validation 0.2", "--rollouts 800", "", "");

  private final int problems;
  private final int samples;
  private final String probe;
  private final String dopamine;
  private final String ablate;
  private final String search;

  Effort(int problems, int samples, String probe, String dopamine, String ablate, String search) {
    this.problems = problems;
    this.samples = samples;
    this.probe = probe;
    this.dopamine = dopamine;
    this.ablate = ablate;
    this.search = search;
  }

  /// Problems of each task.
  public int problems() {
    return problems;
  }

  /// Rollouts of each problem.
  public int samples() {
    return samples;
  }

  /// Options of `striatum probe`; the others likewise.
  public String probe() {
    return probe;
  }

  public String dopamine() {
    return dopamine;
  }

  public String ablate() {
    return ablate;
  }

  public String search() {
    return search;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
