package org.striatum.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Figures in what a command printed as JSON that are texts: a number in quotes, or one that begins a text, with its unit behind it.
final class FigureWords {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern FIGURE = Pattern
      .compile("[+−-]?(\\d[\\d.,]*(e[+-]?\\d+)?|NaN|Inf(inity)?)(\\s.*|[%‰×]|[kMGT]?B|m?s|min|h)?",
          Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
  /// What a double is that has no digits, documented in the schemas.
  private static final Set<String> INFINITE = Set.of("Infinity", "-Infinity");
  /// Texts that may begin with a number, by the field they stand in: what was asked, written and read; names (the size of a set is
  /// one: `1%`, `top20`); words of a command line; remarks and reasons, whose figures stand elsewhere too; and `values` of `dopamine`,
  /// where V̂ comes from in words, whose figures are the settings and results of `continuations`.
  private static final Set<String> TEXTS = Set.of("prompt", "solution", "token", "before", "after", "answer", "read",
      "readBefore", "problem", "name", "size", "sizes", "refitted", "setSize", "command", "message", "note", "detail",
      "because", "values");

  private FigureWords() {}

  /// Refuses them.
  ///
  /// @param command for the message
  static void none(String command, String json) {
    List<String> found = new ArrayList<>();
    try {
      walk(found, "", "", JSON.readTree(json));
    } catch (IOException e) {
      throw new UncheckedIOException(command, e);
    }
    assertThat(found).as("figures as texts in the JSON of " + command).isEmpty();
  }

  private static void walk(List<String> found, String place, String field, JsonNode node) {
    if (node.isTextual() && !TEXTS.contains(field) && !INFINITE.contains(node.textValue())
        && FIGURE.matcher(node.textValue()).matches()) {
      found.add(place + ": " + node);
    }
    for (Map.Entry<String, JsonNode> one : node.properties()) {
      walk(found, place + "." + one.getKey(), one.getKey(), one.getValue());
    }
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      walk(found, place + "[" + i + "]", field, node.get(i));
    }
  }
}
