package org.striatum.studies.transfer;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferResults.PooledSets;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.probe.transfer.TransferSummary.Statement;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.Unit;

/// Whether sets and probes transfer between the tasks of a checkpoint, and to other checkpoints.
final class TransferAnswers {
  private TransferAnswers() {}

  static Map<Question, List<Finding>> of(String checkpoint, TransferResults results) {
    List<Statement> statements = TransferSummary.of(results).statements();
    return Map.of(
        Question.TASKS, transferred(results, statements, statement -> statement.isWithin(checkpoint)),
        Question.CHECKPOINTS, transferred(results, statements, statement -> statement.isBetween(checkpoint)));
  }

  private static List<Finding> transferred(TransferResults results, List<Statement> statements,
      Predicate<Statement> asked) {
    return statements.stream().filter(asked).map(statement -> transferred(results, statement)).toList();
  }

  /// A set transfers if its coordinates and its probe do.
  private static Finding transferred(TransferResults results, Statement statement) {
    return new Finding(statement.question(), statement.both(), statement.sentence(), evidence(results, statement));
  }

  /// The part of a code that is shared; where that was not asked, or where only the probes say no, what they add elsewhere.
  private static Evidence evidence(TransferResults results, Statement statement) {
    Optional<Evidence> sets = results.sets().stream()
        .filter(one -> one.first().equals(statement.first()) && one.second().equals(statement.second()))
        .filter(one -> one.asked() > 0).findFirst().map(TransferAnswers::evidence);
    Optional<Evidence> probes = results.probes().stream()
        .filter(one -> one.first().equals(statement.first()) && one.second().equals(statement.second())).findFirst()
        .map(one -> new Evidence("transferred probes beside prompt length", Unit.AUROC_DIFFERENCE, one.gain()));
    boolean byProbes = statement.probes() == Verdict.NO && statement.sets() != Verdict.NO;
    return (byProbes ? probes.or(() -> sets) : sets.or(() -> probes)).orElse(null);
  }

  private static Evidence evidence(PooledSets sets) {
    return new Evidence("shared part of a code", Unit.SHARE, new Estimate(sets.overlap(), sets.low(), sets.high()),
        sets.planted().isEmpty()
            ? null
            : new Power(Planted.SHARED_CODES, sets.effect(), sets.power(), sets.smallest(), sets.asked(), Double.NaN,
                sets.declared().map(TransferResults.Planted::planted).orElse(0)));
  }
}
