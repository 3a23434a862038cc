package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PValueTest {
  /// 1/(1 + m) is the smallest that m controls can give, and the only one that is printed as a bound.
  @Test
  void oneAtItsFloorIsABound() {
    for (int m : new int[]{19, 39, 99, 199, 999}) {
      for (int asExtreme = 0; asExtreme <= m; asExtreme++) {
        PValue p = PValue.counted((1.0 + asExtreme) / (1 + m), m);
        assertThat(p.atFloor()).isEqualTo(asExtreme == 0);
        assertThat(p.printed().contains("≤")).isEqualTo(asExtreme == 0);
      }
    }
    assertThat(PValue.counted(1 / 6.0, 5).printed()).isEqualTo("≤\u202f0.17");
    assertThat(PValue.counted(1 / 30.0, 29).equation("p")).isEqualTo("p ≤\u202f0.033");
    assertThat(PValue.counted(2 / 30.0, 29).equation("p")).isEqualTo("p = 0.067");
  }

  @Test
  void aCorrectedOneIsABoundWhereItsPIs() {
    assertThat(PValue.corrected(0.75, 1 / 40.0, 39).equation("q")).isEqualTo("q ≤\u202f0.75");
    assertThat(PValue.corrected(0.75, 2 / 40.0, 39).equation("q")).isEqualTo("q = 0.75");
  }

  @Test
  void computedOnesHaveNoFloor() {
    assertThat(PValue.exact(0.0625).printed()).isEqualTo("0.063");
    assertThat(PValue.exact(1).printed()).isEqualTo("1");
    assertThat(PValue.exact(1e-9).equation("p")).isEqualTo("p <\u202f0.0001");
    assertThat(PValue.exact(Double.NaN).printed()).isEqualTo("–");
    assertThat(PValue.counted(Double.NaN, 0).equation("p")).isEqualTo("p not computed");
  }
}
