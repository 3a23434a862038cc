package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.striatum.probe.run.Printed;

/// What was planted to learn what a test would have found, and what its strength is measured in.
public enum Planted implements Printed {
  /// A code of success in hidden states.
  CODES("codes", "codes of AUROC %s", Unit.AUROC),
  /// Coordinates that carry surprise.
  NEURONS("neurons", "neurons of r = %s", Unit.CORRELATION),
  /// A drop of accuracy.
  DROPS("drops of accuracy", "drops of %s", Unit.POINTS),
  /// A drop of log-probability.
  LOG_PROBABILITY_DROPS("drops of log-probability", "drops of %s", Unit.NATS),
  /// A loss of a share of a response.
  LOSSES("losses of a response", "losses of %s of the response", Unit.SHARE),
  /// Two codes that share a part.
  SHARED_CODES("shared codes", "codes that share %s", Unit.SHARE);

  private final String printed;
  private final String phrase;
  private final Unit unit;

  Planted(String printed, String phrase, Unit unit) {
    this.printed = printed;
    this.phrase = phrase;
    this.unit = unit;
  }

  /// What of which strength: `codes of AUROC 0.7`, `drops of 10 points`.
  public String of(double strength) {
    return phrase.formatted(unit.size(strength));
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
