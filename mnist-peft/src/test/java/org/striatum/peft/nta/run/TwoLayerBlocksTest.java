package org.striatum.peft.nta.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.setting.TwoLayerSettings;

class TwoLayerBlocksTest {
  @Test
  void aFastBoundedLayerSwitches() {
    NtaRun fast = TwoLayerBlocks.run(TwoLayerSettings.fast(), 1);
    NtaRun forgetful = TwoLayerBlocks.run(TwoLayerSettings.fast().forgetful(), 1);
    assertThat(forgetful.figure(NtaRun.TIME_TO_CRITERION, 30))
        .isGreaterThan(3 * fast.figure(NtaRun.TIME_TO_CRITERION, 30));
    assertThat(fast.figure(TwoLayerBlocks.ROW_ALIGNMENT, 30))
        .isGreaterThan(forgetful.figure(TwoLayerBlocks.ROW_ALIGNMENT, 30));
  }

  @Test
  void refusesWhatIsNoNetwork() {
    TwoLayerSettings fast = TwoLayerSettings.fast();
    assertThatIllegalArgumentException().isThrownBy(() -> fast.dynamics().withSteps(0, 200))
        .withMessage("dt must be > 0 and finite, found 0.0");
    assertThatIllegalArgumentException().isThrownBy(() -> fast.withTasks(fast.tasks().withTeachers(2, 0.5)))
        .withMessageContaining("orthogonal teachers and no new tasks, found overlap 0.5");
  }
}
