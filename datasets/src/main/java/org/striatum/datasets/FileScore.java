package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A file's own score of a completion.
///
/// @param name of the field that has it
/// @param value 0 or 1, or what a file of other scores has
/// @param against the name of another score of the same completion that says the opposite; empty if none does
record FileScore(String name, double value, Optional<String> against) {
  /// Known to be 0 or 1.
  private static final List<String> NAMES = List.of("exact_match", "acc", "reward", "score", "correct");

  /// The score of a completion, otherwise of its line.
  ///
  /// @param output where a completion's own score is
  static FileScore of(JsonNode line, JsonNode output) throws MalformedRowException {
    for (JsonNode holder : List.of(output, line)) {
      List<String> named = names(line).stream().filter(name -> isScore(holder.path(name))).toList();
      if (named.isEmpty()) {
        continue;
      }
      double value = value(holder.path(named.getFirst()));
      return new FileScore(named.getFirst(), value, named.stream().skip(1).filter(NAMES::contains)
          .filter(name -> value(holder.path(name)) == 1 - value).findFirst());
    }
    for (JsonNode holder : List.of(output, line)) {
      for (String name : NAMES) {
        if (holder.path(name).isTextual()) {
          throw new MalformedRowException(Need.GRADER,
              "has a text for a score, '%s' %s: it must be a number, true or false".formatted(name, holder.path(name)));
        }
      }
    }
    throw new MalformedRowException(Need.GRADER, "has no score (" + String.join(", ", NAMES) + ")");
  }

  /// Names of scores, in the order in which they are looked for: metrics that are known to be 0 or 1 before others.
  private static List<String> names(JsonNode line) {
    List<String> metrics = new ArrayList<>();
    line.path("metrics").forEach(metric -> metrics.add(metric.asText()));
    return Stream.of(metrics.stream().filter(NAMES::contains), NAMES.stream(), metrics.stream())
        .flatMap(names -> names).distinct().toList();
  }

  /// Whether it is a success or a failure.
  boolean isBinary() {
    return value == 0 || value == 1;
  }

  static boolean isScore(JsonNode field) {
    return field.isBoolean() || field.isNumber();
  }

  static double value(JsonNode score) {
    return score.isBoolean() ? score.booleanValue() ? 1 : 0 : score.doubleValue();
  }
}
