package org.striatum.reports.run;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyConclusion;

/// The answer that a section opens with: the sentence of the verdict, made from the same row of the matrix.
///
/// @param tone shade of the verdict that the sentence tells first
public record Reply(String sentence, String tone) {
  static List<Reply> all(AnswerMatrix matrix, Question... questions) {
    return Stream.of(questions).map(matrix::row).filter(Row::isAsked).map(Reply::of).toList();
  }

  private static Verdict first(Row row) {
    return row.found().stream().map(Cell::verdict).min(Comparator.naturalOrder()).orElse(Verdict.NOT_TESTED);
  }

  private static Reply of(Row row) {
    return new Reply(StudyConclusion.sentence(row) + ".", Tone.of(first(row)));
  }
}
