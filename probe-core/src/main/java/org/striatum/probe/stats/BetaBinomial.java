package org.striatum.probe.stats;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import smile.math.special.Beta;

/// What a few draws of each item leave open about its probability of success.
///
///     p | s of n ~ Beta(a + s, b + n − s)
///
/// a and b come from all items: they give p the mean, and the variance beyond that of the draws, that successes show (method
/// of moments; Kleinman 1973). Not for several threads at once.
public final class BetaBinomial {
  private static final int QUANTILES = 256;
  private static final double WEAKEST = 0.2; // a + b
  private static final double STRONGEST = 200;
  private static final double FLAT = 2;
  private static final int CELLS = 512; // of p = sin²(θ), even in θ: narrow near 0 and 1
  private static final double[] LOG_SINE = logarithms(Math::sin);
  private static final double[] LOG_COSINE = logarithms(Math::cos);

  private final double a;
  private final double b;
  private final Map<List<Integer>, double[]> quantiles = new HashMap<>();

  private BetaBinomial(double mean, double strength) {
    double centre = Math.clamp(mean, 0.01, 0.99);
    a = strength * centre;
    b = strength * (1 - centre);
  }

  /// From items of at least two draws; others say nothing of the spread. Uniform where there are none.
  ///
  /// @param successes (items)
  /// @param draws (items)
  public static BetaBinomial of(int[] successes, int[] draws) {
    int[] told = IntStream.range(0, draws.length).filter(i -> draws[i] > 1).toArray();
    if (told.length == 0) {
      return flat(0.5);
    }
    double[] shares = Arrays.stream(told).mapToDouble(i -> (double) successes[i] / draws[i]).toArray();
    double mean = Arrays.stream(shares).average().orElseThrow();
    double spread = Arrays.stream(shares).map(share -> (share - mean) * (share - mean)).average().orElseThrow();
    double drawn = IntStream.range(0, told.length)
        .mapToDouble(k -> shares[k] * (1 - shares[k]) / (draws[told[k]] - 1)).average().orElseThrow();
    double left = Math.max(spread - drawn, 1e-9);
    return new BetaBinomial(mean, Math.clamp(mean * (1 - mean) / left - 1, WEAKEST, STRONGEST));
  }

  /// Nothing known but the mean: as wide as the uniform distribution is at a mean of ½.
  public static BetaBinomial flat(double mean) {
    return new BetaBinomial(mean, FLAT);
  }

  /// a.
  public double successes() {
    return a;
  }

  /// b.
  public double failures() {
    return b;
  }

  /// One draw of the probability of an item with so many successes, to 1 in 256 of its distribution.
  public double draw(int successes, int draws, RandomGenerator random) {
    return quantiles.computeIfAbsent(List.of(successes, draws), this::quantiles)[random.nextInt(QUANTILES)];
  }

  /// The AUROC that p itself would reach over all draws of all items: the chance that the p of a right draw lies above that of
  /// a wrong one, p of each item as its draws leave it open. NaN without both outcomes.
  ///
  /// @param successes (items)
  /// @param draws (items)
  public double auroc(int[] successes, int[] draws) {
    double[] right = new double[CELLS];
    double[] wrong = new double[CELLS];
    Map<List<Integer>, Integer> alike = new HashMap<>();
    for (int i = 0; i < draws.length; i++) {
      alike.merge(List.of(successes[i], draws[i]), 1, Integer::sum);
    }
    alike.forEach((counted, items) -> {
      double[] density = density(counted.get(0), counted.get(1));
      for (int c = 0; c < CELLS; c++) {
        right[c] += items * counted.get(0) * density[c];
        wrong[c] += items * (counted.get(1) - counted.get(0)) * density[c];
      }
    });
    double below = 0;
    double wins = 0;
    for (int c = 0; c < CELLS; c++) {
      wins += right[c] * (below + wrong[c] / 2);
      below += wrong[c];
    }
    return wins / (Arrays.stream(right).sum() * below);
  }

  /// Chance of each cell for an item with so many successes: (cells).
  private double[] density(int successes, int draws) {
    double[] density = new double[CELLS];
    for (int c = 0; c < CELLS; c++) {
      // p = sin²(θ): dp = 2 √(p (1 − p)) dθ
      density[c] = Math.exp(2 * (a + successes - 0.5) * LOG_SINE[c]
          + 2 * (b + draws - successes - 0.5) * LOG_COSINE[c]);
    }
    double sum = Arrays.stream(density).sum();
    Arrays.setAll(density, c -> density[c] / sum);
    return density;
  }

  /// Logarithms of a function of the angle at the centre of each cell: (cells).
  private static double[] logarithms(DoubleUnaryOperator function) {
    return IntStream.range(0, CELLS)
        .mapToDouble(c -> Math.log(function.applyAsDouble(Math.PI / 2 * (c + 0.5) / CELLS))).toArray();
  }

  private double[] quantiles(List<Integer> counted) {
    double right = a + counted.get(0);
    double wrong = b + counted.get(1) - counted.get(0);
    double[] table = new double[QUANTILES];
    for (int k = 0; k < QUANTILES; k++) {
      table[k] = Beta.inverseRegularizedIncompleteBetaFunction(right, wrong, (k + 0.5) / QUANTILES);
    }
    return table;
  }
}
