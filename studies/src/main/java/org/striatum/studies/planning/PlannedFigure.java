package org.striatum.studies.planning;

import java.util.OptionalDouble;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;

/// A figure of a data set that power or cost depends on.
public enum PlannedFigure implements Printed {
  /// In (0, 1): where all rollouts succeed or all fail there is nothing to tell apart.
  ACCURACY("accuracy", "share of rollouts that succeed", 0, 1),
  /// 0 where all problems are equally hard.
  ICC("icc", "correlation of the outcomes of two rollouts of one problem", 0, 1, 0.3),
  /// On either side of one half.
  LENGTH("length", "AUROC of the prompt's length", 0.5, 1, 0.5),
  /// Of the residual stream.
  WIDTH("width", "coordinates at a hook point", 2, 1_000_000),
  /// That are captured.
  HOOKS("hooks", "hook points", 1, 100_000),
  /// For the cost.
  PROMPT("prompt", "tokens of a prompt", 1, 1_000_000),
  /// For the cost.
  TOKENS("tokens", "tokens of a completion", 1, 1_000_000),
  /// As the dopamine study cuts them.
  STEPS("steps", "steps of a completion", 1, 10_000, 4),
  /// Of both halves together.
  RELIABILITY("reliability", "reliability of δ̂ at the planned continuations", 0, 1),
  /// A pilot does not ablate.
  CHURN("churn", "share of answers that any ablation changes at random", 0, 1, 0.1),
  /// Likewise.
  GENERIC("generic", "drop of accuracy by a matched set", 0, 1, 0),
  /// For the time.
  RATE("rate", "generated tokens a second", 0, 1e9),
  /// For the time.
  ROWS("rows", "recorded tokens a second", 0, 1e9),
  /// For the disk.
  ROW_BYTES("row-bytes", "bytes of a recorded token, all hook points", 0, 1e12);

  private final String printed;
  private final String words;
  private final double least;
  private final double most;
  private final double usual;

  PlannedFigure(String printed, String words, double least, double most) {
    this(printed, words, least, most, Double.NaN);
  }

  PlannedFigure(String printed, String words, double least, double most, double usual) {
    this.printed = printed;
    this.words = words;
    this.least = least;
    this.most = most;
    this.usual = usual;
  }

  /// Its value where nobody knows it; empty where none can be guessed.
  OptionalDouble usual() {
    return Double.isNaN(usual) ? OptionalDouble.empty() : OptionalDouble.of(usual);
  }

  /// A value that is assumed.
  ///
  /// @throws UsageException outside the range
  public double checked(double value) {
    if (!(value >= least && value <= most)) {
      throw new UsageException(
          "the figure '%s' (%s) must be in [%s, %s], found %s".formatted(printed, words, least, most, value));
    }
    return value;
  }

  @Override
  public String printed() {
    return printed;
  }

  @Override
  public String toString() {
    return printed;
  }
}
