package org.striatum.peft.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdamTest {
  /// The first step is as long as the rate, whatever the slope's size: m̂ / √v̂ = ±1.
  @Test
  void theFirstStepIsAsLongAsTheRate() {
    float[] parameters = {1, 1, 1, 1};
    new Adam(new float[]{0.1f, 0.2f, 0.1f, 0}).step(parameters, new float[]{5, -0.001f, 0, 1});
    assertThat(parameters[0]).isCloseTo(0.9f, within(1e-6f));
    assertThat(parameters[1]).isCloseTo(1.2f, within(1e-5f));
    assertThat(parameters[2]).isEqualTo(1);
    assertThat(parameters[3]).isEqualTo(1);
  }

  /// torch.optim.Adam of PyTorch 2.13 on f(x) = x²/2 + 3x from x = 1 at rate 0.1: x behind each of five steps.
  @Test
  void itMovesAsPyTorchsDoes() {
    double[] expected = {0.9000000358, 0.8000740409, 0.7002738714, 0.6006532311, 0.5012675524};
    float[] x = {1};
    Adam adam = new Adam(new float[]{0.1f});
    for (double next : expected) {
      adam.step(x, new float[]{x[0] + 3});
      assertThat((double) x[0]).isCloseTo(next, within(1e-5));
    }
  }
}
