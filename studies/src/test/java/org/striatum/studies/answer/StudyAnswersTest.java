package org.striatum.studies.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.uses.SearchResults;
import org.striatum.probe.uses.SearchResults.Arm;
import org.striatum.probe.uses.SearchResults.Comparison;
import org.striatum.probe.uses.SearchResults.DatasetSearch;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Answer.Reply;

class StudyAnswersTest {
  private static Answer answer(Reply... replies) {
    return new Answer(Question.SPARSE,
        IntStream.range(0, replies.length).mapToObj(i -> new Finding("case " + i, replies[i], "")).toList());
  }

  @Test
  void oneWordSaysNoMoreThanTheCasesDo() {
    assertThat(answer().brief()).isEqualTo("not asked");
    assertThat(answer(Reply.YES, Reply.YES).brief()).isEqualTo("yes (2 of 2 yes)");
    assertThat(answer(Reply.NO, Reply.NO).brief()).isEqualTo("no (0 of 2 yes)");
    assertThat(answer(Reply.UNDECIDED, Reply.UNDECIDED).reply()).isEqualTo(Reply.UNDECIDED);
    assertThat(answer(Reply.NO, Reply.UNDECIDED).brief()).isEqualTo("not shown (0 of 2 yes)");
    assertThat(answer(Reply.YES, Reply.NO, Reply.UNDECIDED).brief()).isEqualTo("in part (1 of 3 yes)");
  }

  @Test
  void whatWasNotStudiedWasNotAsked() {
    StudyAnswers none = StudyAnswers.of("model", StudyResults.NONE);
    assertThat(none.answers()).extracting(Answer::question).containsExactly(Question.values());
    assertThat(none.answers()).allSatisfy(answer -> assertThat(answer.reply()).isEqualTo(Reply.NOT_ASKED));
  }

  /// The interval decides, not the figure.
  @Test
  void searchIsAnsweredByTheIntervalOfItsGain() {
    List<Reply> replies = Arrays.stream(new double[][]{{0.1, 0.02, 0.2}, {0.1, -0.02, 0.2}, {-0.1, -0.2, -0.02}})
        .map(gain -> replied(new Estimate(gain[0], gain[1], gain[2]))).toList();
    assertThat(replies).containsExactly(Reply.YES, Reply.UNDECIDED, Reply.NO);
  }

  private static Reply replied(Estimate gain) {
    Comparison comparison = new Comparison("search by value", "random choice", gain, 3, 1, 0.6);
    DatasetSearch found = new DatasetSearch("add", HookPoint.residPost(0), 10,
        List.of(new Arm("search by value", gain, 1, 1)), List.of(comparison), List.of(comparison.words()), List.of());
    return StudyAnswers.of("model",
        new StudyResults(null, null, new LinkedHashMap<>(), null, null, new SearchResults(4, 24, List.of(found)),
            List.of()))
        .to(Question.SEARCH)
        .reply();
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
    Answer answer = StudyAnswers
        .of("model", new StudyResults(null, null, new LinkedHashMap<>(), null, null, null, List.of(results)))
        .to(Question.ADAPTATION);
    assertThat(answer.findings()).extracting(Answer.Finding::reply).containsExactly(Reply.YES, Reply.NO);
    assertThat(answer.findings()).extracting(Answer.Finding::of).containsExactly("mul, value@10%", "mul, dopamine@10%");
    assertThat(answer.findings().getFirst().because()).contains("+0.0200 [+0.0100, +0.0300] nats",
        "5 RMS-matched sets");
  }
}
