package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.striatum.hooks.checkpoint.CheckpointException;

/// The token ids of a `tokenizer.json`, and its list of added tokens while it grows.
///
/// An added token gets its id as the reference library gives it, whatever the file says: that of the vocabulary if it is
/// there, else the next after the last.
final class Vocabulary {
  private final Map<String, Integer> unigrams = new HashMap<>();
  private final JsonNode pieces;
  private final int size;
  private final SequencedMap<String, Integer> added = new LinkedHashMap<>();
  private final List<String> remarks = new ArrayList<>();
  private final ArrayNode entries;
  private final Map<String, ObjectNode> byContent = new HashMap<>();
  private long largest;
  private int last = -1;
  private boolean changed;

  Vocabulary(ObjectNode root, String source) throws CheckpointException {
    JsonNode vocab = root.path("model").path("vocab");
    this.pieces = vocab;
    this.largest = vocab.isArray() ? vocab.size() - 1L : -1;
    for (int i = 0; vocab.isArray() && i < vocab.size(); i++) {
      unigrams.putIfAbsent(vocab.get(i).path(0).asText(), i);
    }
    if (vocab.isObject()) {
      for (JsonNode id : vocab) {
        if (!id.canConvertToInt() || id.intValue() < 0) {
          throw new CheckpointException(source + ": a token id must be an integer ≥ 0, found " + id);
        }
        largest = Math.max(largest, id.intValue());
      }
    }
    this.size = vocab.size();
    ArrayNode old = root.path("added_tokens") instanceof ArrayNode array ? array : CheckpointJson.empty().arrayNode();
    this.entries = CheckpointJson.empty().arrayNode(); // refilled in order, with the ids that are given
    for (JsonNode entry : old) {
      if (!entry.path("content").isTextual()) {
        throw new CheckpointException(source + ": an added token must have 'content', found " + entry);
      }
      int id = add(entry.get("content").textValue());
      if (entry.path("id").asLong(-1) != id) {
        remarks.add(source + " lists " + entry.get("content") + " as " + entry.path("id") + ", its id is " + id);
      }
      keep(((ObjectNode) entry.deepCopy()).put("id", id));
    }
    if (largest < 0) {
      throw new CheckpointException(source + " holds no vocabulary: download it again");
    }
  }

  private void keep(ObjectNode entry) {
    entries.add(entry);
    byContent.putIfAbsent(entry.get("content").textValue(), entry);
  }

  private int add(String content) {
    Integer known = added.get(content);
    if (known != null) {
      return known;
    }
    int id = piece(content).orElse(last >= size || size == 0 ? last + 1 : size);
    added.put(content, id);
    last = Math.max(last, id);
    largest = Math.max(largest, id);
    return id;
  }

  private Optional<Integer> piece(String content) {
    return pieces.isArray()
        ? Optional.ofNullable(unigrams.get(content))
        : Optional.ofNullable(pieces.get(content)).map(JsonNode::intValue);
  }

  /// Adds a token, or marks the one of this text as special.
  ///
  /// @return its id
  int add(AddedToken token) {
    if (!added.containsKey(token.content())) {
      int id = add(token.content());
      keep(token.json(id));
      changed = true;
      return id;
    }
    ObjectNode entry = byContent.get(token.content());
    if (token.special() && !entry.path("special").asBoolean(false)) {
      entry.put("special", true);
      changed = true;
    }
    return added.get(token.content());
  }

  /// Lets a token that is there be looked for as another file says: `lstrip` and the like.
  void describe(AddedToken token) {
    ObjectNode entry = byContent.get(token.content());
    ObjectNode wanted = token.json(added.get(token.content()));
    for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
      if (!wanted.get(flag).equals(entry.path(flag))) {
        entry.set(flag, wanted.get(flag));
        changed = true;
      }
    }
  }

  /// The id of a token, added or not.
  Optional<Integer> id(String content) {
    return added.containsKey(content) ? Optional.of(added.get(content)) : piece(content);
  }

  /// Added tokens by text.
  SequencedMap<String, Integer> added() {
    return added;
  }

  /// The list for `tokenizer.json`.
  ArrayNode entries() {
    return entries;
  }

  /// Whether the list differs from the file's.
  boolean changed() {
    return changed;
  }

  /// One more than the largest id.
  int ids() {
    return Math.toIntExact(largest + 1);
  }

  List<String> remarks() {
    return remarks;
  }
}
