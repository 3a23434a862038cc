package org.striatum.peft.nta.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.striatum.peft.nta.network.GateRegulariser;
import org.striatum.peft.nta.setting.TwoLayerSettings;

class TwoLayerBlocksTest {
  private static final TwoLayerSettings SETTINGS = new TwoLayerSettings(6, 3, 2, 4, 0.06, 0.01,
      new GateRegulariser(0, 1, GateRegulariser.Norm.L2, 10), 0.001, 0, 2, 0.01, 0.1);

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
    assertThatIllegalArgumentException().isThrownBy(() -> SETTINGS.withStep(0))
        .withMessage("dt must be > 0 and finite, found 0.0");
  }
}
