package org.striatum.peft.nta.study;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Spearman;

/// Figures over seeds with their 95 % intervals: whole seeds are resampled, for points of one run are not independent.
/// Values of one seed stay together, so that ratios and correlations are paired.
public final class SeedBootstrap {
  /// Of resampling. An interval is a function of the values alone.
  private static final long SEED = 1;

  private SeedBootstrap() {}

  /// The median over seeds.
  ///
  /// @param values (seeds)
  public static Estimate median(double... values) {
    return of(values.length, seeds -> median(values, seeds));
  }

  /// Of a/b, seed by seed.
  ///
  /// @param a (seeds)
  /// @param b (seeds)
  public static Estimate medianRatio(double[] a, double[] b) {
    return median(IntStream.range(0, a.length).mapToDouble(s -> a[s] / b[s]).toArray());
  }

  /// Share of seeds for which something is so.
  public static Estimate share(boolean... so) {
    return of(so.length, seeds -> {
      int count = 0;
      for (int s : seeds) {
        count += so[s] ? 1 : 0;
      }
      return (double) count / seeds.length;
    });
  }

  /// Spearman's ρ over cells and seeds; a seed is drawn with all its cells.
  ///
  /// @param x (seeds, cells)
  /// @param y (seeds, cells)
  public static Estimate correlation(double[][] x, double[][] y) {
    String[] seedOf = new String[x.length * x[0].length];
    for (int i = 0; i < seedOf.length; i++) {
      seedOf[i] = String.valueOf(i / x[0].length);
    }
    return Bootstrap.byProblem(seedOf, Spearman.over(flat(x), flat(y)), new SplittableRandom(SEED));
  }

  private static double[] flat(double[][] values) {
    return Arrays.stream(values).flatMapToDouble(Arrays::stream).toArray();
  }

  private static Estimate of(int count, ToDoubleFunction<int[]> statistic) {
    String[] seeds = IntStream.range(0, count).mapToObj(String::valueOf).toArray(String[]::new);
    return Bootstrap.byProblem(seeds, statistic, new SplittableRandom(SEED));
  }

  private static double median(double[] values, int[] seeds) {
    double[] drawn = new double[seeds.length];
    Arrays.setAll(drawn, k -> values[seeds[k]]);
    Arrays.sort(drawn);
    return Bootstrap.quantile(drawn, 0.5);
  }
}
