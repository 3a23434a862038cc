package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whether a `tokenizer.json` puts a space before a text: the pre-tokenizers `ByteLevel` and `Metaspace` and the normaliser
/// `Prepend` do.
final class PrefixSpace {
  private static final String FLAG = "add_prefix_space";
  private static final String SCHEME = "prepend_scheme";
  private static final String NORMALIZER = "normalizer";

  private PrefixSpace() {}

  /// What the file does; empty if nothing in it can put a space there.
  static Optional<Boolean> of(JsonNode root) {
    List<JsonNode> parts = parts(root);
    return parts.isEmpty() ? Optional.empty() : Optional.of(parts.stream().anyMatch(PrefixSpace::puts));
  }

  /// Lets the file put a space there or not, as the reference implementation does where `tokenizer_config.json` says so.
  ///
  /// @return whether the file can
  static boolean set(ObjectNode root, boolean space) {
    List<JsonNode> parts = parts(root);
    boolean prepends = parts.stream().anyMatch(part -> type(part).equals("Prepend"));
    if (parts.isEmpty()) {
      return false;
    }
    for (JsonNode part : parts) {
      switch (type(part)) {
        case "ByteLevel" -> ((ObjectNode) part).put(FLAG, space);
        case "Metaspace" -> metaspace((ObjectNode) part, space);
        default -> {
        }
      }
    }
    if (prepends && !space) {
      root.set(NORMALIZER, withoutPrepend(root.path(NORMALIZER)));
    }
    if (!space && root.path("decoder") instanceof ObjectNode decoder) {
      keepBeginning(decoder);
    }
    return true;
  }

  private static boolean puts(JsonNode part) {
    return switch (type(part)) {
      case "ByteLevel" -> part.path(FLAG).asBoolean(false);
      case "Metaspace" -> part.has(SCHEME) ? !part.get(SCHEME).asText().equals("never") : part.path(FLAG).asBoolean(true);
      default -> true;
    };
  }

  private static String type(JsonNode part) {
    return part.path("type").asText("");
  }

  private static void metaspace(ObjectNode part, boolean space) {
    part.remove(FLAG);
    if (!space || part.path(SCHEME).asText("never").equals("never")) {
      part.put(SCHEME, space ? "always" : "never");
    }
  }

  private static List<JsonNode> parts(JsonNode root) {
    List<JsonNode> found = new ArrayList<>();
    collect(root.path("pre_tokenizer"), found);
    collect(root.path(NORMALIZER), found);
    return found;
  }

  private static void collect(JsonNode part, List<JsonNode> found) {
    switch (type(part)) {
      case "ByteLevel", "Metaspace", "Prepend" -> found.add(part);
      case "Sequence" -> {
        part.path("pretokenizers").forEach(member -> collect(member, found));
        part.path("normalizers").forEach(member -> collect(member, found));
      }
      default -> {
      }
    }
  }

  private static JsonNode withoutPrepend(JsonNode normalizer) {
    if (normalizer.path("normalizers") instanceof ArrayNode members) {
      for (int i = members.size() - 1; i >= 0; i--) {
        if (type(members.get(i)).equals("Prepend")) {
          members.remove(i);
        }
      }
      return normalizer;
    }
    return CheckpointJson.empty().nullNode();
  }

  /// No space was put before a text, and none is taken off.
  private static void keepBeginning(ObjectNode decoder) {
    if (type(decoder).equals("Metaspace")) {
      metaspace(decoder, false);
    }
    if (decoder.path("decoders") instanceof ArrayNode members) {
      for (int i = members.size() - 1; i >= 0; i--) {
        JsonNode member = members.get(i);
        if (type(member).equals("Strip") && member.path("start").asInt(0) > 0) {
          members.remove(i);
        } else if (member instanceof ObjectNode object) {
          keepBeginning(object);
        }
      }
    }
  }
}
