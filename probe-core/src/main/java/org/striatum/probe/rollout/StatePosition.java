package org.striatum.probe.rollout;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.OptionalInt;
import org.striatum.probe.run.Printed;

/// The position of a rollout at which value is read first: the state s₀ of its trajectory.
public enum StatePosition implements Printed {
  /// The last token of the prompt.
  PROMPT_END("prompt-end", "prompt length"),
  /// The token in which the closing marker of the thought ends. Rollouts without one have no such position.
  THINK_END("think-end", "length of prompt and thought");

  private final String printed;
  private final String length;

  StatePosition(String printed, String length) {
    this.printed = printed;
    this.length = length;
  }

  /// The position of a printed name.
  ///
  /// @throws IllegalArgumentException if there is none, listing the names
  @JsonCreator
  public static StatePosition named(String name) {
    return Printed.named(StatePosition.class, "a position", name);
  }

  @Override
  public String printed() {
    return printed;
  }

  /// What the number of tokens up to here is called.
  public String lengthPrinted() {
    return length;
  }

  /// Index of the token in a rollout's tokens; empty where it has no such position.
  public OptionalInt in(Rollout rollout) {
    return switch (this) {
      case PROMPT_END -> OptionalInt.of(rollout.promptLength() - 1);
      case THINK_END -> rollout.thinkEnd() == null ? OptionalInt.empty() : OptionalInt.of(rollout.thinkEnd());
    };
  }
}
