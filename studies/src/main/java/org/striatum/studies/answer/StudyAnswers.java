package org.striatum.studies.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineVerdict;
import org.striatum.probe.intervention.InterventionResults;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults;
import org.striatum.probe.transfer.TransferSummary;
import org.striatum.probe.transfer.TransferSummary.Degree;
import org.striatum.probe.transfer.TransferSummary.Statement;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Answer.Reply;

/// Every question, answered for one checkpoint.
///
/// @param checkpoint its name
/// @param answers in the order of [Question]
public record StudyAnswers(String checkpoint, List<Answer> answers) {
  public StudyAnswers {
    answers = List.copyOf(answers);
  }

  /// The answers from the results of a run.
  ///
  /// @param checkpoint its name in the results
  public static StudyAnswers of(String checkpoint, StudyResults results) {
    ValueNeuronResults values = results.values();
    DopamineResults dopamine = results.dopamine();
    TransferResults transfer = results.transfer();
    SearchResults search = results.search();
    List<DatasetControls> controls = values == null ? List.of() : values.controls();
    List<Statement> statements = transfer == null ? List.of() : TransferSummary.of(transfer).statements();
    return new StudyAnswers(checkpoint, List.of(
        new Answer(Question.READABLE, controls.stream().map(StudyAnswers::readable).toList()),
        new Answer(Question.SPARSE, controls.stream().map(StudyAnswers::sparse).toList()),
        new Answer(Question.BASIS_ALIGNED, controls.stream().map(StudyAnswers::aligned).toList()),
        new Answer(Question.MORE_THAN_LENGTH, controls.stream().map(StudyAnswers::more).toList()),
        new Answer(Question.USED,
            results.interventions().values().stream().flatMap(one -> used(one).stream()).toList()),
        new Answer(Question.DOPAMINE, dopamine == null
            ? List.of()
            : dopamine.verdicts().stream().map(StudyAnswers::signature).toList()),
        new Answer(Question.TASKS, statements.stream().filter(s -> s.isWithin(checkpoint)).map(StudyAnswers::moved)
            .toList()),
        new Answer(Question.CHECKPOINTS, statements.stream().filter(s -> s.isBetween(checkpoint))
            .map(StudyAnswers::moved).toList()),
        new Answer(Question.SEARCH, search == null
            ? List.of()
            : search.datasets().stream().flatMap(StudyAnswers::searched).toList()),
        new Answer(Question.ADAPTATION,
            results.adaptations().stream().flatMap(one -> places(one).stream()).toList())));
  }

  /// The answer to one question.
  public Answer to(Question question) {
    return answers.stream().filter(answer -> answer.question() == question).findFirst().orElseThrow();
  }

  private static Finding readable(DatasetControls on) {
    return new Finding(on.dataset(), on.readable() ? Reply.YES : Reply.UNDECIDED,
        "AUROC %s at %s, %d test problems".formatted(interval(on.whole()), on.hook(), on.testProblems()));
  }

  private static Finding sparse(DatasetControls on) {
    Sparsity sparsity = on.sparsity();
    return new Finding(on.dataset(), reply(on.sparse()),
        "%d of %d coordinates reach %s, %s relative to all of them; random sets of the same size %s".formatted(
            sparsity.kept(),
            on.width(), interval(sparsity.pruned()), signed(sparsity.difference()),
            "%.3f (%.3f to %.3f)".formatted(sparsity.random().mean(), sparsity.random().low(),
                sparsity.random().high())));
  }

  private static Finding aligned(DatasetControls on) {
    RotationControl rotation = on.rotation();
    return new Finding(on.dataset(), reply(on.basisAligned()),
        "pruned AUROC in the native basis minus that in %d rotated bases %s, p = %.2g".formatted(rotation.rotations(),
            signed(rotation.difference()), rotation.p()));
  }

  private static Finding more(DatasetControls on) {
    NuisanceBaseline baseline = on.nuisances().getFirst();
    return new Finding(on.dataset(), reply(on.moreThanPromptLength()),
        "%s alone %s; the probe adds %s".formatted(String.join(" and ", baseline.variables()),
            interval(baseline.alone()), signed(baseline.increment())));
  }

  private static Reply reply(DatasetControls.Answer answer) {
    return switch (answer) {
      case YES -> Reply.YES;
      case NO -> Reply.NO;
      case UNDECIDED -> Reply.UNDECIDED;
    };
  }

  /// Only primary interventions: they were fixed before the run.
  private static List<Finding> used(InterventionResults interventions) {
    List<Finding> findings = new ArrayList<>();
    {
      for (Intervention one : interventions.interventions()) {
        if (one.primary()) {
          findings.add(new Finding("%s, %s of %s".formatted(one.dataset(), one.set(), one.where()),
              switch (one.verdict()) {
                case SPECIFIC -> Reply.YES;
                case GENERIC, NONE -> Reply.NO;
                case UNDECIDED -> Reply.UNDECIDED;
              }, "%s from %.3f by %s; q = %s against random sets, %s against RMS-matched sets".formatted(one.outcome(),
                  one.base().outcome().value(), signed(one.effect()), chance(one.random().q()),
                  chance(one.matched().q()))));
        }
      }
    }
    return findings;
  }

  private static Finding signature(DopamineVerdict verdict) {
    return new Finding(verdict.dataset(),
        verdict.studied() == 0 ? Reply.UNDECIDED : verdict.significant() > 0 ? Reply.YES : Reply.NO,
        verdict.sentence());
  }

  /// A set transfers if its coordinates and its probe do.
  private static Finding moved(Statement statement) {
    Degree sets = statement.sets();
    Degree probes = statement.probes();
    Reply reply = sets == Degree.UNTESTED || probes == Degree.UNTESTED
        ? Reply.UNDECIDED
        : sets == Degree.YES && probes == Degree.YES
            ? Reply.YES
            : sets == Degree.NO && probes == Degree.NO ? Reply.NO : Reply.PARTLY;
    return new Finding(statement.question(), reply, statement.sentence());
  }

  private static Stream<Finding> searched(SearchResults.DatasetSearch search) {
    return search.arms().isEmpty()
        ? Stream.of(new Finding(search.dataset(), Reply.UNDECIDED, search.statements().getFirst()))
        : search.overRandom().stream().map(one -> new Finding(search.dataset(),
            one.difference().low() > 0 ? Reply.YES : one.difference().high() < 0 ? Reply.NO : Reply.UNDECIDED,
            one.words()));
  }

  /// Whether gating each set of reward neurons was better than gating sets matched to it.
  public static List<Finding> places(AdaptationResults adaptation) {
    return adaptation.comparisons().stream()
        .map(one -> new Finding("%s, %s@%s".formatted(adaptation.mode(), one.set(), adaptation.protocol().setSize()),
            switch (one.verdict()) {
              case BETTER -> Reply.YES;
              case NO_BETTER -> Reply.NO;
              case UNDECIDED -> Reply.UNDECIDED;
            },
            "the set minus %d RMS-matched sets: %s nats per token and %s of accuracy in mode, %s nats per token on other tasks; the matched sets gain %+.4f in mode over the frozen model, and the set is above %d of them"
                .formatted(one.controls(), nats(one.logProbability()), signed(one.accuracy()), nats(one.outOfMode()),
                    one.gained(), one.surpassed())))
        .toList();
  }

  private static String interval(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }

  private static String signed(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%+.3f [%+.3f, %+.3f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }

  /// A difference of log-probabilities per token: small compared with those of full solutions.
  private static String nats(Estimate estimate) {
    return Double.isFinite(estimate.value())
        ? String.format(Locale.ROOT, "%+.4f [%+.4f, %+.4f]", estimate.value(), estimate.low(), estimate.high())
        : "–";
  }

  private static String chance(double p) {
    return Double.isNaN(p) ? "–" : String.format(Locale.ROOT, "%.3g", p);
  }
}
