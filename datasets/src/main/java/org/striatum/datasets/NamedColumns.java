package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.striatum.datasets.Columns.Choices;
import org.striatum.datasets.grading.AnswerGrader;

/// Columns that the user named: `prompt=question,answer=target`.
///
/// @param prompt what is asked
/// @param answer what a grader compares with; with choices, which of them is right
/// @param id optional
/// @param solution optional, a worked answer
/// @param choices optional, a list of texts
public record NamedColumns(String prompt, String answer, Optional<String> id, Optional<String> solution,
    Optional<String> choices) implements ProblemLayout {
  private static final List<String> ROLES = List.of("prompt", "answer", "id", "solution", "choices");

  /// Reads `role=column,…`.
  ///
  /// @throws IllegalArgumentException if a role is unknown, repeats or is missing
  public static NamedColumns parse(String text) {
    SortedMap<String, String> columns = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String role = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      String column = part.substring(equals + 1).strip();
      if (equals < 0 || column.isEmpty() || !ROLES.contains(role) || columns.put(role, column) != null) {
        throw new IllegalArgumentException("--columns names each of " + String.join(", ", ROLES)
            + " at most once, as role=column, found '" + part.strip() + "'");
      }
    }
    if (!columns.containsKey("prompt") || !columns.containsKey("answer")) {
      throw new IllegalArgumentException("--columns must name prompt and answer, found '" + text + "'");
    }
    return new NamedColumns(columns.get("prompt"), columns.get("answer"), Optional.ofNullable(columns.get("id")),
        Optional.ofNullable(columns.get("solution")), Optional.ofNullable(columns.get("choices")));
  }

  @Override
  public String printed() {
    SortedMap<String, String> columns = new TreeMap<>(Map.of("prompt", prompt, "answer", answer));
    id.ifPresent(column -> columns.put("id", column));
    solution.ifPresent(column -> columns.put("solution", column));
    choices.ifPresent(column -> columns.put("choices", column));
    return columns.entrySet().stream().map(Object::toString).collect(Collectors.joining(","));
  }

  @Override
  public Optional<AnswerGrader> grader() {
    return choices.map(_ -> AnswerGrader.CHOICE);
  }

  @Override
  public String template() {
    return choices.isPresent() ? "{prompt}\nAnswer:" : "{prompt}";
  }

  @Override
  public Question question(JsonNode row) {
    String text = Columns.text(row, prompt);
    String given = Columns.text(row, answer);
    Optional<Choices> offered = choices.map(column -> Choices.of(row, column));
    String compared = offered.map(several -> several.letter(given)).orElse(given);
    return new Question(id.flatMap(column -> Columns.optional(row, column)),
        offered.map(several -> several.under(text)).orElse(text),
        solution.flatMap(column -> Columns.optional(row, column)).orElse(compared), compared);
  }
}
