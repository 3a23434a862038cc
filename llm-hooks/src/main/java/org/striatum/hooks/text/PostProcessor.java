package org.striatum.hooks.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.striatum.hooks.text.SpecialTokenPolicy.SpecialToken;

/// The post-processor of a `tokenizer.json`: which special tokens stand around a single text.
///
/// @param before token in front of a text
/// @param after tokens behind it
record PostProcessor(List<SpecialToken> before, List<SpecialToken> after) {
  PostProcessor {
    before = List.copyOf(before);
    after = List.copyOf(after);
  }

  /// Reads it, whatever its type; types that add nothing give none.
  static PostProcessor of(JsonNode json) {
    List<SpecialToken> before = new ArrayList<>();
    List<SpecialToken> after = new ArrayList<>();
    read(json, before, after);
    return new PostProcessor(before, after);
  }

  private static void read(JsonNode json, List<SpecialToken> before, List<SpecialToken> after) {
    switch (json.path("type").asText("")) {
      case "Sequence" -> json.path("processors").forEach(part -> read(part, before, after));
      case "BertProcessing", "RobertaProcessing" -> {
        before.add(pair(json.path("cls")));
        after.add(pair(json.path("sep")));
      }
      case "TemplateProcessing" -> {
        List<SpecialToken> side = before;
        for (JsonNode part : json.path("single")) {
          if (part.has("Sequence")) {
            side = after;
          } else {
            template(json, part.path("SpecialToken").path("id").asText(), side);
          }
        }
      }
      default -> {
        // ByteLevel and those to come add no token.
      }
    }
  }

  private static void template(JsonNode json, String name, List<SpecialToken> side) {
    JsonNode token = json.path("special_tokens").path(name);
    for (int i = 0; i < token.path("ids").size(); i++) {
      side.add(new SpecialToken(token.path("ids").get(i).asInt(), token.path("tokens").path(i).asText(name)));
    }
  }

  private static SpecialToken pair(JsonNode pair) {
    return new SpecialToken(pair.path(1).asInt(), pair.path(0).asText());
  }

  /// As `tokenizer.json` writes it.
  ObjectNode json() {
    ObjectNode json = CheckpointJson.empty().put("type", "TemplateProcessing");
    ArrayNode single = json.putArray("single");
    before.forEach(token -> special(single, token));
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    after.forEach(token -> special(single, token));
    ArrayNode pair = json.putArray("pair");
    pair.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    pair.addObject().putObject("Sequence").put("id", "B").put("type_id", 1);
    ObjectNode tokens = json.putObject("special_tokens");
    for (List<SpecialToken> side : List.of(before, after)) {
      for (SpecialToken token : side) {
        ObjectNode entry = tokens.putObject(token.content()).put("id", token.content());
        entry.putArray("ids").add(token.id());
        entry.putArray("tokens").add(token.content());
      }
    }
    return json;
  }

  private static void special(ArrayNode list, SpecialToken token) {
    list.addObject().putObject("SpecialToken").put("id", token.content()).put("type_id", 0);
  }
}
