package org.striatum.studies.answer;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.stats.Verdict;

/// The questions of a study about a checkpoint, in the order in which they are reported.
public enum Question {
  /// Can the outcome be predicted at all?
  READABLE("Does the state at the end of the prompt predict success?", "predictable",
      "the state at the end of the prompt predicts success",
      "the state at the end of the prompt does not predict success"),
  /// Few coordinates, or many?
  SPARSE("Is the value code sparse?", "sparse",
      "the value code is sparse",
      "the value code is not sparse"),
  /// Are single coordinates its unit?
  BASIS_ALIGNED("Is it aligned with single coordinates?", "aligned with coordinates",
      "the value code is aligned with single coordinates",
      "the value code is not aligned with single coordinates"),
  /// Or does it only count tokens?
  MORE_THAN_LENGTH("Is it more than prompt length?", "more than length",
      "the value code is more than prompt length",
      "the value code is not more than prompt length"),
  /// Does the model use it?
  USED("Does zeroing value neurons hurt more than zeroing RMS-matched ones?", "used",
      "zeroing value neurons hurts more than zeroing RMS-matched ones",
      "zeroing value neurons does not hurt more than zeroing RMS-matched ones"),
  /// Is there surprise?
  DOPAMINE("Do any coordinates pass the signature test of dopamine neurons?", "dopamine neurons",
      "some coordinates pass the signature test of dopamine neurons",
      "no coordinate passes the signature test of dopamine neurons"),
  /// Does surprise come from value?
  RESPONSE("Do dopamine neurons lose their response to surprises without the value neurons below?", "surprise from value",
      "dopamine neurons lose their response to surprises without the value neurons below",
      "dopamine neurons keep their response to surprises without the value neurons below"),
  /// The same neurons on other tasks?
  TASKS("Do the sets transfer between tasks?", "shared by tasks",
      "the sets transfer between tasks",
      "the sets do not transfer between tasks"),
  /// The same neurons in other checkpoints?
  CHECKPOINTS("Do they transfer to other checkpoints of the same base?", "shared by checkpoints",
      "the sets transfer to other checkpoints of the same base",
      "the sets do not transfer to other checkpoints of the same base"),
  /// Is it useful?
  SEARCH("Does search by it beat random choice at equal budget?", "useful in search",
      "search by value beats random choice at equal budget",
      "search by value does not beat random choice at equal budget"),
  /// Is it where a model should be adapted?
  ADAPTATION("Is gating the reward neurons a better place to adapt than gating equally many others?", "place to adapt",
      "gating reward neurons is a better place to adapt than gating equally many others",
      "gating reward neurons is no better place to adapt than gating equally many others");

  private final String text;
  private final String label;
  private final String claim;
  private final String denial;

  Question(String text, String label, String claim, String denial) {
    this.text = text;
    this.label = label;
    this.claim = claim;
    this.denial = denial;
  }

  /// The question as shown to a reader.
  public String text() {
    return text;
  }

  /// The question in a word or three, as the head of a row.
  public String label() {
    return label;
  }

  /// The answer as a clause that begins with a small letter.
  public String clause(Verdict verdict) {
    return switch (verdict) {
      case YES -> claim;
      case NO -> denial;
      case UNDECIDED -> "it is undecided whether " + claim;
      case NOT_TESTED -> "it was not tested whether " + claim;
    };
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
            "a question must be one of " + Arrays.toString(values()) + ", found '" + name + "'"
                + NearestNames.meant(name, Arrays.stream(values()).map(Question::toString).toList())));
  }

  @JsonValue
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
