package org.striatum.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class LineTest {
  /// R: summary(lm(c(2.1, 3.9, 6.2, 7.8) ~ c(1, 2, 3, 4))) and confint of it, by hand: slope 1.94, residual sum of squares
  /// 0.082, standard error √(0.082 / 2 / 5) = 0.090554, t(0.975, 2) = 4.302653.
  @Test
  void slopeAndIntervalAreThoseOfTheTextbook() {
    Line line = Line.through(List.of(1.0, 2.0, 3.0, 4.0), List.of(2.1, 3.9, 6.2, 7.8));
    assertThat(line.slope()).isCloseTo(1.94, within(1e-12));
    assertThat(line.intercept()).isCloseTo(0.15, within(1e-12));
    assertThat(line.low()).isCloseTo(1.94 - 4.302653 * 0.090554, within(1e-5));
    assertThat(line.high()).isCloseTo(1.94 + 4.302653 * 0.090554, within(1e-5));
    assertThat(line.at(10)).isCloseTo(19.55, within(1e-12));
  }

  @Property(tries = 50)
  void findsALineInItsOwnPoints(@ForAll @DoubleRange(min = -5, max = 5) double slope,
      @ForAll @DoubleRange(min = -5, max = 5) double intercept) {
    List<Double> sizes = List.of(1.0, 1.0, 2.0, 5.0, 9.0);
    Line line = Line.through(sizes, sizes.stream().map(size -> intercept + slope * size).toList());
    assertThat(line.slope()).isCloseTo(slope, within(1e-9));
    assertThat(line.intercept()).isCloseTo(intercept, within(1e-9));
  }

  /// 95 of 100 intervals hold the slope, give or take 3.3 standard errors of 1,000 draws.
  @Test
  void theIntervalCoversAsOftenAsItSays() {
    SplittableRandom random = new SplittableRandom(1);
    List<Double> sizes = List.of(1.0, 2.0, 3.0, 4.0, 5.0);
    long covered = IntStream.range(0, 1000).filter(_ -> {
      Line line = Line.through(sizes, sizes.stream().map(size -> 3 * size + random.nextGaussian()).toList());
      return line.low() <= 3 && line.high() >= 3;
    }).count();
    assertThat(covered).isBetween(927L, 973L);
  }

  @Test
  void refusesASingleSize() {
    assertThatIllegalArgumentException().isThrownBy(() -> Line.through(List.of(2.0, 2.0), List.of(1.0, 3.0)))
        .withMessageContaining("two different sizes");
  }

  @Test
  void aTrendIsHeldToWhatItIsToBe() {
    List<Double> sizes = List.of(1.0, 2.0, 4.0);
    Trend line = trend(sizes, List.of(12.0, 14.0, 18.0), Trend.Growth.LINEAR);
    assertThat(line.deviation()).isCloseTo(0, within(1e-12));
    assertThat(line.reached()).isTrue();
    // The line through 1, 4 and 16 gives the smallest −0.2.
    assertThat(trend(sizes, List.of(1.0, 4.0, 16.0), Trend.Growth.LINEAR).reached()).isFalse();
    assertThat(trend(sizes, List.of(100.0, 101.0, 103.0), Trend.Growth.FLAT).deviation()).isCloseTo(0.03, within(1e-9));
    assertThat(trend(sizes, List.of(100.0, 101.0, 103.0), Trend.Growth.FLAT).reached()).isTrue();
    assertThat(trend(sizes, List.of(12.0, 14.0, 18.0), Trend.Growth.FLAT).reached()).isFalse();
  }

  @Test
  void twoSizesTellNothingOfATrend() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> trend(List.of(1.0, 2.0, 2.0), List.of(1.0, 9.0, 9.5), Trend.Growth.LINEAR))
        .withMessageContaining("three sizes");
  }

  private static Trend trend(List<Double> sizes, List<Double> costs, Trend.Growth growth) {
    return new Trend("name", "work", "tokens", "MB", sizes, costs, growth, 0.1);
  }
}
