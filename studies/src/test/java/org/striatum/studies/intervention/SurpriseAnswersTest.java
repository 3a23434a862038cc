package org.striatum.studies.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.LossPower;
import org.striatum.probe.dopamine.SurpriseResponse;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.power.PowerCurve;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.Power;
import org.striatum.studies.answer.Question;

class SurpriseAnswersTest {
  private static final Estimate NOTHING = new Estimate(0.01, -0.03, 0.05);

  /// Of a response of 0.5 nothing is lost, and no more than matched sets take.
  private static SurpriseResponse kept(int found) {
    return new SurpriseResponse("mul", new Read("dopamine@1%", HookPoint.residPost(2), List.of(3)),
        new Read("value@1%", HookPoint.residPost(1), List.of(4)), 20, 22, 30, new Estimate(0.5, 0.2, 0.8),
        new Estimate(0.51, 0.2, 0.8), NOTHING, NOTHING, IntStream.range(0, 39).mapToObj(i -> (i - 19) * 0.005).toList(),
        0.6, new LossPower(new PowerCurve(0, 0.5, List.of(new PowerCurve.Point(0.25, 200, found / 2),
            new PowerCurve.Point(0.5, 200, found))), 24),
        List.of());
  }

  private static Finding finding(SurpriseResponse one) {
    return SurpriseStep.STUDY.answers("model", new SurpriseResults(List.of(one), List.of())).get(Question.RESPONSE)
        .getFirst();
  }

  /// The same figures are a no where a loss of half the response would have been found, and undecided where it would not.
  @Test
  void noStandsOnPower() {
    assertThat(finding(kept(170)).verdict()).isEqualTo(Verdict.NO);
    assertThat(finding(kept(150)).verdict()).isEqualTo(Verdict.UNDECIDED);
  }

  @Test
  void aFindingHoldsWhatItStandsOn() {
    Finding found = finding(kept(170));
    assertThat(found.task()).isEqualTo("mul");
    assertThat(found.evidence().estimate()).isEqualTo(NOTHING);
    Power power = found.evidence().power();
    assertThat(power.effect()).isEqualTo(0.5);
    assertThat(power.found()).isEqualTo(0.85);
    assertThat(power.smallest()).isBetween(0.25, 0.5);
    assertThat(power.problems()).isEqualTo(30);
    assertThat(power.needed()).isEqualTo(24);
    assertThat(finding(kept(150)).evidence().power().smallest()).isNaN();
  }

  @Test
  void whatCouldNotBeReadIsNotTested() {
    List<Finding> none = SurpriseAnswers.of(new SurpriseResults(List.of(), List.of("add: too few surprises")));
    assertThat(none).extracting(Finding::verdict).containsExactly(Verdict.NOT_TESTED);
    assertThat(none.getFirst().because()).contains("too few surprises");
  }
}
