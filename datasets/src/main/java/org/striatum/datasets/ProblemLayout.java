package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;

/// Which column of a table holds what.
public sealed interface ProblemLayout permits HubLayout, NamedColumns {
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

  /// Reads one row.
  ///
  /// @throws MalformedRowException if a value is missing or of another kind, naming the column
  Question question(JsonNode row) throws MalformedRowException;

  /// The question in a row.
  ///
  /// @param id empty if the table has none
  /// @param text what is asked, with its lettered choices if it has any
  /// @param solution a worked answer; the answer itself if there is none
  record Question(Optional<String> id, String text, String solution, String answer) {}
}
