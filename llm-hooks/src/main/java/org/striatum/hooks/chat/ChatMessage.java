package org.striatum.hooks.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;

/// One message of a chat, as a template sees it.
///
/// @param fields `role`, `content` and whatever else a template reads (`reasoning_content`, `tool_calls`…): null, booleans,
///     numbers, strings, lists and maps with string keys
public record ChatMessage(SequencedMap<String, Object> fields) {
  public ChatMessage {
    fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    if (!(fields.get("role") instanceof String role) || role.isEmpty()) {
      throw new IllegalArgumentException("a message must have a role, found " + fields.get("role"));
    }
  }

  /// A message of text.
  public ChatMessage(String role, String content) {
    this(ofText(role, content));
  }

  private static SequencedMap<String, Object> ofText(String role, String content) {
    SequencedMap<String, Object> fields = new LinkedHashMap<>();
    fields.put("role", role);
    fields.put("content", content);
    return fields;
  }

  /// What the model is told before everything else.
  public static ChatMessage system(String content) {
    return new ChatMessage("system", content);
  }

  /// What is asked.
  public static ChatMessage user(String content) {
    return new ChatMessage("user", content);
  }

  /// What the model says.
  public static ChatMessage assistant(String content) {
    return new ChatMessage("assistant", content);
  }

  /// The same with one more field.
  public ChatMessage with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(fields);
    more.put(name, value);
    return new ChatMessage(new LinkedHashMap<>(more));
  }
}
