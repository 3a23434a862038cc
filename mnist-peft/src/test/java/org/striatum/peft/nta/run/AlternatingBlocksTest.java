package org.striatum.peft.nta.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.setting.GatedPaths;
import org.striatum.peft.nta.setting.LearningDynamics;
import org.striatum.peft.nta.setting.NtaSettings;
import org.striatum.peft.nta.setting.TaskBlocks;
import org.striatum.peft.nta.setting.TaskShape;
import org.striatum.peft.nta.task.Teachers;

class AlternatingBlocksTest {
  private static final NtaSettings FLEXIBLE = NtaSettings.flexible();

  /// The published setting, one seed. The references are those of the original's setting run elsewhere in Python; over ten
  /// seeds `PublishedFiguresTest` holds them.
  @Test
  void fastBoundedGatesSwitchWhereSlowOnesForget() {
    NtaRun flexible = AlternatingBlocks.run(FLEXIBLE, 1);
    NtaRun forgetful = AlternatingBlocks.run(FLEXIBLE.forgetful(), 1);
    assertThat(flexible.figure(NtaRun.TIME_TO_CRITERION, 1)).isCloseTo(0.74, within(0.03));
    assertThat(flexible.figure(NtaRun.TIME_TO_CRITERION, 20)).isLessThanOrEqualTo(0.07);
    assertThat(forgetful.figure(NtaRun.TIME_TO_CRITERION, 20)).isCloseTo(0.45, within(0.03));
    assertThat(flexible.figure(NtaRun.WEAKEST, 20)).isGreaterThan(0.9);
    assertThat(forgetful.figure(NtaRun.LOSS_AT_END, 20)).isCloseTo(0.061, within(0.005));
    assertThat(flexible.figure(NtaRun.GATE_SEPARATION, 20)).isCloseTo(1, within(0.05));
    assertThat(forgetful.figure(NtaRun.GATE_SEPARATION, 20)).isCloseTo(0, within(0.05));
  }

  /// τ_w dw̄/dt = ½ c̄ (ε₁ − ε₂): without a batch's noise true of every Euler step, so of whole blocks, as long as paths keep
  /// their order.
  @Test
  void theErrorsDifferenceDrivesSpecialisation() {
    NtaRun run = AlternatingBlocks.run(FLEXIBLE.withDynamics(FLEXIBLE.dynamics().withSteps(0.001, 0)), 3);
    for (int block = 1; block <= 20; block++) {
      assertThat(run.figure(AlternatingBlocks.CHANGE, block))
          .isCloseTo(run.figure(AlternatingBlocks.DRIVEN, block), within(1e-12));
    }
  }

  /// The speed at which gates switch, by projections on teachers, is that at which they move in a block's first step.
  @Test
  void theSwitchingSpeedIsTheGates() {
    NtaSettings settings = FLEXIBLE.withDynamics(new LearningDynamics(0.1, 0.03, GateRegulariser.NONE, 0.01, 0))
        .withBlocks(TaskBlocks.of(12, 0.2));
    NtaRun run = AlternatingBlocks.run(settings, 2);
    float[] first = run.curves().get("gate 1");
    float[] second = run.curves().get("gate 2");
    // What random weights hold beyond the teachers has decayed by then.
    for (int block = 7; block <= 12; block++) {
      int at = 20 * (block - 1); // a point a step
      double moved = first[at + 1] - second[at + 1] - (first[at] - second[at]);
      double speed = Math.abs(run.figure(AlternatingBlocks.SWITCHING_SPEED, block));
      assertThat(Math.abs(moved) / 0.01).isCloseTo(speed, within(0.02 * speed));
    }
    assertThat(Math.abs(run.figure(AlternatingBlocks.SWITCHING_SPEED, 12))).isGreaterThan(0.005);
  }

  @Test
  void equalSeedsGiveEqualRunsAndOthersOthers() {
    NtaSettings brief = brief(0.03);
    assertThat(AlternatingBlocks.run(brief, 5)).usingRecursiveComparison().isEqualTo(AlternatingBlocks.run(brief, 5));
    assertThat(AlternatingBlocks.run(brief, 6).byBlock().get(NtaRun.LOSS_AT_END))
        .isNotEqualTo(AlternatingBlocks.run(brief, 5).byBlock().get(NtaRun.LOSS_AT_END));
  }

  private static NtaSettings brief(double tauC) {
    return new NtaSettings(TaskShape.orthogonal(8, 2, 2), FLEXIBLE.paths(),
        new LearningDynamics(0.2, tauC, FLEXIBLE.dynamics().regulariser(), 0.002, 20), TaskBlocks.of(4, 0.2), 0.02);
  }

  @Test
  void curvesHaveTheirPointsInOrder() {
    NtaRun run = AlternatingBlocks.run(brief(0.03), 5);
    assertThat(run.time()).hasSize(4 * 25).isSorted();
    assertThat(run.curves().keySet()).contains("loss", "gate 1", "gate 2", "gate separation");
    assertThat(run.curves().get("loss")[0]).isEqualTo((float) run.figure(NtaRun.LOSS_AT_START, 1));
    assertThat(run.curves().get("loss")[25]).isEqualTo((float) run.figure(NtaRun.LOSS_AT_START, 2));
    assertThat(run.time()[25]).isEqualTo(0.2f);
  }

  @Test
  void aDivergingRunIsStoppedAndSaid() {
    NtaSettings coarse = brief(0.03)
        .withDynamics(new LearningDynamics(0.001, 0.001, FLEXIBLE.dynamics().regulariser(), 0.1, 20))
        .withBlocks(TaskBlocks.of(4, 10));
    assertThatThrownBy(() -> AlternatingBlocks.run(coarse, 1)).isInstanceOf(DivergedException.class)
        .hasMessageStartingWith("the loss must stay finite, found ").hasMessageContaining(" in block 1 at time ")
        .hasMessageContaining("take a smaller dt");
  }

  @Test
  void newTasksComeWhenTheyShould() {
    TaskBlocks settings = NtaSettings.taskComposition().blocks();
    Teachers teachers = Teachers.orthogonal(3, 6, 20, new SplittableRandom(1));
    assertThat(settings.task(teachers, 0).name()).isEqualTo("A");
    assertThat(settings.task(teachers, 21).name()).isEqualTo("A");
    assertThat(settings.task(teachers, 22).name()).isEqualTo("½(B+C)");
    assertThat(NtaSettings.subtaskComposition().blocks().task(teachers, 23).name()).isEqualTo("C|A");
  }

  @Test
  void refusesSettingsThatMakeNoNetwork() {
    assertThatIllegalArgumentException().isThrownBy(() -> brief(0))
        .withMessage("τ_c must be > 0 and finite, found 0.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new GatedPaths(0, false))
        .withMessage("a network needs at least 1 path, found 0");
    assertThatIllegalArgumentException().isThrownBy(() -> FLEXIBLE.tasks().withTeachers(3, 0))
        .withMessageContaining("need 30 orthogonal rows but only 20 inputs");
    assertThatIllegalArgumentException().isThrownBy(() -> FLEXIBLE.withDynamics(FLEXIBLE.dynamics().withSteps(2, 200)))
        .withMessageContaining("at least one step");
  }
}
