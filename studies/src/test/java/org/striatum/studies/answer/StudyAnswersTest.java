package org.striatum.studies.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.Ceiling;
import org.striatum.probe.value.ValueNeuronResults;
import org.striatum.studies.value.ProbeStep;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.Comparison;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.studies.adaptation.GateStep;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.uses.SearchStep;

class StudyAnswersTest {
  private static Answer answer(Verdict... verdicts) {
    return new Answer(Question.SPARSE,
        IntStream.range(0, verdicts.length).mapToObj(i -> Finding.on("case " + i, verdicts[i], "")).toList());
  }

  @Test
  void oneWordSaysNoMoreThanTheCasesDo() {
    assertThat(answer().brief()).isEqualTo("not tested");
    assertThat(answer(Verdict.YES, Verdict.YES).brief()).isEqualTo("yes (all 2)");
    assertThat(answer(Verdict.NO, Verdict.NO).brief()).isEqualTo("no (all 2)");
    assertThat(answer(Verdict.UNDECIDED, Verdict.UNDECIDED).verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(answer(Verdict.NO, Verdict.UNDECIDED).brief()).isEqualTo("no 1 · undecided 1");
    assertThat(answer(Verdict.YES, Verdict.NO, Verdict.UNDECIDED).brief()).isEqualTo("yes 1 · no 1 · undecided 1");
  }

  @Test
  void whatWasNotStudiedWasNotAsked() {
    StudyAnswers none = StudyAnswers.of("model", Map.of());
    assertThat(none.answers()).extracting(Answer::question).containsExactly(Question.values());
    assertThat(none.answers()).allSatisfy(answer -> assertThat(answer.verdict()).isEqualTo(Verdict.NOT_TESTED));
  }

  /// A dataset that no probe could be fitted on (all rollouts cut off, say) is named, not passed over.
  @Test
  void aDatasetWithoutControlsIsNotTestedAndSaysWhy() {
    Estimate none = Estimate.exact(Double.NaN);
    String note = "the training fold needs right rollouts";
    Map.of(0.0, "all 30 rollouts are wrong, so that there is nothing to predict", 0.1, note, 1.0,
        "all 30 rollouts are right, so that there is nothing to predict").forEach((accuracy, why) -> {
          ValueNeuronResults results = new ValueNeuronResults(List.of(new ValueNeuronResults.DatasetSummary("cut", 30,
              30, Estimate.exact(accuracy), 0, 15, 5, 10, 0, none, new Ceiling(none, 0, "needs K ≥ 2"), note)),
              List.of());
          ProbeStep.STUDY.answers("model", results).values().forEach(findings -> assertThat(findings).singleElement()
              .isEqualTo(Finding.on("cut", Verdict.NOT_TESTED, why)));
        });
  }

  /// The interval decides, not the figure.
  @Test
  void searchIsAnsweredByTheIntervalOfItsGain() {
    List<Verdict> verdicts = Arrays.stream(new double[][]{{0.1, 0.02, 0.2}, {0.1, -0.02, 0.2}, {-0.1, -0.2, -0.02}})
        .map(gain -> answered(new Estimate(gain[0], gain[1], gain[2]))).toList();
    assertThat(verdicts).containsExactly(Verdict.YES, Verdict.UNDECIDED, Verdict.NO);
  }

  private static Verdict answered(Estimate gain) {
    Comparison comparison = new Comparison("search by value", "random choice", gain, 3, 1, 0.6);
    DatasetSearch found = new DatasetSearch("add", HookPoint.residPost(0), 10,
        List.of(new Arm("search by value", gain, 1, 1)), List.of(comparison), List.of());
    return SearchStep.STUDY.answers("model", new SearchResults(4, 24, List.of(found))).get(Question.SEARCH).getFirst()
        .verdict();
  }

  /// Each set of each mode is a case; the interval decides.
  @Test
  void adaptationIsAnsweredSetBySet() {
    Estimate better = new Estimate(0.02, 0.01, 0.03);
    Estimate worse = new Estimate(-0.02, -0.03, -0.01);
    AdaptationResults results = new AdaptationResults("mul", "mul",
        new AdaptationResults.Protocol(List.of(HookPoint.residPost(0)), "10%", 40, 16, 512, 48, 100, List.of(0.01), 5,
            4,
            -4, 0, 1),
        List.of(), List.of(
            new AdaptationResults.Comparison(AdaptationArm.VALUE, AdaptationArm.VALUE_MATCHED, better, better, better,
                0.05, 5, 5),
            new AdaptationResults.Comparison(AdaptationArm.DOPAMINE, AdaptationArm.DOPAMINE_MATCHED, worse, worse,
                worse, 0.05, 0, 5)),
        List.of(), 1e-6, List.of());
    Answer answer = StudyAnswers.of("model", GateStep.STUDY.answers("model", results)).to(Question.ADAPTATION);
    assertThat(answer.findings()).extracting(Answer.Finding::verdict).containsExactly(Verdict.YES, Verdict.NO);
    assertThat(answer.findings()).extracting(Answer.Finding::of).containsExactly("mul, value@10%", "mul, dopamine@10%");
    assertThat(answer.findings().getFirst().because()).contains("+0.0200 nats per token [+0.0100 to +0.0300]",
        "5 RMS-matched sets");
  }
}
