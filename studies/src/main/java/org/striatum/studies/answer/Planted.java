package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.striatum.probe.run.Printed;

/// What was planted to learn what a test would have found, and what its strength is measured in.
public enum Planted implements Printed {
  /// A code of success in hidden states.
  CODES("codes", "codes of AUROC %s", Unit.AUROC, "test problems"),
  /// Coordinates that carry surprise.
  NEURONS("neurons", "neurons of r = %s", Unit.CORRELATION, "continued problems"),
  /// A drop of accuracy.
  DROPS("drops of accuracy", "drops of %s", Unit.POINTS, "test problems"),
  /// A drop of log-probability.
  LOG_PROBABILITY_DROPS("drops of log-probability", "drops of %s", Unit.NATS, "test problems"),
  /// A loss of a share of a response.
  LOSSES("losses of a response", "losses of %s of the response", Unit.SHARE, "test problems with a surprise"),
  /// Two codes that share a part.
  SHARED_CODES("shared codes", "codes that share %s", Unit.SHARE, "pairs of places");

  private final String printed;
  private final String phrase;
  private final Unit unit;
  private final String counted;

  Planted(String printed, String phrase, Unit unit, String counted) {
    this.printed = printed;
    this.phrase = phrase;
    this.unit = unit;
    this.counted = counted;
  }

  /// What of which strength: `codes of AUROC 0.7`, `drops of 10 points`.
  public String of(double strength) {
    return phrase.formatted(unit.size(strength));
  }

  /// What more of would find it, in the plural: of a task's problems only some are test problems.
  public String counted() {
    return counted;
  }

  /// One of the printed name.
  @JsonCreator
  public static Planted named(String name) {
    return Printed.named(Planted.class, "what is planted", name);
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
