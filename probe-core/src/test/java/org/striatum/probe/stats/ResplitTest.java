package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ResplitTest {
  /// t of 2 degrees of freedom at 97.5 %: 4.302653 (tables).
  @Test
  void theIntervalIsTheFormulas() {
    Estimate mean = Resplit.mean(new double[]{1, 2, 3}, 0.25);
    double half = 4.302653 * Math.sqrt(1.0 / 3 + 1.0 / 3);
    assertThat(mean.value()).isEqualTo(2);
    assertThat(mean.low()).isCloseTo(2 - half, within(1e-5));
    assertThat(mean.high()).isCloseTo(2 + half, within(1e-5));
  }

  @Test
  void figuresThatAreNoNumbersAreLeftOut() {
    assertThat(Resplit.mean(new double[]{Double.NaN, 1, 2, 3}, 0.25))
        .isEqualTo(Resplit.mean(new double[]{1, 2, 3}, 0.25));
    assertThat(Resplit.mean(new double[]{1, Double.NaN}, 0.25).low()).isNaN();
    assertThat(Resplit.mean(new double[0], 0.25).value()).isNaN();
    for (double share : new double[]{0, 1, Double.NaN}) {
      assertThatIllegalArgumentException().isThrownBy(() -> Resplit.mean(new double[]{1, 2}, share));
    }
  }

  /// Over data sets, 95 % of the intervals hold the truth: of a mean of test items, where splits of one data set are all that
  /// varies. The plain interval, s²/J, holds it much less often.
  @Test
  void intervalsOfAMeanOverSplitsHoldTheTruthAsOftenAsTheySay() {
    SplittableRandom random = new SplittableRandom(5);
    int held = 0;
    int plainly = 0;
    int data = 3000;
    for (int d = 0; d < data; d++) {
      double[] items = random.doubles(100).toArray();
      double[] figures = new double[12];
      Arrays.setAll(figures, _ -> {
        int[] order = IntStream.range(0, items.length).toArray();
        Ranks.shuffle(order, random);
        return Arrays.stream(order, 0, 30).mapToDouble(i -> items[i]).average().orElseThrow();
      });
      Estimate interval = Resplit.mean(figures, 0.3);
      held += interval.low() <= 0.5 && interval.high() >= 0.5 ? 1 : 0;
      double narrowed = (interval.high() - interval.value()) * Math.sqrt(1.0 / 12 / (1.0 / 12 + 0.3 / 0.7));
      plainly += Math.abs(interval.value() - 0.5) <= narrowed ? 1 : 0;
    }
    assertThat((double) held / data).isBetween(0.93, 0.97);
    assertThat((double) plainly / data).isLessThan(0.8);
  }

  /// Of two splits the interval is twelve standard errors wide: an AUROC ends at 0 and 1.
  @Test
  void anIntervalEndsWhereTheFigureDoes() {
    Estimate two = Resplit.mean(new double[]{0.6, 0.8}, 0.3);
    assertThat(two.low()).isNegative();
    assertThat(two.high()).isGreaterThan(1);
    assertThat(two.within(0, 1)).isEqualTo(new Estimate(two.value(), 0, 1));
    Estimate known = new Estimate(0.7, 0.6, 0.8);
    assertThat(known.within(0, 1)).isEqualTo(known);
    assertThat(Estimate.exact(0.7).within(0, 1)).isEqualTo(Estimate.exact(0.7));
  }
}
