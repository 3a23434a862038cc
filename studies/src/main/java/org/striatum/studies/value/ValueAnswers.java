package org.striatum.studies.value;

import static org.striatum.studies.answer.AnswerFigures.interval;
import static org.striatum.studies.answer.AnswerFigures.signed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueQuestion;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.Unit;

/// What the controls of value probes answer, one case per dataset.
public final class ValueAnswers {
  /// The questions that controls answer.
  public static final List<Asked> ASKED = List.of(
      new Asked(Question.READABLE, ValueQuestion.PREDICTS, ValueAnswers::readable, DatasetControls::whole, Unit.AUROC,
          "AUROC"),
      new Asked(Question.SPARSE, ValueQuestion.SPARSE, ValueAnswers::sparse, on -> on.sparsity().difference(),
          Unit.AUROC_DIFFERENCE, "pruned minus whole"),
      new Asked(Question.BASIS_ALIGNED, ValueQuestion.ALIGNED, ValueAnswers::aligned,
          on -> on.rotation().difference(), Unit.AUROC_DIFFERENCE, "native minus rotated"),
      new Asked(Question.MORE_THAN_LENGTH, ValueQuestion.MORE_THAN_LENGTH, ValueAnswers::more,
          on -> on.nuisances().getFirst().increment(), Unit.AUROC_DIFFERENCE, "added to prompt length"));

  private ValueAnswers() {}

  /// One question about a dataset's controls.
  ///
  /// @param value the same question as controls and planted codes know it
  /// @param because its reason; effect, the figure that it is about, which `figure` names
  public record Asked(Question question, ValueQuestion value, Function<DatasetControls, String> because,
      Function<DatasetControls, Estimate> effect, Unit unit, String figure) {
    public Verdict verdict(DatasetControls on) {
      return on.answer(value);
    }

    Finding finding(DatasetControls on) {
      return Finding.on(on.dataset(), verdict(on), because.apply(on), new Evidence(figure, unit, effect(on),
          Power.of(Planted.CODES, on.power().curve(value), on.testProblems())));
    }

    public Estimate effect(DatasetControls on) {
      return effect.apply(on);
    }
  }

  static Map<Question, List<Finding>> of(ValueNeuronResults results) {
    return ASKED.stream().collect(Collectors.toMap(Asked::question, asked -> each(results, asked::finding)));
  }

  /// What is asked of the value code, where there is one.
  private static String asked(DatasetControls on, ValueQuestion question, String figures) {
    return (on.readable() ? "" : "the probe is not shown to predict success; ") + figures + "; "
        + PowerWords.of(on, question);
  }

  /// A dataset without controls was not asked, and says why.
  private static List<Finding> each(ValueNeuronResults results, Function<DatasetControls, Finding> finding) {
    Map<String, DatasetControls> controls = results.controls().stream()
        .collect(Collectors.toMap(DatasetControls::dataset, Function.identity()));
    List<Finding> findings = new ArrayList<>();
    for (DatasetSummary dataset : results.datasets()) {
      DatasetControls own = controls.remove(dataset.dataset());
      findings.add(own != null
          ? finding.apply(own)
          : Finding.on(dataset.dataset(), Verdict.NOT_TESTED, untested(dataset)));
    }
    controls.values().forEach(own -> findings.add(finding.apply(own)));
    return findings;
  }

  private static String untested(DatasetSummary dataset) {
    double accuracy = dataset.accuracy().value();
    if (accuracy == 0 || accuracy == 1) {
      return oneOutcome(dataset.rollouts(), accuracy == 1);
    }
    return dataset.note() == null ? "no probe could be put to the test" : dataset.note();
  }

  /// Why nothing can be asked about rollouts of one outcome.
  public static String oneOutcome(int rollouts, boolean right) {
    return "all %d rollouts are %s, so that there is nothing to predict".formatted(rollouts, right ? "right" : "wrong");
  }

  private static String readable(DatasetControls on) {
    return "AUROC %s at %s, %d test problems; %s".formatted(interval(on.whole()), on.hook(), on.testProblems(),
        PowerWords.of(on, ValueQuestion.PREDICTS));
  }

  private static String sparse(DatasetControls on) {
    Sparsity sparsity = on.sparsity();
    return asked(on, ValueQuestion.SPARSE,
        "%d of %d coordinates reach %s, %s relative to all of them (margin %s); random sets of the same size %s"
            .formatted(sparsity.kept(), on.width(), interval(sparsity.pruned()), signed(sparsity.difference()),
                sparsity.margin(), "%.3f (%.3f to %.3f)".formatted(sparsity.random().mean(), sparsity.random().low(),
                    sparsity.random().high())));
  }

  private static String aligned(DatasetControls on) {
    RotationControl rotation = on.rotation();
    return asked(on, ValueQuestion.ALIGNED,
        "pruned AUROC in the native basis minus that in %d rotated bases %s, %s".formatted(rotation.rotations(),
            signed(rotation.difference()), rotation.pValue().equation("p")));
  }

  private static String more(DatasetControls on) {
    NuisanceBaseline baseline = on.nuisances().getFirst();
    return asked(on, ValueQuestion.MORE_THAN_LENGTH,
        "%s alone %s; the probe adds %s%s".formatted(String.join(" and ", baseline.variables()),
            interval(baseline.alone()), signed(baseline.increment()),
            baseline.verdict() == Verdict.NOT_TESTED ? ": they explain everything, nothing is left to add" : ""));
  }
}
