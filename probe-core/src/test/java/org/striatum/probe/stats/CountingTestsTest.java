package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CountingTestsTest {
  @Property(tries = 100)
  void mcNemarIsSymmetricAndSharpensWithImbalance(@ForAll @IntRange(max = 60) int b,
      @ForAll @IntRange(max = 60) int c) {
    double p = McNemar.exact(b, c);
    assertThat(p).isEqualTo(McNemar.exact(c, b)).isBetween(0.0, 1.0);
    int most = Math.max(b, c);
    assertThat(McNemar.exact(most + 1, Math.min(b, c))).isLessThanOrEqualTo(p + 1e-12);
  }

  @Test
  void mcNemarNeedsCounts() {
    assertThat(McNemar.exact(0, 0)).isEqualTo(1);
    assertThatThrownBy(() -> McNemar.exact(-1, 2)).hasMessageContaining("≥ 0, found -1");
  }

  @Property(tries = 100)
  void adjustedValuesKeepTheOrderAndNeverShrink(@ForAll long seed, @ForAll @IntRange(min = 1, max = 50) int m) {
    double[] p = new SplittableRandom(seed).doubles(m).toArray();
    double[] q = FalseDiscovery.benjaminiHochberg(p);
    for (int i = 0; i < m; i++) {
      assertThat(q[i]).isBetween(p[i] - 1e-15, 1.0);
      for (int j = 0; j < m; j++) {
        assertThat(p[i] > p[j] && q[i] < q[j]).isFalse();
      }
    }
  }

  /// By Holm's own procedure (1979), worked out by hand.
  @Test
  void holmStepsDown() {
    assertThat(FamilyWise.holm(new double[]{0.01, 0.04, 0.03, 0.005, 0.6})).containsExactly(
        new double[]{0.04, 0.09, 0.09, 0.025, 0.6}, within(1e-12));
    assertThat(FamilyWise.holm(new double[]{0.3})).containsExactly(0.3);
    assertThat(FamilyWise.holm(new double[0])).isEmpty();
    assertThatThrownBy(() -> FamilyWise.holm(new double[]{2})).hasMessageContaining("must be in [0, 1], found 2.0");
  }

  @Test
  void adjustmentRefusesWhatIsNoProbability() {
    assertThatThrownBy(() -> FalseDiscovery.benjaminiHochberg(new double[]{0.5, Double.NaN}))
        .hasMessageContaining("must be in [0, 1], found NaN");
  }

  @Property(tries = 100)
  void overlapProbabilitiesSumToOne(@ForAll @IntRange(min = 1, max = 300) int population,
      @ForAll @IntRange(max = 300) int a, @ForAll @IntRange(max = 300) int b) {
    int first = Math.min(a, population);
    int second = Math.min(b, population);
    int least = Math.max(0, first + second - population);
    assertThat(new Overlap(population, first, second, least).p()).isCloseTo(1, within(1e-9));
  }

  @Test
  void overlapOfSets() {
    Overlap overlap = Overlap.of(List.of(1, 2, 3), List.of(2, 3, 4, 5), 100);
    assertThat(overlap).isEqualTo(new Overlap(100, 3, 4, 2));
    assertThat(overlap.iou()).isEqualTo(0.4);
    assertThat(Overlap.of(List.of(1, 2), List.of(2, 1), 2).expectedIou()).isCloseTo(1, within(1e-12));
    assertThatThrownBy(() -> new Overlap(10, 3, 3, 4)).hasMessageContaining("cannot share 4");
  }

  @Test
  void empiricalPIsNeverZero() {
    assertThat(EmpiricalP.low(-3, -1, -2, 0)).isEqualTo(0.25);
    assertThat(EmpiricalP.low(-1, -1, -2, 0)).isEqualTo(0.75);
    assertThat(EmpiricalP.high(-1, -1, -2, 0)).isEqualTo(0.75);
    assertThat(EmpiricalP.low(-1)).isNaN();
  }

  @Test
  void calibrationOfTheTruthIsPerfect() {
    boolean[] outcomes = {true, false, true, true};
    assertThat(Calibration.of(new double[]{1, 0, 1, 1}, outcomes)).isEqualTo(new Calibration(0, 0));
    double[] rate = new double[4];
    Arrays.fill(rate, 0.75);
    assertThat(Calibration.of(rate, outcomes).ece()).isCloseTo(0, within(1e-15));
    assertThatThrownBy(() -> Calibration.of(new double[]{1.5}, new boolean[]{true}))
        .hasMessageContaining("must be in [0, 1], found 1.5");
  }
}
