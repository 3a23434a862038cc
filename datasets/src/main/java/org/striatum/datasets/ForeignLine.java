package org.striatum.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.List;
import java.util.Optional;
import org.striatum.probe.model.TokenSequence;

/// One line of a file that another program made: what was asked, what came, and where its score is. One kind per program's
/// way to write, told apart by fields.
sealed interface ForeignLine permits HarnessLine, LikelihoodLine, ServerLine {
  String HARNESS = "lm-evaluation-harness";

  /// A text that was generated.
  ///
  /// @param thought that the line has apart from the text; empty if it has none
  /// @param finished whether the model ended it itself; empty if the line does not say
  /// @param choice its place in the line's list
  /// @param tokens that the line carries, see [ForeignRollouts.Graded]
  record Text(String text, Optional<String> thought, Optional<Boolean> finished, int choice,
      Optional<TokenSequence> tokens) {
    Text(String text, Optional<Boolean> finished, int choice) {
      this(text, Optional.empty(), finished, choice, Optional.empty());
    }
  }

  /// A line of whichever kind it is.
  ///
  /// @param graded whether a grader will judge, not the line's own score
  static ForeignLine of(JsonNode line, boolean graded) throws MalformedRowException {
    if (!line.has("resps")) {
      return ServerLine.of(line);
    }
    return line.path("resps").path(0).path(0).isArray() ? LikelihoodLine.of(line, graded) : new HarnessLine(line);
  }

  /// As the run's record names the program and its way to write.
  String format();

  JsonNode fields();

  ForeignPrompt prompt() throws MalformedRowException;

  /// At least one.
  List<Text> texts() throws MalformedRowException;

  /// The reference that a completion of this line is compared with.
  ///
  /// @param answer that the line names
  default String reference(String answer) throws MalformedRowException {
    return answer;
  }

  /// What has a text's own score, before the line's.
  default JsonNode scored(Text text) {
    return MissingNode.getInstance();
  }

  /// Whether all texts of the line share one score.
  default boolean hasOneScore() {
    return true;
  }

  /// What tells two completions apart beside prompt, text and reference.
  default String apart() {
    return "";
  }

  /// How a score contradicts what else the line says; empty if it does not.
  ///
  /// @param answer that the line names
  default Optional<String> contradicted(String answer, double score) throws MalformedRowException {
    return Optional.empty();
  }

  static List<Text> some(List<Text> texts, String field) throws MalformedRowException {
    if (texts.isEmpty()) {
      throw new MalformedRowException("has no completion in '" + field + "'");
    }
    return texts;
  }
}
