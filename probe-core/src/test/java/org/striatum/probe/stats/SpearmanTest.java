package org.striatum.probe.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

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
    assertThatThrownBy(() -> Spearman.of(new double[2], new double[2])).hasMessageContaining("length ≥ 3, found 2");
  }

  private double[] normals(int n) {
    double[] values = new double[n];
    Arrays.setAll(values, _ -> random.nextGaussian());
    return values;
  }
}
