package org.striatum.studies.baselines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class NextTokensTest {
  /// ln softmax of (0, ln 3, ln 4): 1/8, 3/8, 1/2, whatever is added to all and whatever lies around.
  @Test
  void aTokensProbabilityIsItsSoftmax() {
    float[] logits = {9, 100, (float) (100 + Math.log(3)), (float) (100 + Math.log(4)), 200};
    assertThat(NextTokens.logProbability(logits, 1, 3, 0)).isCloseTo(Math.log(0.125), within(1e-5));
    assertThat(NextTokens.logProbability(logits, 1, 3, 1)).isCloseTo(Math.log(0.375), within(1e-5));
    assertThat(NextTokens.logProbability(logits, 1, 3, 2)).isCloseTo(Math.log(0.5), within(1e-5));
  }
}
