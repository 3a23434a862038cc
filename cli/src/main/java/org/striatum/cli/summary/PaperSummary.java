package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.reports.page.Notation;
import org.striatum.reports.run.PaperComparison;
import org.striatum.reports.run.PaperComparison.Case;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.results.StudyResults;

/// The paper's figures, ours, and what ours come to under our controls.
///
/// @param console where they go
public record PaperSummary(Console console) {
  private static final String INDENT = "  ";

  /// Prints the table and the deviations.
  public void print(Paper paper, StudyResults results, StudyAnswers answers) {
    console.say("");
    console.say("As written in arXiv 2602.00986" + paper.printed() + ", and behind | under our controls");
    for (PaperComparison row : PaperComparison.all(results, answers)) {
      console.say(row.figure().printed());
      lines("paper: " + row.figure().published());
      row.cases().forEach(this::print);
    }
    paper.deviations().forEach(one -> lines("other than in the paper: " + one));
  }

  private void print(Case one) {
    lines((one.of().isEmpty() ? "here" : one.of()) + ": " + one.ours()
        + (one.verdict().equals(Notation.ABSENT) ? "" : " | " + one.verdict()));
  }

  private void lines(String text) {
    console.say(INDENT + text);
  }
}
