package org.striatum.studies.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;

/// The answers of one checkpoint as a matrix, question × task: what the command line shows at the end of a study, and what a
/// report opens with.
///
/// @param checkpoint its name
/// @param tasks in the order in which they were asked
/// @param rows one a question, in the order of [Question]
public record AnswerMatrix(String checkpoint, List<String> tasks, List<Row> rows) {
  public AnswerMatrix {
    tasks = List.copyOf(tasks);
    rows = List.copyOf(rows);
  }

  /// Reads the answers.
  public static AnswerMatrix of(StudyAnswers answers) {
    List<String> tasks = answers.answers().stream().flatMap(answer -> answer.findings().stream()).map(Finding::task)
        .filter(Objects::nonNull).distinct().toList();
    return new AnswerMatrix(answers.checkpoint(), tasks,
        answers.answers().stream().map(answer -> Row.of(answer, tasks)).toList());
  }

  /// One question.
  ///
  /// @param answer all its findings
  /// @param cells one a task, in the order of tasks
  /// @param over what is about several tasks at once; without a finding where nothing is
  public record Row(Answer answer, List<Cell> cells, Cell over) {
    public Row {
      cells = List.copyOf(cells);
    }

    private static Row of(Answer answer, List<String> tasks) {
      return new Row(answer, tasks.stream().map(task -> Cell.of(answer, task)).toList(), Cell.of(answer, null));
    }

    public Question question() {
      return answer.question();
    }

    /// Whether the question was put to the run at all.
    public boolean isAsked() {
      return !answer.findings().isEmpty();
    }

    /// The cells with a finding, those of tasks first.
    public List<Cell> found() {
      return Stream.concat(cells.stream(), Stream.of(over)).filter(cell -> !cell.findings().isEmpty()).toList();
    }

    /// What the figures of this row are; empty where there is none.
    public Optional<String> figure() {
      return found().stream().flatMap(cell -> cell.evidence().stream()).map(Evidence::figure).findFirst();
    }
  }

  /// One question on one task. Of several findings the first is the one that the question is about, such as the value neurons of
  /// a task before another set.
  ///
  /// @param task null where it is about several
  /// @param findings none where nobody asked
  public record Cell(String task, List<Finding> findings) {
    public Cell {
      findings = List.copyOf(findings);
    }

    private static Cell of(Answer answer, String task) {
      return new Cell(task,
          answer.findings().stream().filter(finding -> Objects.equals(finding.task(), task)).toList());
    }

    public Verdict verdict() {
      return findings.isEmpty() ? Verdict.NOT_TESTED : findings.getFirst().verdict();
    }

    /// The figure that the verdict is about; none of what was not tested.
    public Optional<Evidence> evidence() {
      return findings.isEmpty() || verdict() == Verdict.NOT_TESTED
          ? Optional.empty()
          : Optional.ofNullable(findings.getFirst().evidence());
    }

    /// What would have been found; empty where nothing was planted.
    public Optional<Power> power() {
      return evidence().map(Evidence::power);
    }

    /// The figure alone: `0.672`; empty where there is none.
    public String figure() {
      return evidence().map(evidence -> evidence.unit().digits(evidence.estimate().value())).orElse("");
    }

    /// The interval alone: `0.578 to 0.772`; empty where there is none.
    public String span() {
      return evidence().map(evidence -> evidence.unit().span(evidence.estimate())).orElse("");
    }

    /// The findings beside the one that the cell shows.
    public List<Finding> others() {
      return findings.isEmpty() ? findings : findings.subList(1, findings.size());
    }
  }

  /// The row of a question.
  public Row row(Question question) {
    return rows.stream().filter(row -> row.question() == question).findFirst().orElseThrow();
  }

  /// The questions that were put to the run.
  public List<Row> asked() {
    return rows.stream().filter(Row::isAsked).toList();
  }

  /// The questions that were not.
  public List<Question> unasked() {
    List<Question> unasked = new ArrayList<>();
    rows.stream().filter(row -> !row.isAsked()).forEach(row -> unasked.add(row.question()));
    return List.copyOf(unasked);
  }
}
