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
import org.striatum.studies.answer.Question;

/// What the controls of value probes answer, one case per dataset.
public final class ValueAnswers {
  /// The questions that controls answer.
  public static final List<Asked> ASKED = List.of(
      new Asked(Question.READABLE, ValueAnswers::readable, DatasetControls::whole, "AUROC"),
      new Asked(Question.SPARSE, ValueAnswers::sparse, on -> on.sparsity().difference(), "pruned minus whole"),
      new Asked(Question.BASIS_ALIGNED, ValueAnswers::aligned, on -> on.rotation().difference(),
          "native minus rotated"),
      new Asked(Question.MORE_THAN_LENGTH, ValueAnswers::more, on -> on.nuisances().getFirst().increment(),
          "AUROC added to prompt length"));

  private ValueAnswers() {}

  /// One question about a dataset's controls.
  ///
  /// @param finding its answer; effect, the figure that it is about, which `figure` names
  public record Asked(Question question, Function<DatasetControls, Finding> finding,
      Function<DatasetControls, Estimate> effect, String figure) {
    public Verdict verdict(DatasetControls on) {
      return finding.apply(on).verdict();
    }

    public Estimate effect(DatasetControls on) {
      return effect.apply(on);
    }
  }

  static Map<Question, List<Finding>> of(ValueNeuronResults results) {
    return ASKED.stream().collect(Collectors.toMap(Asked::question, asked -> each(results, asked.finding())));
  }

  /// What is asked of the value code, where there is one.
  private static Finding asked(DatasetControls on, ValueQuestion question, String figures) {
    return new Finding(on.dataset(), on.answer(question),
        (on.readable() ? "" : "the probe is not shown to predict success; ") + figures + "; "
            + PowerWords.of(on, question));
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
          : new Finding(dataset.dataset(), Verdict.NOT_TESTED,
              dataset.note() == null ? "no probe could be put to the test" : dataset.note()));
    }
    controls.values().forEach(own -> findings.add(finding.apply(own)));
    return findings;
  }

  private static Finding readable(DatasetControls on) {
    return new Finding(on.dataset(), on.predicts(), "AUROC %s at %s, %d test problems; %s".formatted(
        interval(on.whole()), on.hook(), on.testProblems(), PowerWords.of(on, ValueQuestion.PREDICTS)));
  }

  private static Finding sparse(DatasetControls on) {
    Sparsity sparsity = on.sparsity();
    return asked(on, ValueQuestion.SPARSE,
        "%d of %d coordinates reach %s, %s relative to all of them (margin %s); random sets of the same size %s"
            .formatted(sparsity.kept(), on.width(), interval(sparsity.pruned()), signed(sparsity.difference()),
                sparsity.margin(), "%.3f (%.3f to %.3f)".formatted(sparsity.random().mean(), sparsity.random().low(),
                    sparsity.random().high())));
  }

  private static Finding aligned(DatasetControls on) {
    RotationControl rotation = on.rotation();
    return asked(on, ValueQuestion.ALIGNED,
        "pruned AUROC in the native basis minus that in %d rotated bases %s, %s".formatted(rotation.rotations(),
            signed(rotation.difference()), rotation.pValue().equation("p")));
  }

  private static Finding more(DatasetControls on) {
    NuisanceBaseline baseline = on.nuisances().getFirst();
    return asked(on, ValueQuestion.MORE_THAN_LENGTH,
        "%s alone %s; the probe adds %s%s".formatted(String.join(" and ", baseline.variables()),
            interval(baseline.alone()), signed(baseline.increment()),
            baseline.verdict() == Verdict.NOT_TESTED ? ": they explain everything, nothing is left to add" : ""));
  }
}
