package org.striatum.studies.answer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;

/// The verdict of a study in two sentences with their power, made from its matrix of answers and nothing else: the same words on the
/// command line and in the report.
///
/// @param question that the study asks
/// @param carries whether the model carries an estimate of its success, and how
/// @param uses whether it uses the coordinates that carry it
/// @param power what would have been found where the answer is no; empty where there is no *no*
/// @param untested why the first questions were not tested, task by task; empty where they were
/// @param decides how many problems would decide what is undecided, and of which kind; empty where that is not known
public record StudyConclusion(String question, String carries, String uses, String untested, String power,
    String decides) {
  private static final List<Question> HOW = List.of(Question.SPARSE, Question.BASIS_ALIGNED, Question.MORE_THAN_LENGTH);

  /// Writes the sentences.
  public static StudyConclusion of(AnswerMatrix matrix) {
    return new StudyConclusion(question(matrix.checkpoint()), carries(matrix),
        sentence(matrix.row(Question.USED)) + ".",
        untested(matrix), power(matrix), decides(matrix));
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

  /// Reasons of the two questions that the verdict is about; each is told once.
  private static String untested(AnswerMatrix matrix) {
    return Stream.of(Question.READABLE, Question.USED).map(matrix::row).flatMap(row -> row.found().stream())
        .filter(cell -> cell.verdict() == Verdict.NOT_TESTED && !cell.findings().getFirst().because().isEmpty())
        .map(cell -> (cell.task() == null ? "" : cell.task() + ": ") + why(cell.findings().getFirst())).distinct()
        .collect(Collectors.joining("; "));
  }

  /// In the words of the finding; where it has a figure all the same, the test finds nothing, whatever is planted.
  private static String why(Finding untested) {
    Power power = untested.evidence() == null ? null : untested.evidence().power();
    return power == null
        ? untested.because()
        : "on %d %s nothing is found, whatever is planted".formatted(power.problems(), power.planted().counted());
  }

  /// What undecided questions need, see [#needed]; those that need the same are told together.
  private static String decides(AnswerMatrix matrix) {
    SequencedMap<String, List<String>> questions = new LinkedHashMap<>();
    matrix.asked().stream().filter(row -> answered(row, Verdict.UNDECIDED)).forEach(row -> needed(row).ifPresent(
        needs -> questions.computeIfAbsent(needs, _ -> new ArrayList<>()).add(row.question().label())));
    return questions.entrySet().stream().map(one -> CaseSentence.listed(one.getValue()) + ": " + one.getKey())
        .collect(Collectors.joining("; "));
  }

  /// The most problems that any of its tasks needs; where that is known of none, and nothing that was planted would be found often enough,
  /// that they are too few to say.
  private static Optional<String> needed(Row row) {
    List<Power> powers = row.cells().stream().filter(cell -> cell.verdict() == Verdict.UNDECIDED)
        .flatMap(cell -> cell.power().stream()).toList();
    return powers.stream().filter(Power::needsMore).max(Comparator.comparingDouble(Power::needed)).map(Power::needs)
        .or(() -> powers.stream().filter(power -> Double.isNaN(power.needed()) && !Double.isNaN(power.found()))
            .findFirst().map(Power::tooFew));
  }
}
