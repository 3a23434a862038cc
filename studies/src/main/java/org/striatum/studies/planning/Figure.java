package org.striatum.studies.planning;

import java.util.OptionalDouble;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;

/// A figure of a data set that power or cost depends on.
public enum Figure implements Printed {
  ACCURACY("accuracy", "share of rollouts that succeed", 0, 1), ICC("icc",
      "correlation of the outcomes of two rollouts of one problem", 0, 1,
      0.3), LENGTH("length", "AUROC of the prompt's length", 0.5, 1, 0.5), WIDTH("width", "coordinates at a hook point",
          2, 1_000_000), PROMPT("prompt", "tokens of a prompt", 1, 1_000_000), TOKENS("tokens",
              "tokens of a completion", 1, 1_000_000), STEPS("steps", "steps of a completion", 1, 10_000,
                  4), RELIABILITY("reliability", "reliability of δ̂ at the planned continuations", 0, 1), CHURN("churn",
                      "share of answers that any ablation changes at random", 0, 1,
                      0.1), GENERIC("generic", "drop of accuracy by a matched set", 0, 1, 0), RATE("rate",
                          "generated tokens a second", 0, 1e9), ROWS("rows", "recorded tokens a second", 0,
                              1e9), ROW_BYTES("row-bytes", "bytes of a recorded token, all hook points", 0, 1e12);

  private final String printed;
  private final String words;
  private final double least;
  private final double most;
  private final double usual;

  Figure(String printed, String words, double least, double most) {
    this(printed, words, least, most, Double.NaN);
  }

  Figure(String printed, String words, double least, double most, double usual) {
    this.printed = printed;
    this.words = words;
    this.least = least;
    this.most = most;
    this.usual = usual;
  }

  /// What it is.
  public String words() {
    return words;
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
