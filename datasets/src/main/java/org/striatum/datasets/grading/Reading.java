package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.striatum.probe.model.Sampling;

/// Which part of a completion is graded: what stands before the first stop or end of the turn and behind the thinking.
///
/// @param open the marker with which thinking begins, e.g. `<think>`; empty if the model has none
/// @param close the marker with which it ends
/// @param opened whether the prompt has begun the thinking already
/// @param stops texts at which the completion ends
public record Reading(String open, String close, boolean opened, List<String> stops) {
  /// `<think>…</think>`, no stops.
  public static final Reading USUAL = new Reading("<think>", "</think>", false, List.of());

  public Reading {
    if (open.isEmpty() != close.isEmpty() || (opened && open.isEmpty()) || stops.stream().anyMatch(String::isEmpty)) {
      throw new IllegalArgumentException("thinking needs both markers or none, and a stop is not empty, found '" + open
          + "', '" + close + "', stops " + stops);
    }
    stops = List.copyOf(stops);
  }

  /// The same with stops.
  public Reading withStops(List<String> texts) {
    return new Reading(open, close, opened, texts);
  }

  /// The same for a completion of this prompt: a prompt that ends with the marker has begun the thinking.
  public Reading behind(String prompt) {
    return open.isEmpty() ? this : new Reading(open, close, prompt.stripTrailing().endsWith(open.strip()), stops);
  }

  /// Whether a prompt holds a marker with which thinking begins, and does not end with it, and none with which it ends: whether
  /// its completions begin inside a thought cannot be told.
  public boolean isDoubtful(String prompt) {
    return !open.isEmpty() && prompt.lastIndexOf(open) > prompt.lastIndexOf(close) && !behind(prompt).opened;
  }

  /// A thought that stands apart and its answer, as a model writes both.
  ///
  /// @param closed whether the thought came to its end
  public String joined(String thought, String answer, boolean closed) {
    if (open.isEmpty()) {
      return answer;
    }
    String begun = (opened ? "" : open) + thought;
    return closed ? begun + close + (HarmonyText.isMarkedBy(open) ? HarmonyText.ANSWER : "") + answer : begun;
  }

  /// Up to the first stop or the end of the turn.
  private String ended(String completion) {
    return TurnEnd.cut(Sampling.cut(completion, stops), open, close);
  }

  /// What is graded; empty if the completion was cut off while it was thinking.
  public Optional<String> graded(String completion) {
    if (HarmonyText.isMarkedBy(open)) {
      return HarmonyText.answer(Sampling.cut(completion, stops), opened);
    }
    String text = ended(completion);
    if (open.isEmpty()) {
      return Optional.of(text.substring(TurnEnd.begin(text)));
    }
    int closed = text.lastIndexOf(close);
    int begun = text.lastIndexOf(open);
    if (begun > closed || (opened && closed < 0)) {
      return Optional.empty();
    }
    return Optional.of(text.substring(closed < 0 ? TurnEnd.begin(text) : closed + close.length()));
  }

  /// Where the closing marker ends behind which the answer stands, in characters; empty if no thought closed.
  public OptionalInt thoughtEnd(String completion) {
    if (open.isEmpty() || graded(completion).isEmpty()) {
      return OptionalInt.empty();
    }
    if (HarmonyText.isMarkedBy(open)) {
      return HarmonyText.thoughtEnd(Sampling.cut(completion, stops));
    }
    String text = ended(completion);
    int closed = text.lastIndexOf(close);
    return closed < 0 ? OptionalInt.empty() : OptionalInt.of(closed + close.length());
  }
}
