package org.striatum.peft.nta.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.peft.nta.network.GateRegulariser.Norm;

class GateRegulariserTest {
  @Test
  void costsWhatTheFormulaSays() {
    double[] c = {0.6, -0.2};
    // 0.1 · (1 · 10 · 0.2 + 4 · 10 · ½ (0.8 − 1)²) / 5
    assertThat(new GateRegulariser(0.1, 1, Norm.L1, 4).addTo(new double[2], c)).isCloseTo(0.1 * 2.8 / 5, within(1e-15));
    // 0.1 · (1 · 10 · 0.2 + 4 · ½ (√0.4 − 1)²) / 5
    double length = Math.sqrt(0.4);
    assertThat(new GateRegulariser(0.1, 1, Norm.L2, 4).addTo(new double[2], c))
        .isCloseTo(0.1 * (2 + 2 * (length - 1) * (length - 1)) / 5, within(1e-15));
    double[] gradient = {7, 7};
    assertThat(GateRegulariser.NONE.addTo(gradient, c)).isZero();
    assertThat(gradient).containsExactly(7, 7);
  }

  @ParameterizedTest
  @EnumSource
  void itsSlopeIsThatOfItsCost(Norm norm) {
    GateRegulariser regulariser = new GateRegulariser(0.3, 1, norm, 5);
    double[] c = {0.7, -0.4, 0.2, 0.9};
    double[] gradient = new double[4];
    regulariser.addTo(gradient, c);
    for (int i = 0; i < 4; i++) {
      double h = 1e-6;
      double[] above = c.clone();
      double[] below = c.clone();
      above[i] += h;
      below[i] -= h;
      double slope = (regulariser.addTo(new double[4], above) - regulariser.addTo(new double[4], below)) / (2 * h);
      assertThat(gradient[i]).isCloseTo(slope, within(1e-7));
    }
  }

  @Test
  void refusesWhatItCannotWeigh() {
    assertThatIllegalArgumentException().isThrownBy(() -> new GateRegulariser(-1, 1, Norm.L1, 1))
        .withMessage("λ must be ≥ 0 and finite, found -1.0");
    assertThatIllegalArgumentException().isThrownBy(() -> new GateRegulariser(1, 0, Norm.L1, 0))
        .withMessageContaining("not both 0");
  }
}
