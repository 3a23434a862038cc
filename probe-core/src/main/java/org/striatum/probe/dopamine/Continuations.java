package org.striatum.probe.dopamine;

/// How often the model succeeded when it went on from one state: independent rollouts, dealt into two halves so that
/// their agreement can be measured.
///
/// @param firstSuccesses of the first half
/// @param firstDraws rollouts in the first half
/// @param secondSuccesses of the second half
/// @param secondDraws rollouts in the second half
public record Continuations(int firstSuccesses, int firstDraws, int secondSuccesses, int secondDraws) {
  public Continuations {
    if (firstSuccesses < 0 || firstSuccesses > firstDraws || secondSuccesses < 0 || secondSuccesses > secondDraws) {
      throw new IllegalArgumentException(
          "successes must be in [0, draws], found " + firstSuccesses + " of " + firstDraws
              + " and " + secondSuccesses + " of " + secondDraws);
    }
  }

  /// Deals rollouts in turn: the first, third, … to the first half.
  public static Continuations of(boolean... successes) {
    int[] right = new int[2];
    for (int k = 0; k < successes.length; k++) {
      right[k % 2] += successes[k] ? 1 : 0;
    }
    return new Continuations(right[0], (successes.length + 1) / 2, right[1], successes.length / 2);
  }

  public int successes() {
    return firstSuccesses + secondSuccesses;
  }

  public int draws() {
    return firstDraws + secondDraws;
  }

  /// V̂ = successes / draws; NaN without a draw.
  public double value() {
    return (double) successes() / draws();
  }

  /// V̂ of one half alone; NaN without a draw.
  double half(int half) {
    return half == 0 ? (double) firstSuccesses / firstDraws : (double) secondSuccesses / secondDraws;
  }
}
