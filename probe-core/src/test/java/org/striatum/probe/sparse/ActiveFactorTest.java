package org.striatum.probe.sparse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ActiveFactorTest {
  /// Sets come and go, as along a path; each time the solution must be that of the equations written out.
  @Property(tries = 60)
  void solvesOverEverySetThatItIsGiven(@ForAll long seed, @ForAll @IntRange(min = 1, max = 40) int n) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] q = definite(n, random);
    ActiveFactor factor = new ActiveFactor(q);
    boolean[] wanted = new boolean[n];
    double ridge = 0;
    for (int turn = 0; turn < 12; turn++) {
      for (int j = 0; j < n; j++) {
        wanted[j] ^= random.nextInt(4) == 0;
      }
      ridge = random.nextInt(5) == 0 ? random.nextDouble() : ridge;
      assertThat(factor.cover(wanted, ridge)).isTrue();
      int[] members = factor.members();
      assertThat(Arrays.stream(members).sorted().toArray()).containsExactly(
          IntStream.range(0, n).filter(j -> wanted[j]).toArray());
      double[] x = random.doubles(members.length, -1, 1).toArray();
      double[] r = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        for (int k = 0; k < x.length; k++) {
          r[i] += (q[members[i]][members[k]] + (i == k ? ridge : 0)) * x[k];
        }
      }
      factor.solve(r);
      assertThat(r).containsExactly(x, within(1e-8));
    }
  }

  @Test
  void refusesCoordinatesThatDependOnEachOther() {
    ActiveFactor factor = new ActiveFactor(new double[][]{{1, 1, 0}, {1, 1, 0}, {0, 0, 1}});
    assertThat(factor.cover(new boolean[]{true, true, false}, 0)).isFalse();
    assertThat(factor.cover(new boolean[]{true, true, false}, 1)).isTrue();
    assertThat(factor.cover(new boolean[]{true, false, true}, 0)).isTrue();
  }

  private static double[][] definite(int n, SplittableRandom random) {
    double[][] half = new double[n][];
    Arrays.setAll(half, _ -> random.doubles(n, -1, 1).toArray());
    double[][] q = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        q[i][j] = i == j ? n / 10.0 : 0;
        for (int k = 0; k < n; k++) {
          q[i][j] += half[i][k] * half[j][k];
        }
      }
    }
    return q;
  }
}
