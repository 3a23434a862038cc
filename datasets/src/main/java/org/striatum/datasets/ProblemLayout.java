package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;

/// Which column of a table holds what.
public sealed interface ProblemLayout permits HubLayout, NamedColumns {
  /// The layout whose columns a row has; empty if it is none of the known ones.
  static Optional<ProblemLayout> recognised(JsonNode row) {
    return HubLayout.recognised(row).map(ProblemLayout.class::cast).or(() -> NamedColumns.natural(row));
  }

  /// Its name in a run folder.
  String printed();

  /// How its answers are compared; empty if the columns do not determine it.
  Optional<AnswerGrader> grader();

  /// The text around a question, with `{prompt}` at the place of the question.
  String template();

  /// Texts that end a completion; see [ProblemSet#stops].
  default List<String> stops() {
    return List.of();
  }

  /// Where it has lettered choices; empty if it has none.
  default Optional<ChoiceColumns> choiceColumns() {
    return Optional.empty();
  }

  /// How numbers name choices where a file's answers do not show it.
  default Counting counting() {
    return Counting.UNKNOWN;
  }

  /// Reads one row.
  ///
  /// @param counting of numbers that name choices
  /// @throws MalformedRowException if a value is missing or of another kind, naming the column
  Question question(JsonNode row, Counting counting) throws MalformedRowException;

  /// The columns of choices and of the right one.
  record ChoiceColumns(String choices, String answer) {}

  /// The question in a row.
  ///
  /// @param id empty if the table has none
  /// @param text what is asked, with its lettered choices if it has any
  /// @param solution a worked answer; the answer itself if there is none
  record Question(Optional<String> id, String text, String solution, String answer) {}
}
