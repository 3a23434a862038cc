package org.striatum.studies.rollouts;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.datasets.prompt.PromptFormat.Thinking;
import org.striatum.probe.model.Sampling;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;

/// How problems are asked.
///
/// @param style as text, or as a chat
/// @param chat what a chat template is told; only with [Style#CHAT]
/// @param shots worked examples before each question
/// @param stops texts that end a completion, instead of those of the problems' layout; null for the layout's, which are left
///     out in chats
/// @param thinking markers around thoughts; null for those of the checkpoint's chat template, else `<think>` and `</think>`
public record PromptSettings(Style style, ChatSettings chat, ShotSettings shots, List<String> stops,
    Thinking thinking) {
  /// Text or chat.
  public enum Style implements Printed {
    /// Text, and a note where the checkpoint has a chat template.
    UNSAID("unsaid"),
    /// Text.
    RAW("raw"),
    /// Messages, written by a chat template.
    CHAT("chat");

    private final String printed;

    Style(String printed) {
      this.printed = printed;
    }

    @Override
    public String printed() {
      return printed;
    }
  }

  /// What a chat template is told.
  ///
  /// @param system the first message; null for none
  /// @param template text of a template instead of the checkpoint's own, or the name of one that the checkpoint has; null for
  ///     its default
  /// @param arguments further values, as JSON
  public record ChatSettings(String system, String template, SortedMap<String, String> arguments) {
    public static final ChatSettings DEFAULTS = new ChatSettings(null, null, new TreeMap<>());

    public ChatSettings {
      arguments = Collections.unmodifiableSortedMap(new TreeMap<>(arguments));
    }
  }

  /// Worked examples.
  ///
  /// @param count before each question
  /// @param seed that chooses them; null for the first ones
  public record ShotSettings(int count, Long seed) {
    private static final int MOST = 1000;

    public ShotSettings {
      if (count < 0 || count > MOST) {
        throw new UsageException("the number of shots must be in [0, " + MOST + "], found " + count);
      }
    }
  }

  public PromptSettings {
    stops = stops == null ? null : List.copyOf(stops);
    if (stops != null) {
      try {
        Sampling.greedy(1).withStops(stops);
      } catch (IllegalArgumentException refused) {
        throw new UsageException(refused.getMessage(), refused);
      }
    }
    if (style != Style.CHAT && !chat.equals(ChatSettings.DEFAULTS)) {
      throw new UsageException("a system message, a template and its arguments belong to a chat, and none was asked for");
    }
  }

  /// The question alone, as text.
  public static PromptSettings defaults() {
    return new PromptSettings(Style.UNSAID, ChatSettings.DEFAULTS, new ShotSettings(0, null), null, null);
  }

  public PromptSettings withStyle(Style other) {
    return new PromptSettings(other, chat, shots, stops, thinking);
  }

  public PromptSettings withChat(ChatSettings other) {
    return new PromptSettings(Style.CHAT, other, shots, stops, thinking);
  }

  public PromptSettings withShots(ShotSettings other) {
    return new PromptSettings(style, chat, other, stops, thinking);
  }

  public PromptSettings withStops(List<String> others) {
    return new PromptSettings(style, chat, shots, others, thinking);
  }

  public PromptSettings withThinking(Thinking other) {
    return new PromptSettings(style, chat, shots, stops, other);
  }
}
