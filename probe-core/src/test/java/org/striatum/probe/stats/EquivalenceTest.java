package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EquivalenceTest {
  /// `max(t.sf((d + m) / se, df), t.cdf((d - m) / se, df))` and `d ± t.ppf(0.95, df) * se` of SciPy 1.17.1; the last row
  /// is statsmodels 0.15.0, `DescrStatsW(sin(2.3 i) / 2 + 0.05, i < 24).ttost_mean(-0.3, 0.3)`.
  @ParameterizedTest
  @CsvSource({"0.1, 0.1, 29, 0.3, 0.027471818591483593, -0.06991270265334973",
      "-0.25, 0.1, 12, 0.3, 0.3130587381126621, -0.4282287555649319",
      "0.5, 0.2, 40, 0.3, 0.8383390941258544, 0.16322979733286958",
      "0, 0.05, 5, 0.3, 0.0009230691447970077, -0.10075241866665118",
      "0.06379547359108866, 0.07188581408537412, 23, 0.3, 0.0016193889032449654, -0.0594075731847"})
  void equalsTwoOneSidedTests(double difference, double error, int degrees, double margin, double p, double low) {
    Equivalence found = Equivalence.of(difference, error, degrees, margin);
    assertThat(found.p()).isCloseTo(p, within(1e-8));
    assertThat(found.low()).isCloseTo(low, within(1e-6));
    assertThat(found.low() + found.high()).isCloseTo(2 * difference, within(1e-12));
  }

  @Property
  void equivalentAtFivePercentWhereTheNinetyPercentIntervalLiesWithinTheMargin(
      @ForAll @DoubleRange(min = -1, max = 1) double difference,
      @ForAll @DoubleRange(min = 0.01, max = 1) double error, @ForAll @IntRange(min = 1, max = 200) int degrees,
      @ForAll @DoubleRange(min = 0.01, max = 2) double margin) {
    Equivalence found = Equivalence.of(difference, error, degrees, margin);
    double slack = Math.min(found.low() + margin, margin - found.high());
    if (Math.abs(slack) > 1e-6) {
      assertThat(found.p() < 0.05).isEqualTo(slack > 0);
    }
    assertThat(Equivalence.of(-difference, error, degrees, margin).p()).isEqualTo(found.p());
  }

  @Test
  void showsNothingWithoutAnErrorOrAMargin() {
    assertThat(Equivalence.of(0, Double.NaN, 5, 1).p()).isNaN();
    assertThat(Equivalence.of(Double.NaN, 1, 5, 1).p()).isNaN();
    assertThat(Equivalence.of(0.5, 0, 5, 1).p()).isZero();
    assertThat(Equivalence.of(1.5, 0, 5, 1).p()).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> Equivalence.of(0, 1, 5, 0)).withMessage(
        "an equivalence test needs a margin > 0, found 0.0");
  }
}
