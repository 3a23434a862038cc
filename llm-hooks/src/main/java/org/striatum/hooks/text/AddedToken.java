package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/// A token that stands beside a tokenizer's vocabulary and is cut out of a text before everything else.
///
/// @param content its text
/// @param singleWord whether it must not touch a letter
/// @param lstrip whether it takes the white space before it
/// @param rstrip whether it takes the white space behind it
/// @param normalized whether it is looked for in normalised text
/// @param special whether decoding leaves it out
record AddedToken(String content, boolean singleWord, boolean lstrip, boolean rstrip, boolean normalized,
    boolean special) {

  static AddedToken special(String content) {
    return new AddedToken(content, false, false, false, false, true);
  }

  static AddedToken plain(String content) {
    return new AddedToken(content, false, false, false, true, false);
  }

  /// A token as `tokenizer_config.json` writes it: its text, or an object.
  ///
  /// @param special what an object that does not say so is
  static Optional<AddedToken> of(JsonNode value, boolean special) {
    if (value.isTextual()) {
      return Optional.of(special ? special(value.textValue()) : plain(value.textValue()));
    }
    if (!value.path("content").isTextual()) {
      return Optional.empty();
    }
    boolean marked = special || value.path("special").asBoolean(false);
    return Optional.of(new AddedToken(value.get("content").textValue(), value.path("single_word").asBoolean(false),
        value.path("lstrip").asBoolean(false), value.path("rstrip").asBoolean(false),
        value.path("normalized").asBoolean(!marked), marked));
  }

  /// As `tokenizer.json` writes it.
  ObjectNode json(int id) {
    return CheckpointJson.empty().put("id", id).put("content", content).put("single_word", singleWord)
        .put("lstrip", lstrip).put("rstrip", rstrip).put("normalized", normalized).put("special", special);
  }
}
