package org.striatum.datasets;

import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.run.Sha256;

/// Where problems come from that no program draws, and how they are asked and graded. It stands in the run folder, so that
/// later commands need no file but those there.
///
/// @param dataset what the problems' set is called
/// @param file name of the file they were read from, without the way there
/// @param sha256 of its content
/// @param layout which column is what
/// @param template what stands around a question, with `{prompt}` in its place
/// @param grader how answers are compared; null where whoever made the rollouts graded them
public record ProblemSource(String dataset, String file, Sha256 sha256, String layout, String template,
    AnswerGrader grader) {
  static final String PLACE = "{prompt}";

  public ProblemSource {
    if (!template.contains(PLACE)) {
      throw new IllegalArgumentException("a prompt template must hold " + PLACE + ", found '" + template + "'");
    }
  }

  /// The grader.
  ///
  /// @throws IllegalArgumentException if there is none
  public AnswerGrader requireGrader() {
    return Optional.ofNullable(grader).orElseThrow(() -> new IllegalArgumentException(
        dataset + " was graded elsewhere and names no grader: import it again with --grader"));
  }

  /// In an error.
  String described() {
    return "%s (%s…) as %s, asked as '%s', graded by %s".formatted(file, sha256.hex().substring(0, 8), layout,
        template.replace("\n", "\\n"), grader == null ? "its own scores" : grader.printed());
  }

  String prompt(String question) {
    return template.replace(PLACE, question);
  }
}
