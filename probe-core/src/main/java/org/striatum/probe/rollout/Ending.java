package org.striatum.probe.rollout;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.striatum.probe.run.Printed;

/// How a completion ended. Rewards of completions that were cut off say little about the model: truncation is a nuisance, as
/// length is.
public enum Ending implements Printed {
  /// By an end-of-sequence token, the end of a turn or a stop string.
  ENDED("ended"),
  /// At the token limit.
  CUT_OFF("cut-off"),
  /// Inside a thought, at the token limit or where whoever wrote the completion did not say: it has no answer.
  CUT_IN_THOUGHT("cut-in-thought"),
  /// Whoever wrote the completion did not say.
  UNKNOWN("unknown");

  private final String printed;

  Ending(String printed) {
    this.printed = printed;
  }

  /// The ending of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none, listing the names
  @JsonCreator
  public static Ending named(String name) {
    return Printed.named(Ending.class, "an ending", name);
  }

  @Override
  public String printed() {
    return printed;
  }

  /// Whether the token limit was reached.
  public boolean isCutOff() {
    return this == CUT_OFF || this == CUT_IN_THOUGHT;
  }
}
