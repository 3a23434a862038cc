package org.striatum.studies.transfer;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.probe.transfer.TransferSummary.Statement;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Question;

/// Whether sets and probes transfer between the tasks of a checkpoint, and to other checkpoints.
final class TransferAnswers {
  private TransferAnswers() {}

  static Map<Question, List<Finding>> of(String checkpoint, TransferResults results) {
    List<Statement> statements = TransferSummary.of(results).statements();
    return Map.of(
        Question.TASKS, moved(statements, statement -> statement.isWithin(checkpoint)),
        Question.CHECKPOINTS, moved(statements, statement -> statement.isBetween(checkpoint)));
  }

  private static List<Finding> moved(List<Statement> statements, Predicate<Statement> asked) {
    return statements.stream().filter(asked).map(TransferAnswers::moved).toList();
  }

  /// A set transfers if its coordinates and its probe do.
  private static Finding moved(Statement statement) {
    return new Finding(statement.question(), statement.both(), statement.sentence());
  }
}
