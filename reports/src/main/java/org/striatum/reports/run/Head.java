package org.striatum.reports.run;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyConclusion;

/// The head of a report: the question, the matrix of answers and the verdict, all made from the run's answers, so that no figure
/// of it differs from theirs.
///
/// @param probe which probe the figures of the value code are of; empty without one
public record Head(AnswerMatrix matrix, StudyConclusion conclusion, String probe) {
  /// Beyond this number of tasks a row of cells would be wider than the page, and every question gets a line of its own.
  private static final int SIDE_BY_SIDE = 6;

  static Head of(RunReport.Content content) {
    AnswerMatrix matrix = AnswerMatrix.of(content.answers());
    return new Head(matrix, StudyConclusion.of(matrix), probe(content.values()));
  }

  /// Where the page tells how a question was answered.
  public static String section(Question question) {
    return switch (question) {
      case READABLE -> "value-neurons";
      case SPARSE, BASIS_ALIGNED, MORE_THAN_LENGTH -> "controls";
      case USED -> "interventions";
      case DOPAMINE -> "dopamine-neurons";
      case RESPONSE -> "surprises";
      case TASKS, CHECKPOINTS -> "transfer";
      case SEARCH -> "uses";
      case ADAPTATION -> "adaptation";
    };
  }

  /// The matrix's class: `stacked-matrix` where it has too many tasks for one line.
  public String layout() {
    return matrix.tasks().size() > SIDE_BY_SIDE ? "matrix many" : "matrix";
  }

  /// The cells of a row: one a task, or one for all tasks where the answer is about several.
  public List<Cell> cells(Row row) {
    return row.cells().stream().allMatch(cell -> cell.findings().isEmpty()) ? List.of(row.over()) : row.cells();
  }

  /// What a row says of several tasks at once beside its tasks; empty where there is nothing.
  public Optional<Cell> beside(Row row) {
    return row.over().findings().isEmpty() || cells(row).size() == 1 ? Optional.empty() : Optional.of(row.over());
  }

  /// The figure of a cell with its unit: `0.672`, `−1.0 points`.
  public static String figure(Cell cell) {
    return cell.evidence().map(evidence -> evidence.unit().of(evidence.estimate().value())).orElse("");
  }

  /// The other findings of a cell, in a few words: `dopamine@1%: no`.
  public static String others(Cell cell) {
    return cell.others().stream().map(finding -> name(finding, cell.task()) + ": " + finding.verdict().printed())
        .collect(Collectors.joining("; "));
  }

  /// A case without the task and the hook point that its cell and its section name.
  private static String name(Finding finding, String task) {
    return task != null && finding.of().startsWith(task + ", ")
        ? finding.of().substring(task.length() + 2).replaceFirst(" of .*", "")
        : "1 more";
  }

  private static String probe(ValueNeuronResults values) {
    return values == null || values.controls().isEmpty()
        ? ""
        : "Figures of the value code are those of one probe, ridge regression of the outcome on all coordinates of s₀ at the"
            + " hook point chosen on validation problems: "
            + values.controls().stream().map(Head::place).collect(Collectors.joining(", ")) + ".";
  }

  private static String place(DatasetControls on) {
    return on.dataset() + " at " + on.hook();
  }
}
