package org.striatum.reports.page;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Locale;
import java.util.Set;

/// Untrusted text made visible: invisible characters that would affect a page (control characters, bidirectional
/// overrides, halves of surrogate pairs) become visible symbols. Markup is escaped by the templates, not here.
public final class VisibleText {
  /// Values that a record computes from its components are written with them and ignored on reading.
  private static final JsonMapper RECORDS = JsonMapper.builder()
      .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final int CONTROL_PICTURES = 0x2400;
  private static final int NAME = 300;
  /// Figures of an answer, written by this program around such names.
  private static final Set<String> SENTENCES = Set.of("because", "remark");
  private static final int SENTENCE = 2000;

  private VisibleText() {}

  /// The text with line breaks and tabs unchanged and every other invisible control character made visible.
  public static String of(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints().forEach(c -> append(shown, c));
    return shown.toString();
  }

  /// One token: as [#of], with its line breaks marked, and a blank token never empty.
  public static String token(String text) {
    String shown = of(text).replace("\n", "↵\n");
    return shown.isEmpty() ? "∅" : shown;
  }

  /// A text on one line, truncated to the given number of code points, for tooltips and labels.
  public static String brief(String text, int limit) {
    String line = of(text).replace("\n", "↵").replace("\t", "⇥");
    return line.codePointCount(0, line.length()) <= limit
        ? line
        : line.substring(0, line.offsetByCodePoints(0, limit - 1)) + "…";
  }

  /// A copy of a record in which every text is shortened and visible: names of datasets, sets and probes come from untrusted
  /// files and appear in sentences, tables and charts.
  public static <T extends Record> T names(T record, Class<T> type) {
    return RECORDS.convertValue(names(RECORDS.valueToTree(record)), type);
  }

  private static JsonNode names(JsonNode node) {
    return switch (node) {
      case TextNode text ->
        TextNode.valueOf(text.textValue().isBlank() ? Notation.ABSENT : brief(text.textValue(), NAME));
      case ObjectNode object -> {
        ObjectNode copy = object.objectNode();
        object.properties().forEach(p -> copy.set(brief(p.getKey(), NAME),
            SENTENCES.contains(p.getKey()) && p.getValue().isTextual()
                ? TextNode.valueOf(brief(p.getValue().textValue(), SENTENCE))
                : names(p.getValue())));
        yield copy;
      }
      case ArrayNode array -> {
        ArrayNode copy = array.arrayNode(array.size());
        array.forEach(element -> copy.add(names(element)));
        yield copy;
      }
      default -> node;
    };
  }

  private static void append(StringBuilder shown, int c) {
    if (c == '\n' || c == '\t') {
      shown.append((char) c);
    } else if (c < 0x20) {
      shown.appendCodePoint(CONTROL_PICTURES + c);
    } else if (c == 0x7f) {
      shown.append('␡');
    } else if (Character.getType(c) == Character.SURROGATE) {
      shown.append('\ufffd');
    } else if (isDirectional(c) || (c > 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0xfeff) {
      shown.append(String.format(Locale.ROOT, "⟨U+%04X⟩", c));
    } else {
      shown.appendCodePoint(c);
    }
  }

  /// Embeddings, overrides and isolates, which reorder the text after them.
  private static boolean isDirectional(int c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
  }
}
