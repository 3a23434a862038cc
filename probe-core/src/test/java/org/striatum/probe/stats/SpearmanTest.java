package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.run.NotEnoughData;

class SpearmanTest {
  private final SplittableRandom random = new SplittableRandom(11);
  private final double[] x = normals(2000);
  private final double[] noise = normals(2000);

  @Test
  void onlyTheOrderCounts() {
    double[] y = x.clone();
    Arrays.setAll(y, i -> x[i] + noise[i]);
    double[] stretched = Arrays.stream(y).map(Math::exp).toArray();
    assertThat(Spearman.of(x, stretched)).isEqualTo(Spearman.of(x, y));
    assertThat(Spearman.of(x, Arrays.stream(x).map(v -> -Math.cbrt(v)).toArray()).rho()).isCloseTo(-1, within(1e-12));
  }

  /// SciPy 1.17.1: `spearmanr(round(2a)/2 [i], round(b) [i])` with a = 2 sin 1.7k, b = cos 0.9k + 0.1k, i = (7k² + 3k) mod
  /// 24, k < 24: repeats and ties.
  @Test
  void countsRepeatsAndTies() {
    double[] a = new double[24];
    double[] b = new double[24];
    int[] items = new int[24];
    for (int k = 0; k < 24; k++) {
      a[k] = Math.rint(4 * Math.sin(1.7 * k)) / 2;
      b[k] = Math.rint(Math.cos(0.9 * k) + 0.1 * k);
      items[k] = (7 * k * k + 3 * k) % 24;
    }
    assertThat(Spearman.over(a, b).applyAsDouble(items)).isCloseTo(0.1703431435976905, within(1e-14));
    assertThat(Spearman.over(x, noise).applyAsDouble(IntStream.range(0, 2000).toArray()))
        .isCloseTo(Spearman.of(x, noise).rho(), within(1e-14));
    assertThat(Spearman.over(a, b).applyAsDouble(new int[]{3, 3, 3})).isNaN();
  }

  /// Both follow z and nothing else: correlated, but not given z.
  @Test
  void aCommonCauseIsExplainedAway() {
    double[] z = normals(2000);
    double[] first = new double[2000];
    double[] second = new double[2000];
    Arrays.setAll(first, i -> z[i] + 0.5 * x[i]);
    Arrays.setAll(second, i -> z[i] + 0.5 * noise[i]);
    assertThat(Spearman.of(first, second).rho()).isGreaterThan(0.7);
    assertThat(Math.abs(Spearman.partial(first, second, z).rho())).isLessThan(0.1);
  }

  @Test
  void aRepeatedCovariateCostsNothing() {
    double[] z = normals(2000);
    Spearman once = Spearman.partial(x, noise, z);
    Spearman twice = Spearman.partial(x, noise, z, Arrays.stream(z).map(v -> 2 * v).toArray());
    assertThat(twice.degrees()).isEqualTo(once.degrees()).isEqualTo(1997);
    assertThat(twice.rho()).isCloseTo(once.rho(), within(1e-12));
  }

  @Test
  void undefinedWithoutVariation() {
    assertThat(Spearman.of(new double[50], normals(50)).rho()).isNaN();
    assertThat(Spearman.partial(x, noise, x).rho()).isNaN();
    assertThatThrownBy(() -> Spearman.of(new double[2], new double[2])).isInstanceOf(NotEnoughData.class)
        .hasMessageContaining("at least 3, found 2");
  }

  private double[] normals(int n) {
    double[] values = new double[n];
    Arrays.setAll(values, _ -> random.nextGaussian());
    return values;
  }
}
