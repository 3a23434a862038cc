package org.striatum.probe.intervention;

import org.striatum.probe.model.TokenSequence;

/// A right and a wrong run of one prompt, both cut behind the first token in which they differ: all states before it are the
/// same in both.
///
/// @param right the run up to there as prompt, what follows in it behind; wrong, likewise
public record RunPair(String problem, TokenSequence right, TokenSequence wrong) {
  public RunPair {
    if (right.promptLength() != wrong.promptLength()) {
      throw new IllegalArgumentException("two runs of a pair are cut at one place, found "
          + right.promptLength() + " and " + wrong.promptLength());
    }
  }

  /// The position at which the runs differ first.
  int cut() {
    return right.promptLength() - 1;
  }

  /// What follows in a run, behind the beginning of the same or the other.
  static TokenSequence joined(TokenSequence beginning, TokenSequence rest) {
    return beginning.prompt().followedBy(rest.continuation());
  }
}
