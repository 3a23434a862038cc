package org.striatum.probe.dopamine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.probe.dopamine.DopaminePower.Share;
import org.striatum.probe.dopamine.PlantedRollouts.Recipe;
import org.striatum.probe.run.Progress;

class DopaminePowerTest {
  /// All that only resembles a surprise.
  private static final Set<Planting> DECOYS = EnumSet.complementOf(EnumSet.of(Planting.SURPRISE));

  /// Rollouts whose activations follow nothing, effects of problem and rollout aside, so that whatever is found was put
  /// there by the study itself.
  private static DopaminePower power(int problems, int rollouts, int draws, int planted, long seed) {
    PlantedRollouts empty = PlantedRollouts.draw(new Recipe(problems, rollouts, draws, 40, false, true),
        new SplittableRandom(seed));
    DopamineSettings settings = DopamineStudyTest.settings(99, 200).withTests(tests -> tests
        .withPower(_ -> new DopamineSettings.Power(planted, List.of(0.15, 0.25, 0.35, 0.5, 0.7), 0.35)));
    DopamineResults results = new DopamineStudy(settings, seed).run(List.of(empty.dataset("empty")), Progress.NONE);
    assertThat(results.layers().getFirst().significant()).isEmpty();
    return results.power("empty");
  }

  /// The more is known, the weaker an effect is found; an answer is *no* only where it would have been *yes*.
  @Test
  void moreDataFindWeakerNeurons() {
    DopaminePower little = power(40, 4, 4, 12, 7);
    DopaminePower much = power(160, 6, 16, 12, 8);
    assertThat(found(little, Planting.SURPRISE)).isLessThan(found(much, Planting.SURPRISE));
    assertThat(little.curve().isEnough()).isFalse();
    assertThat(much.curve().smallest()).isBetween(0.25, 0.5);
    assertThat(much.shares()).hasSize(5 + DECOYS.size()).allMatch(share -> share.planted() == 12);
  }

  @Test
  void withoutPlantedCoordinatesNothingIsNo() {
    DopaminePower power = power(60, 4, 8, 0, 9);
    assertThat(power.shares()).isEmpty();
    assertThat(power.curve().isEnough()).isFalse();
    assertThat(power.curve().isBlind()).isFalse();
  }

  private static int found(DopaminePower power, Planting planting) {
    return power.shares().stream().filter(share -> share.planting() == planting).mapToInt(Share::found).sum();
  }

  /// 200 of each, with few continuations and with more: of what resembles a surprise, at most one in twenty is taken for one.
  @Test
  @Tag("slow")
  void whatResemblesSurpriseIsNotTakenForIt() {
    for (int draws : new int[]{8, 16}) {
      DopaminePower power = power(160, 6, draws, 200, 40 + draws);
      System.out.println(draws + " draws: " + power.shares());
      for (Planting decoy : DECOYS) {
        assertThat(found(power, decoy)).as(draws + " draws, " + decoy).isLessThanOrEqualTo(10);
      }
      assertThat(power.shares().stream().filter(share -> share.planting() == Planting.SURPRISE)
          .filter(share -> share.strength() == 0.7).findFirst().orElseThrow().value()).isGreaterThan(0.9);
    }
  }
}
