package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;

/// The questions of a study about a checkpoint, in the order in which they are reported.
public enum Question {
  /// Can the outcome be predicted at all?
  READABLE("Does the state at the end of the prompt predict success?"),
  /// Few coordinates, or many?
  SPARSE("Is the value code sparse?"),
  /// Are single coordinates its unit?
  BASIS_ALIGNED("Is it aligned with single coordinates?"),
  /// Or does it only count tokens?
  MORE_THAN_LENGTH("Is it more than prompt length?"),
  /// Does the model use it?
  USED("Does zeroing value neurons hurt more than zeroing RMS-matched ones?"),
  /// Is there surprise?
  DOPAMINE("Do any coordinates pass the signature test of dopamine neurons?"),
  /// The same neurons on other tasks?
  TASKS("Do the sets transfer between tasks?"),
  /// The same neurons in other checkpoints?
  CHECKPOINTS("Do they transfer to other checkpoints of the same base?"),
  /// Is it useful?
  SEARCH("Does search by it beat random choice at equal budget?"),
  /// Is it where a model should be adapted?
  ADAPTATION("Is gating the reward neurons a better place to adapt than gating equally many others?");

  private final String text;

  Question(String text) {
    this.text = text;
  }

  /// The question as shown to a reader.
  public String text() {
    return text;
  }

  /// Whether it is answered from rewards of the run's rollouts; adaptation trains on reference solutions.
  public boolean standsOnRollouts() {
    return this != ADAPTATION;
  }

  /// Reads the printed form.
  ///
  /// @throws IllegalArgumentException if there is none of this name
  @JsonCreator
  public static Question named(String name) {
    return Arrays.stream(values()).filter(question -> question.toString().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException(
            "a question must be one of " + Arrays.toString(values()) + ", found '" + name + "'"));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
