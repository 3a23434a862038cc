package org.striatum.datasets;

import java.util.Optional;
import org.striatum.datasets.grading.AnswerGrader;
import org.striatum.probe.run.Sha256;
import org.striatum.probe.run.UsageException;

/// Where problems were read from, and how they are asked and graded. It is kept in the run folder, so that later steps
/// need no other file.
///
/// @param dataset name of the problem set
/// @param file name of the file they were read from, without its folder
/// @param sha256 of its content
/// @param layout which column holds what
/// @param template the text around a question, with `{prompt}` at the place of the question
/// @param grader how answers are compared; null if the rollouts were imported with their own scores
public record ProblemSource(String dataset, String file, Sha256 sha256, String layout, String template,
    AnswerGrader grader) {
  static final String PLACE = "{prompt}";
  /// Letters of a template that a message has.
  private static final int SHOWN = 60;

  public ProblemSource {
    requirePlace(template);
  }

  static void requirePlace(String template) {
    if (!template.contains(PLACE)) {
      throw new UsageException("a prompt template must contain " + PLACE + ", found '"
          + (template.length() <= SHOWN ? template : template.substring(0, SHOWN) + "…") + "'");
    }
  }

  /// The grader.
  ///
  /// @throws MissingSettingException if there is none
  public AnswerGrader requireGrader() {
    return Optional.ofNullable(grader).orElseThrow(() -> new MissingSettingException(Need.GRADER_AT_IMPORT,
        "new completions of " + dataset
            + " need a grader, but it was imported with scores of its own and without one"));
  }

  /// The same problems graded by another grader.
  public ProblemSource gradedBy(AnswerGrader other) {
    return new ProblemSource(dataset, file, sha256, layout, template, other);
  }

  /// For an error.
  String described() {
    return "%s (%s…) as %s, asked as '%s', graded by %s".formatted(file, sha256.hex().substring(0, 8), layout,
        template.replace("\n", "\\n"), grader == null ? "its own scores" : grader.printed());
  }

  /// A question with the text around it.
  public String prompt(String question) {
    return template.replace(PLACE, question);
  }

  /// The question of a prompt that [#prompt] made.
  public String question(String prompt) {
    String around = template.replace(PLACE, "");
    int places = (template.length() - around.length()) / PLACE.length();
    int start = template.indexOf(PLACE);
    return prompt.substring(start, start + (prompt.length() - around.length()) / places);
  }
}
