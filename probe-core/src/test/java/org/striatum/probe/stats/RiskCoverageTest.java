package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/// Areas under risk–coverage curves that can be told without computing one.
class RiskCoverageTest {
  private static final boolean[] RIGHT = {true, true, true, false, false};

  @Test
  void constantConfidenceHasTheErrorRateEverywhere() {
    RiskCoverage curve = RiskCoverage.of(new double[]{3, 3, 3, 3, 3}, RIGHT);
    assertThat(curve.aurc()).isCloseTo(0.4, within(1e-12));
    assertThat(curve.points()).allSatisfy(point -> assertThat(point.risk()).isCloseTo(0.4, within(1e-12)));
  }

  @Test
  void aPerfectRankingErrsOnlyWhenItMust() {
    // Risk is 0 at coverages 1/5 … 3/5, then 1/4 and 2/5.
    assertThat(RiskCoverage.of(new double[]{5, 4, 3, 2, 1}, RIGHT).aurc())
        .isCloseTo((1.0 / 4 + 2.0 / 5) / 5, within(1e-12));
  }

  @Test
  void theWorstRankingErrsFirst() {
    // Risks 1, 1, 2/3, 2/4, 2/5.
    assertThat(RiskCoverage.of(new double[]{1, 2, 3, 4, 5}, RIGHT).aurc())
        .isCloseTo((1 + 1 + 2.0 / 3 + 0.5 + 0.4) / 5, within(1e-12));
  }

  @Test
  void refusesNaN() {
    assertThatIllegalArgumentException().isThrownBy(() -> RiskCoverage.of(new double[]{Double.NaN}, new boolean[1]))
        .withMessageContaining("found NaN at item 0");
  }
}
