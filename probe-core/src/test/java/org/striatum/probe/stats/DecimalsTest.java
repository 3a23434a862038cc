package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DecimalsTest {
  @Test
  void oneMinusSignNoNegativeZeroADashForWhatIsNotKnown() {
    assertThat(Decimals.of(-0.01, 3)).isEqualTo("−0.010");
    assertThat(Decimals.of(-0.0004, 3)).isEqualTo("0.000");
    assertThat(Decimals.signed(0.0004, 3)).isEqualTo("0.000");
    assertThat(Decimals.signed(0.051, 3)).isEqualTo("+0.051");
    assertThat(Decimals.of(Double.NaN, 2)).isEqualTo("–");
    assertThat(Decimals.signed(Double.POSITIVE_INFINITY, 2)).isEqualTo("–");
  }

  @Test
  void anEstimateSaysWhetherItHasAnInterval() {
    assertThat(new Estimate(0.8231, 0.754, 0.892).printed(3)).isEqualTo("0.823 [0.754 to 0.892]");
    assertThat(new Estimate(-0.01, -0.03, 0.01).times(100).signed(1)).isEqualTo("−1.0 [−3.0 to +1.0]");
    assertThat(Estimate.exact(0.7).printed(2)).isEqualTo("0.70 [no interval]");
    assertThat(Estimate.exact(Double.NaN).printed(2)).isEqualTo("–");
    assertThat(Estimate.exact(0.7).interval(2)).isEqualTo("–");
  }

  @Property
  void whatIsWrittenIsTheNearestAndReadsBackInEveryLocale(@ForAll @DoubleRange(min = -1e6, max = 1e6) double value,
      @ForAll @IntRange(max = 6) int places) {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      String text = Decimals.signed(value, places);
      double read = Double.parseDouble(text.replace('−', '-'));
      assertThat(Math.abs(read - value)).isLessThanOrEqualTo(0.5000001 * Math.pow(10, -places));
      assertThat(text).doesNotContain("-", ",", "E");
    } finally {
      Locale.setDefault(before);
    }
  }
}
