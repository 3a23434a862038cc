package org.striatum.peft.nta.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.peft.nta.setting.NtaSettings;

class ExactSolutionTest {
  /// Minima by the formula at c̄ = 0, to three places.
  @ParameterizedTest
  @CsvSource({"0.1, .975", "0.178, .954", "0.316, .917", "0.562, .848", "1, .707"})
  void weightsFollowGatesAsTheFormulaSays(double tauC, double minimum) {
    ExactSolution run = ExactSolution.of(NtaSettings.reduced(), tauC, new SplittableRandom(1));
    assertThat(run.deviation()).isLessThan(2e-3);
    assertThat(run.minimum()).isCloseTo(minimum, within(2e-3));
    assertThat(run.switched()).isTrue();
    assertThat(run.specialisation()[0]).isEqualTo(1);
    assertThat(run.separation()[0]).isEqualTo(1);
  }

  /// Euler's error is of first order: half the step, half the deviation. (At longer τ_c what is left is that the regulariser
  /// holds ‖c‖₁ = 1 only nearly.)
  @Test
  void deviatesLessByFinerSteps() {
    NtaSettings settings = NtaSettings.reduced();
    ExactSolution coarse = ExactSolution.of(settings.withDynamics(settings.dynamics().withSteps(0.002, 0)), 0.1,
        new SplittableRandom(1));
    ExactSolution fine = ExactSolution.of(settings.withDynamics(settings.dynamics().withSteps(0.001, 0)), 0.1,
        new SplittableRandom(1));
    assertThat(coarse.deviation() / fine.deviation()).isCloseTo(2, within(0.2));
  }
}
