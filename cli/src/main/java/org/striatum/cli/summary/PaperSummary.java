package org.striatum.cli.summary;

import org.striatum.cli.console.Console;
import org.striatum.reports.run.PaperComparison;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.paper.Paper;
import org.striatum.studies.results.StudyResults;

/// The paper's figures, ours, and what ours come to under our controls.
///
/// @param console where they go
public record PaperSummary(Console console) {
  /// Prints the table and the deviations.
  public void print(Paper paper, StudyResults results, StudyAnswers answers) {
    console.say("");
    console.say("As written in arXiv 2602.00986" + paper.printed() + ", and under our controls");
    for (PaperComparison row : PaperComparison.all(results, answers)) {
      console.say(row.figure().printed());
      lines("paper", row.figure().published());
      lines("here", row.ours());
      lines("controls", row.verdict());
    }
    paper.deviations().forEach(one -> console.say("other than in the paper: " + one));
  }

  private void lines(String of, String text) {
    text.lines().forEach(line -> console.say("  %-9s %s".formatted(of, line)));
  }
}
