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
import org.striatum.probe.run.UsageException;

/// Columns that the user named: `prompt=question,answer=target`.
///
/// @param prompt the question
/// @param answer what a grader compares with; with choices, the right one
/// @param id optional
/// @param solution optional, a worked answer
/// @param choices optional, a list of texts
public record NamedColumns(String prompt, String answer, Optional<String> id, Optional<String> solution,
    Optional<String> choices) implements ProblemLayout {
  private static final List<String> QUESTIONS = List.of("question", "prompt", "problem");
  private static final List<String> ANSWERS = List.of("answer", "target", "solution");
  private static final List<String> ROLES = List.of("prompt", "answer", "id", "solution", "choices");

  /// Reads `role=column,…`.
  ///
  /// @throws UsageException if a role is unknown, repeats or is missing
  public static NamedColumns parse(String text) {
    SortedMap<String, String> columns = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String role = equals < 0 ? part.strip() : part.substring(0, equals).strip();
      String column = part.substring(equals + 1).strip();
      if (equals < 0 || column.isEmpty() || !ROLES.contains(role) || columns.put(role, column) != null) {
        throw new UsageException("columns are named as role=column, each of the roles " + String.join(", ", ROLES)
            + " at most once, found '" + part.strip() + "'");
      }
    }
    if (!columns.containsKey("prompt") || !columns.containsKey("answer")) {
      throw new UsageException("named columns must include prompt and answer, found '" + text + "'");
    }
    return new NamedColumns(columns.get("prompt"), columns.get("answer"), Optional.ofNullable(columns.get("id")),
        Optional.ofNullable(columns.get("solution")), Optional.ofNullable(columns.get("choices")));
  }

  /// The columns of a row that go by the usual names: a question, and what answers it.
  static Optional<NamedColumns> natural(JsonNode row) {
    Optional<String> prompt = first(row, QUESTIONS);
    Optional<String> answer = first(row, ANSWERS);
    Optional<String> solution = answer.filter(column -> !column.equals("solution") && row.has("solution"))
        .map(_ -> "solution");
    return prompt.isPresent() && answer.isPresent()
        ? Optional.of(new NamedColumns(prompt.get(), answer.get(), Optional.empty(), solution, Optional.empty()))
        : Optional.empty();
  }

  private static Optional<String> first(JsonNode row, List<String> columns) {
    return columns.stream().filter(row::has).findFirst();
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
  public Optional<ChoiceColumns> choiceColumns() {
    return choices.map(column -> new ChoiceColumns(column, answer));
  }

  @Override
  public Question question(JsonNode row, Counting counting) throws MalformedRowException {
    String text = Columns.text(row, prompt);
    String given = Columns.text(row, answer);
    String own = id.isPresent() ? Columns.optional(row, id.get()).orElse(null) : null;
    String worked = solution.isPresent() ? Columns.optional(row, solution.get()).orElse(null) : null;
    if (choices.isEmpty()) {
      return new Question(Optional.ofNullable(own), text, worked == null ? given : worked, given);
    }
    Choices offered = Choices.of(row, choices.get());
    String letter = offered.letter(row, answer, counting);
    return new Question(Optional.ofNullable(own), offered.under(text), worked == null ? letter : worked, letter);
  }
}
