package org.striatum.peft.nta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TwoLayerBlocksTest {
  private static final TwoLayerSettings SETTINGS = new TwoLayerSettings(6, 3, 2, 4, 0.06, 0.01,
      new GateRegulariser(0, 1, GateRegulariser.Norm.L2, 10), 0.001, 0, 2, 0.01, 0.1);

  @Test
  void gradientsAreTheLossesSlope() {
    TwoLayerBlocks network = new TwoLayerBlocks(SETTINGS, new SplittableRandom(1));
    for (int i = 0; i < network.first().length; i++) {
      network.first()[i] = Math.sin(i + 1);
    }
    Teachers teachers = Teachers.orthogonal(2, 3, 6, new SplittableRandom(2));
    double[] moments = new SecondMoments(6, 9, new SplittableRandom(3)).draw();
    Regression batch = new Regression.OfTeacher(3, 6, teachers.weights().getFirst(), moments);
    network.gradient(batch);
    check(network, batch, network.first(), network.firstGradient().clone());
    network.gradient(batch);
    check(network, batch, network.second(), network.secondGradient().clone());
  }

  private static void check(TwoLayerBlocks network, Regression batch, double[] weights, double[] gradient) {
    double h = 1e-5;
    for (int i = 0; i < weights.length; i++) {
      double held = weights[i];
      weights[i] = held + h;
      double above = network.gradient(batch);
      weights[i] = held - h;
      double below = network.gradient(batch);
      weights[i] = held;
      assertThat(gradient[i]).isCloseTo((above - below) / (2 * h), within(1e-8));
    }
  }

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
