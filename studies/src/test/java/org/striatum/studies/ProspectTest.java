package org.striatum.studies;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Rollout;
import org.striatum.studies.Prospect.Outlook;

class ProspectTest {
  private static Prospect prospect(int problems, int samples, IntToDoubleFunction rewards) {
    List<Rollout> rollouts = new ArrayList<>();
    for (int p = 0; p < problems; p++) {
      for (int k = 0; k < samples; k++) {
        rollouts.add(new Rollout(new Problem("p" + p, "mul", "q", "", "a"), k, 1, "x", new int[]{1, 2}, 1, true,
            rewards.applyAsDouble(p * samples + k), -1));
      }
    }
    assertThat(Prospect.of(rollouts, StudyPlan.DEFAULT)).hasSize(1);
    return Prospect.of(rollouts, StudyPlan.DEFAULT).getFirst();
  }

  /// However many there are.
  @Test
  void oneOutcomeDecidesNothing() {
    for (int samples : new int[]{1, 2}) {
      for (double reward : new double[]{0, 1}) {
        Prospect one = prospect(500, samples, _ -> reward);
        assertThat(one.outlook()).isEqualTo(Outlook.NOTHING);
        assertThat(one.words().orElseThrow()).startsWith("mul: all " + 500 * samples + " rollouts are ");
      }
    }
  }

  /// Few test problems, or few rollouts of one outcome among many, decide little; how many would do is said.
  @Test
  void fewProblemsDecideLittle() {
    assertThat(prospect(45, 1, i -> i % 2).outlook()).isEqualTo(Outlook.LITTLE);
    assertThat(prospect(45, 1, i -> i % 2).words().orElseThrow()).contains("problems in all");
    assertThat(prospect(400, 1, i -> i % 100 == 0 ? 1 : 0).outlook()).isEqualTo(Outlook.LITTLE);
    assertThat(prospect(400, 2, i -> i < 4 ? 0 : 1).outlook()).isEqualTo(Outlook.LITTLE);
    assertThat(prospect(3, 1, i -> i % 2).outlook()).isEqualTo(Outlook.LITTLE);
  }

  @Test
  void enoughIsPassedOver() {
    Prospect enough = prospect(600, 2, i -> i % 4 < 2 ? 1 : 0);
    assertThat(enough.outlook()).isEqualTo(Outlook.ENOUGH);
    assertThat(enough.words()).isEmpty();
    assertThat(enough.found()).isGreaterThan(0.8);
    assertThat(enough.tested()).isEqualTo(240);
  }

  /// What is needed is enough, by the same formula: a study of so many problems passes over it.
  @Test
  void whatIsNeededIsEnough() {
    Prospect few = prospect(45, 1, i -> i % 2);
    assertThat(prospect(few.needed().orElseThrow() + 2, 1, i -> i % 2).outlook()).isEqualTo(Outlook.ENOUGH);
  }
}
