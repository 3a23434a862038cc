package org.striatum.hooks.chat;

import java.util.List;
import java.util.Optional;

/// What stands before and behind a model's thinking.
public record ThinkingMarkers(String open, String close) {
  /// Pairs in use; the longer of two that share an end come first.
  private static final List<ThinkingMarkers> KNOWN = List.of(new ThinkingMarkers("<think>", "</think>"),
      new ThinkingMarkers("<thinking>", "</thinking>"), new ThinkingMarkers("<thought>", "</thought>"),
      new ThinkingMarkers("<reasoning>", "</reasoning>"), new ThinkingMarkers("[THINK]", "[/THINK]"),
      new ThinkingMarkers("<|START_THINKING|>", "<|END_THINKING|>"),
      new ThinkingMarkers("<seed:think>", "</seed:think>"), new ThinkingMarkers("◁think▷", "◁/think▷"),
      new ThinkingMarkers("<|begin_of_thought|>", "<|end_of_thought|>"),
      new ThinkingMarkers("<|channel|>analysis<|message|>", "<|end|>"),
      new ThinkingMarkers("<|channel>thought", "<channel|>"));

  public ThinkingMarkers {
    if (open.isBlank() || close.isBlank() || open.equals(close)) {
      throw new IllegalArgumentException(
          "two different markers are needed, found '" + open + "' and '" + close + "'");
    }
  }

  /// The markers that a template mentions; the first known pair whose end it mentions, else whose beginning: a template may
  /// only open the thought.
  static Optional<ThinkingMarkers> in(String template) {
    return KNOWN.stream()
        .filter(markers -> template.contains(markers.close)
            && (template.contains(markers.open) || !markers.close.equals("<|end|>")))
        .findFirst().or(() -> KNOWN.stream().filter(markers -> template.contains(markers.open)).findFirst());
  }

  @Override
  public String toString() {
    return open + " … " + close;
  }
}
