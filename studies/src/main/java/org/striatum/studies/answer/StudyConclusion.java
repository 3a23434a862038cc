package org.striatum.studies.answer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;

/// The verdict of a study in two sentences with their power, made from its matrix of answers and nothing else: the same words on the
/// command line and in the report.
///
/// @param question that the study asks
/// @param carries whether the model carries an estimate of its success, and how
/// @param uses whether it uses the coordinates that carry it
/// @param power what would have been found where the answer is no; empty where there is no *no*
/// @param decides how many problems would decide what is undecided, and of which kind; empty where that is not known
public record StudyConclusion(String question, String carries, String uses, String power, String decides) {
  private static final List<Question> HOW = List.of(Question.SPARSE, Question.BASIS_ALIGNED, Question.MORE_THAN_LENGTH);

  /// Writes the sentences.
  public static StudyConclusion of(AnswerMatrix matrix) {
    return new StudyConclusion(question(matrix.checkpoint()), carries(matrix),
        sentence(matrix.row(Question.USED)) + ".",
        power(matrix), decides(matrix));
  }

  /// The question that a study asks of a checkpoint.
  public static String question(String checkpoint) {
    return "Does " + checkpoint + " know when it will be right, and does it use that?";
  }

  private static String carries(AnswerMatrix matrix) {
    List<String> how = HOW.stream().map(matrix::row)
        .filter(row -> answered(row, Verdict.YES) || answered(row, Verdict.NO)).map(StudyConclusion::aspect).toList();
    return sentence(matrix.row(Question.READABLE)) + (how.isEmpty() ? "" : "; its code is " + CaseSentence.listed(how))
        + ".";
  }

  private static boolean answered(Row row, Verdict verdict) {
    return row.cells().stream().anyMatch(cell -> cell.verdict() == verdict);
  }

  /// `sparse on mul, not on add`; without the task where there is only one.
  private static String aspect(Row row) {
    String label = row.question().label();
    if (row.cells().size() == 1) {
      return answered(row, Verdict.YES) ? label : "not " + label;
    }
    List<String> parts = new ArrayList<>();
    if (answered(row, Verdict.YES)) {
      parts.add(label + " on " + tasks(row, Verdict.YES));
    }
    if (answered(row, Verdict.NO)) {
      parts.add("not " + (parts.isEmpty() ? label + " " : "") + "on " + tasks(row, Verdict.NO));
    }
    return String.join(", ", parts);
  }

  private static String tasks(Row row, Verdict verdict) {
    return CaseSentence.listed(row.cells().stream().filter(cell -> cell.verdict() == verdict).map(Cell::task).toList());
  }

  /// What a row says, see [CaseSentence].
  public static String sentence(Row row) {
    return CaseSentence.of(row.question()::clause, row.found().stream().map(StudyConclusion::told).toList());
  }

  private static CaseSentence.Case told(Cell cell) {
    return new CaseSentence.Case(cell.task(), cell.verdict(), cell.evidence().map(Evidence::printed).orElse(""),
        cell.evidence().map(Evidence::figure).orElse(""));
  }

  /// How often what was planted is found, where the answer is no: the rarest over tasks.
  private static String power(AnswerMatrix matrix) {
    return matrix.asked().stream().flatMap(row -> worst(row).stream().map(power -> row.question().label() + ": "
        + power.words())).collect(Collectors.joining("; "));
  }

  private static Optional<Power> worst(Row row) {
    return row.found().stream().filter(cell -> cell.verdict() == Verdict.NO).flatMap(cell -> cell.power().stream())
        .filter(power -> Double.isFinite(power.found())).min(Comparator.comparingDouble(Power::found));
  }

  /// The most problems that an undecided question needs, the question that needs fewest first.
  private static String decides(AnswerMatrix matrix) {
    return matrix.asked().stream().filter(row -> answered(row, Verdict.UNDECIDED))
        .flatMap(row -> row.cells().stream().filter(cell -> cell.verdict() == Verdict.UNDECIDED)
            .flatMap(cell -> cell.power().stream()).filter(Power::needsMore)
            .max(Comparator.comparingDouble(Power::needed)).map(power -> row.question().label() + ": " + power.needs())
            .stream())
        .collect(Collectors.joining("; "));
  }
}
