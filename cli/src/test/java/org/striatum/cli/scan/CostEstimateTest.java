package org.striatum.cli.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CostEstimateTest {
  /// A study of a scan is not cut: no number of workers is quicker than the longest.
  @Test
  void timeIsDividedOverWorkersDownToTheLongestStudy() {
    CostEstimate estimate = new CostEstimate(Optional.of("step1"), Duration.ofMinutes(100), Duration.ofMinutes(20), 1,
        1, 1);
    assertThat(estimate.over(1)).isEqualTo(6000);
    assertThat(estimate.over(4)).isEqualTo(1500);
    assertThat(estimate.over(1000)).isEqualTo(1200);
  }
}
