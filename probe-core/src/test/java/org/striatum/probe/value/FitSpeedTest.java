package org.striatum.probe.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FitSpeedTest {
  private static final ValueNeuronSettings SETTINGS = ValueNeuronSettings.defaults();
  private static final FitSpeed SPEED = new FitSpeed(1e-9, 1e-6, 1e-7, 1e-10);

  private static double seconds(FitSpeed speed, int hooks, long rows, int width) {
    return ValueFits.of(SETTINGS, hooks).seconds(speed, SETTINGS, hooks, new ValueFits.Size(rows, 20 * rows, width));
  }

  /// Whatever the size of what will be fitted: very little of it, and more than is ever made up.
  @ParameterizedTest
  @CsvSource({"0,0", "1,1", "40,3", "100000,20000"})
  void everyPartIsMeasured(int rows, int width) {
    FitSpeed speed = FitSpeed.measured(SETTINGS, rows, width);
    assertThat(List.of(speed.pass(), speed.path(), speed.regression(), speed.crossFit()))
        .allSatisfy(part -> assertThat(part).isPositive().isFinite());
    assertThat(seconds(speed, 4, 1_000, 256)).isPositive().isFinite();
  }

  @Test
  void moreOfAnythingTakesLonger() {
    double one = seconds(SPEED, 4, 1_000, 256);
    assertThat(seconds(SPEED, 5, 1_000, 256)).isGreaterThan(one);
    assertThat(seconds(SPEED, 4, 1_001, 256)).isGreaterThan(one);
    assertThat(seconds(SPEED, 4, 1_000, 257)).isGreaterThan(one);
    ValueNeuronSettings more = SETTINGS
        .withSparse(sparse -> sparse.withPermutations(SETTINGS.sparse().permutations() + 1));
    assertThat(ValueFits.of(more, 4).seconds(SPEED, more, 4, new ValueFits.Size(1_000, 20_000, 256)))
        .isGreaterThan(one);
  }

  /// Nothing but what was measured is in it: twice as slow is twice as long, part by part.
  @Test
  void itIsMadeOfTheMeasuredParts() {
    double one = seconds(SPEED, 4, 1_000, 256);
    double tiny = 1e-30;
    double sum = seconds(new FitSpeed(SPEED.pass(), tiny, tiny, tiny), 4, 1_000, 256)
        + seconds(new FitSpeed(tiny, SPEED.path(), tiny, tiny), 4, 1_000, 256)
        + seconds(new FitSpeed(tiny, tiny, SPEED.regression(), tiny), 4, 1_000, 256)
        + seconds(new FitSpeed(tiny, tiny, tiny, SPEED.crossFit()), 4, 1_000, 256);
    assertThat(sum).isCloseTo(one, within(1e-9 * one));
    FitSpeed half = new FitSpeed(2 * SPEED.pass(), 2 * SPEED.path(), 2 * SPEED.regression(), 2 * SPEED.crossFit());
    assertThat(seconds(half, 4, 1_000, 256)).isCloseTo(2 * one, within(1e-9 * one));
  }

  @Test
  void aTimeThatIsNoneIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new FitSpeed(0, 1, 1, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new FitSpeed(1, Double.NaN, 1, 1));
  }
}
