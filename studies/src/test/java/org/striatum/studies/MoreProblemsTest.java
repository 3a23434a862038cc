package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.MoreProblems.Limit;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.Evidence;
import org.striatum.studies.answer.Planted;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyAnswers;
import org.striatum.studies.answer.Unit;
import org.striatum.studies.dopamine.DopamineStep;
import org.striatum.studies.intervention.AblationStep;
import org.striatum.studies.rollouts.RolloutStep;
import org.striatum.studies.value.ProbeStep;

class MoreProblemsTest {
  private static final int ASKED = 600;
  private static final StudyPlan PLAN = StudyPlan.DEFAULT.with(RolloutStep.STUDY,
      RolloutStep.STUDY.about().defaults().withProblems(ASKED));
  private static final double SHARE = PLAN.settings(ProbeStep.STUDY).split().test();
  private static final int ATTEMPTS = PLAN.settings(AblationStep.STUDY).measures().attempts();

  private static Finding finding(String task, Verdict verdict, Planted planted, int here, double needed) {
    return Finding.on(task, verdict, "", new Evidence("", Unit.AUROC, Estimate.exact(0.5),
        new Power(planted, 0.7, 0.5, 0.8, here, needed, 20)));
  }

  private static AnswerMatrix matrix(Finding... findings) {
    return AnswerMatrix.of(StudyAnswers.of("m", Map.of(Question.READABLE, List.of(findings))));
  }

  private static MoreProblems more(int drawn, Finding... findings) {
    return MoreProblems.of(matrix(findings), PLAN, Map.of("mul", drawn, "mine", 60), List.of()).orElseThrow();
  }

  /// A command is told all problems of a task, so many that the test problems among them are as many as the answer says.
  @Test
  void theLimitCountsAllProblemsOfATask() {
    int tested = (int) Math.round(ASKED * SHARE);
    for (int factor = 2; factor <= 10; factor++) {
      MoreProblems more = more(ASKED, finding("mul", Verdict.UNDECIDED, Planted.CODES, tested, factor * tested));
      assertThat(more.problems()).isBetween(factor * ASKED, factor * ASKED + 50);
      assertThat(more.tested()).isBetween(factor * tested, factor * tested + 50);
      assertThat(more.isLarger()).isTrue();
      assertThat(more.raised()).isEmpty();
    }
  }

  /// The largest need of all undecided answers; one decided already, out of reach or of unknown need counts for nothing.
  @Test
  void onlyWhatCanBeDecidedCounts() {
    int tested = (int) Math.round(ASKED * SHARE);
    Finding twice = finding("mul", Verdict.UNDECIDED, Planted.CODES, tested, 2 * tested);
    assertThat(more(ASKED, twice).problems()).isEqualTo(2 * ASKED);
    assertThat(MoreProblems.of(matrix(finding("mul", Verdict.NO, Planted.CODES, tested, 2 * tested),
        finding("mine", Verdict.UNDECIDED, Planted.CODES, 24, 11 * 24.0)), PLAN, Map.of("mul", ASKED, "mine", 60),
        List.of()))
        .isEmpty();
    assertThat(MoreProblems.of(matrix(finding("mul", Verdict.UNDECIDED, Planted.CODES, tested, Double.NaN)), PLAN,
        Map.of("mul", ASKED), List.of())).isEmpty();
  }

  /// Test problems that the study has already are tried by raising the limit of the part that leaves them out.
  @Test
  void aPartsOwnLimitIsRaisedToo() {
    MoreProblems within = more(ASKED, finding("mul", Verdict.UNDECIDED, Planted.DROPS, ATTEMPTS, ATTEMPTS + 20));
    assertThat(within.isLarger()).isFalse();
    assertThat(within.raised()).containsExactly(Map.entry(Limit.ATTEMPTS, ATTEMPTS + 20));
    MoreProblems beyond = more(ASKED, finding("mul", Verdict.UNDECIDED, Planted.DROPS, ATTEMPTS, 3 * ATTEMPTS));
    assertThat(beyond.problems() * SHARE).isBetween(3.0 * ATTEMPTS, 3.0 * ATTEMPTS + 50);
    assertThat(beyond.raised()).containsEntry(Limit.ATTEMPTS, 3 * ATTEMPTS);
    int continued = PLAN.settings(DopamineStep.STUDY).continuations().rollouts();
    assertThat(more(ASKED, finding("mul", Verdict.UNDECIDED, Planted.NEURONS, continued, 2 * continued)).raised())
        .containsExactly(Map.entry(Limit.CONTINUED, 2 * continued));
  }

  /// Where planted codes are found too seldom to say, what a plan would say is said.
  @Test
  void whatCannotBeExtrapolatedIsTakenFromTheFormula() {
    AnswerMatrix blind = matrix(finding("mul", Verdict.UNDECIDED, Planted.CODES, 18, Double.NaN));
    for (int needed : new int[]{152, 451}) {
      Prospect prospect = new Prospect("mul", 60, 18, 60, 30, 0.7, 0.2, OptionalInt.of(needed));
      Optional<MoreProblems> more = MoreProblems.of(blind, PLAN, Map.of("mul", 60), List.of(prospect));
      assertThat(more.orElseThrow().problems()).isBetween(needed, needed + 50);
    }
  }

  @Test
  void aSetThatHasNoMoreIsNamed() {
    MoreProblems more = more(ASKED, finding("mine", Verdict.UNDECIDED, Planted.CODES, 24, 96));
    assertThat(more.lacking()).containsExactly(Map.entry("mine", 60));
    assertThat(more.problems()).isEqualTo(250);
    assertThat(more.isLarger()).isFalse();
  }
}
