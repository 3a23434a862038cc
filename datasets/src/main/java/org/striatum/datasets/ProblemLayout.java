package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;

/// Which column of a table is what.
public sealed interface ProblemLayout permits HubLayout, NamedColumns {
  /// What it is called in a run folder.
  String printed();

  /// How its answers are compared; empty where the columns do not say.
  Optional<AnswerGrader> grader();

  /// What stands around a question, with `{prompt}` in its place.
  String template();

  /// Reads one row.
  ///
  /// @throws IllegalArgumentException if a value is missing or of another kind, saying which
  Question question(JsonNode row);

  /// A question as a row holds it.
  ///
  /// @param id empty where the table has none
  /// @param text what is asked, with its lettered choices where it has any
  /// @param solution a worked answer; the answer itself where there is none
  record Question(Optional<String> id, String text, String solution, String answer) {}
}
