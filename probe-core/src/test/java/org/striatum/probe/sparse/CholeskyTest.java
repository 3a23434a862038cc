package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CholeskyTest {
  @Property(tries = 60)
  void solvesWhatWasMultiplied(@ForAll long seed, @ForAll @IntRange(min = 1, max = 70) int n) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] factor = random.doubles((long) n * n, -1, 1).toArray();
    double[] a = new double[n * n];
    double[] x = random.doubles(n, -1, 1).toArray();
    double[] r = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i * n + j] = i == j ? n / 10.0 : 0;
        for (int k = 0; k < n; k++) {
          a[i * n + j] += factor[i * n + k] * factor[j * n + k];
        }
        r[i] += a[i * n + j] * x[j];
      }
    }
    assertThat(Cholesky.solve(a, r)).isTrue();
    assertThat(r).containsExactly(x, within(1e-9));
  }

  @Test
  void refusesASingularMatrix() {
    double[] r = {3, 3};
    assertThat(Cholesky.solve(new double[]{1, 1, 1, 1}, r)).isFalse();
    assertThat(r).containsExactly(3, 3);
  }
}
