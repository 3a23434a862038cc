package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProportionTest {
  /// scipy 1.17.1: `binomtest(hits, n).proportion_ci(method='exact')`.
  @ParameterizedTest
  @CsvSource({
      "0, 10, 0.000000000000, 0.308497107819",
      "1, 10, 0.002528578544, 0.445016117028",
      "3, 10, 0.066739511178, 0.652452850060",
      "9, 10, 0.554983882972, 0.997471421456",
      "10, 10, 0.691502892181, 1.000000000000",
      "7, 20, 0.153909204785, 0.592188534533"
  })
  void theIntervalIsExact(int hits, int n, double low, double high) {
    Proportion share = new Proportion(hits, n);
    assertThat(share.low()).isCloseTo(low, within(1e-9));
    assertThat(share.high()).isCloseTo(high, within(1e-9));
  }
}
