package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// Values of a row by column, checked for what a problem needs.
final class Columns {
  private static final int MOST_CHOICES = 26;

  private Columns() {}

  /// Text or a number, as text.
  ///
  /// @throws MalformedRowException if it is missing, null, blank or anything else
  static String text(JsonNode row, String column) throws MalformedRowException {
    return optional(row, column).orElseThrow(() -> new MalformedRowException("has no '" + column + "'"));
  }

  /// The same for a column that may be missing.
  ///
  /// @throws MalformedRowException if it is a list or an object
  static Optional<String> optional(JsonNode row, String column) throws MalformedRowException {
    JsonNode value = row.path(column);
    if (value.isMissingNode() || value.isNull() || (value.isTextual() && value.textValue().isBlank())) {
      return Optional.empty();
    }
    if (!value.isValueNode()) {
      throw new MalformedRowException("'" + column + "' must be text or a number, found a list or an object");
    }
    return Optional.of(value.asText());
  }

  /// Lettered choices and which of them is right.
  ///
  /// @param texts in order, the first is A
  /// @param labels the table's names for them, by which its answers may name them; empty if it has none
  record Choices(List<String> texts, List<String> labels) {
    /// From a list of texts, or `{"text": […], "label": […]}`; either may also be JSON in a text column.
    static Choices of(JsonNode row, String column) throws MalformedRowException {
      JsonNode value = row.path(column);
      if (value.isTextual()) {
        value = parsed(value.textValue());
      }
      List<String> texts = texts(value.isObject() ? value.path("text") : value, column);
      List<String> labels = value.isObject() ? texts(value.path("label"), column) : List.of();
      if (texts.size() < 2 || texts.size() > MOST_CHOICES || (!labels.isEmpty() && labels.size() != texts.size())) {
        throw new MalformedRowException("'" + column + "' must have 2 to " + MOST_CHOICES
            + " choices, and a label for each or no labels, found " + texts.size() + " and " + labels.size()
            + " labels");
      }
      return new Choices(texts, labels);
    }

    private static JsonNode parsed(String json) {
      try {
        return RecordJson.parse(json.getBytes(StandardCharsets.UTF_8), JsonNode.class, "choices");
      } catch (BadDataException _) {
        return NullNode.instance;
      }
    }

    private static List<String> texts(JsonNode list, String column) throws MalformedRowException {
      List<String> texts = new ArrayList<>();
      for (JsonNode element : list) {
        if (!element.isValueNode() || element.isNull()) {
          throw new MalformedRowException("'" + column + "' must be a list of texts, found another kind of element");
        }
        texts.add(element.asText());
      }
      return texts;
    }

    /// The number that an answer names a choice by; empty if it is a label, a letter or a text.
    Optional<Counting.Numbered> numbered(JsonNode row, String column) throws MalformedRowException {
      String answer = text(row, column);
      boolean number = answer.matches("\\d{1,2}") && !labels.contains(answer)
          && (row.path(column).isNumber() || !texts.contains(answer));
      return number
          ? Optional.of(new Counting.Numbered(Integer.parseInt(answer), texts.size()))
          : Optional.empty();
    }

    /// The letter of the choice that an answer names: by its label; else by its letter or its number; else by its
    /// text. A text that is both the name of one choice and what another says is ambiguous; a number in the table is a place.
    ///
    /// @param counting of numbers
    String letter(JsonNode row, String column, Counting counting) throws MalformedRowException {
      String answer = text(row, column);
      int said = texts.indexOf(answer);
      int named = labels.indexOf(answer);
      if (named < 0 && answer.matches("[A-Z]")) {
        named = answer.charAt(0) - 'A';
      } else if (named < 0 && answer.matches("\\d{1,2}")) {
        named = counting.place(Integer.parseInt(answer));
      }
      if (named >= texts.size() && said >= 0) {
        named = -1;
      }
      if (named >= 0 && said >= 0 && named != said && !row.path(column).isNumber()) {
        throw new MalformedRowException(
            "has an answer that names choice " + letterOf(named) + " and is the text of choice "
                + letterOf(said) + ", found '" + shortened(answer) + "'");
      }
      if (counting == Counting.UNKNOWN && named >= 0 && named != said && numbered(row, column).isPresent()) {
        throw new MalformedRowException("has an answer that may count its " + texts.size()
            + " choices from 0 or from 1, and no answer of the file shows which: name them by letter, found '"
            + shortened(answer) + "'");
      }
      int place = named >= 0 ? named : said;
      if (place < 0 || place >= texts.size()) {
        throw new MalformedRowException("has an answer that names none of its " + texts.size() + " choices, found '"
            + shortened(answer) + "'");
      }
      return letterOf(place);
    }

    private static String shortened(String answer) {
      return answer.length() <= 20 ? answer : answer.substring(0, 19) + "…";
    }

    /// The question, then one line per choice: `A. first`.
    String under(String question) {
      StringBuilder lines = new StringBuilder(question);
      for (int i = 0; i < texts.size(); i++) {
        lines.append('\n').append(letterOf(i)).append(". ").append(texts.get(i));
      }
      return lines.toString();
    }

    private static String letterOf(int place) {
      return Character.toString('A' + place);
    }
  }
}
