package org.striatum.probe.planning;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.run.NotEnoughData;

/// How outcomes of one data set come about, as far as power depends on it: a problem has a chance of success, and its rollouts
/// are independent given that.
///
///     L = μ + √ρ z + √(1 − ρ) e,   success where L > 0;   z a problem, e a rollout, both N(0, 1)
///     chance = Φ((μ + √ρ z) / √(1 − ρ)),   accuracy = Φ(μ),   icc = Var(chance) / (accuracy (1 − accuracy))
///
/// (Threshold model: Pearson 1900. Correlation of binary outcomes in a cluster: Fleiss 1981.)
///
/// @param accuracy share of rollouts that succeed, in (0, 1)
/// @param icc correlation of the outcomes of two rollouts of one problem, in [0, 1): 0 where all problems are equally hard
public record OutcomeModel(double accuracy, double icc) {
  private static final int GRID = 801;
  private static final double REACH = 8;
  private static final double LARGEST = 0.99995; // of a correlation: below it Φ stays smooth on the grid
  private static final int HALVINGS = 40;
  private static final double[] SCORES = IntStream.range(0, GRID).mapToDouble(k -> -REACH + 2 * REACH * k / (GRID - 1))
      .toArray();
  private static final double[] WEIGHTS = Arrays.stream(SCORES).map(Gaussian::density).toArray();

  public OutcomeModel {
    if (!(accuracy > 0 && accuracy < 1)) {
      throw new IllegalArgumentException("an accuracy that power can be planned with is in (0, 1), found " + accuracy);
    }
    if (!(icc >= 0 && icc < 1)) {
      throw new IllegalArgumentException(
          "the correlation of outcomes of one problem must be in [0, 1), found " + icc);
    }
  }

  /// From the rollouts of a pilot: the mean, and the correlation by analysis of variance.
  ///
  ///     icc = (B − W) / (B + (m₀ − 1) W),   B, W mean squares between and within problems
  ///
  /// (Fleiss 1981, §8.) What falls outside [0, 0.99] is set to the limit.
  ///
  /// @param right successes of each problem
  /// @param drawn rollouts of each problem
  /// @throws NotEnoughData with fewer than 2 problems, outcomes of one class, or one rollout a problem
  public static OutcomeModel measured(int[] right, int[] drawn) {
    long all = 0;
    long successes = 0;
    double squares = 0;
    for (int i = 0; i < drawn.length; i++) {
      all += drawn[i];
      successes += right[i];
      squares += (double) drawn[i] * drawn[i];
    }
    NotEnoughData.require("the correlation of outcomes", "problems", drawn.length, 2);
    NotEnoughData.requireBothOutcomes("a plan", "rollouts", successes, all);
    NotEnoughData.require("the correlation of outcomes", "second rollouts of a problem", all - drawn.length, 1);
    double mean = (double) successes / all;
    double between = 0;
    double within = 0;
    for (int i = 0; i < drawn.length; i++) {
      double own = (double) right[i] / drawn[i];
      between += drawn[i] * (own - mean) * (own - mean);
      within += drawn[i] * own * (1 - own);
    }
    between /= drawn.length - 1;
    within /= all - drawn.length;
    double size = (all - squares / all) / (drawn.length - 1);
    return new OutcomeModel(mean, Math.clamp((between - within) / (between + (size - 1) * within), 0, 0.99));
  }

  /// μ.
  public double threshold() {
    return Gaussian.quantile(accuracy);
  }

  /// √ρ: the correlation of L with what is fixed by the problem.
  public double known() {
    return inverse(r -> spread(r) / (accuracy * (1 - accuracy)), icc);
  }

  /// AUROC of a normal score that has correlation r with L.
  ///
  /// @param r in [0, 1)
  public double auroc(double r) {
    double below = 0;
    double wins = 0;
    double positives = 0;
    double[] chances = chances(r);
    for (int k = 0; k < GRID; k++) {
      double weight = WEIGHTS[k];
      double positive = weight * chances[k];
      double negative = weight - positive;
      wins += positive * (below + negative / 2);
      below += negative;
      positives += positive;
    }
    return wins / (positives * below);
  }

  /// The correlation with L at which a score reaches an AUROC; [#auroc] turned round.
  ///
  /// @param auroc in [0.5, 1)
  public double correlation(double auroc) {
    return inverse(this::auroc, auroc);
  }

  /// The AUROC that the true chances of success reach: no reading of the prompt does better.
  public double ceiling() {
    return auroc(known());
  }

  /// Share of pairs of rollouts of one problem of which just one succeeds.
  public double discordance() {
    return 2 * accuracy * (1 - accuracy) * (1 - icc);
  }

  /// The chance of success where a part of L that has correlation r with it is s.
  public double chance(double s, double r) {
    return Gaussian.cdf((threshold() + r * s) / Math.sqrt(1 - r * r));
  }

  /// The chance of success where L is known but for a normal rest.
  ///
  /// @param known the part of L that is known, μ in it
  /// @param variance of the rest, > 0
  public static double chanceLeft(double known, double variance) {
    return Gaussian.cdf(known / Math.sqrt(variance));
  }

  /// Chances of success of problems drawn at random.
  public double[] chances(int problems, RandomGenerator random) {
    double r = known();
    double[] chances = new double[problems];
    for (int i = 0; i < problems; i++) {
      chances[i] = chance(random.nextGaussian(), r);
    }
    return chances;
  }

  /// Variance of the chances of success where a part of L with correlation r is known.
  private double spread(double r) {
    double sum = 0;
    double squares = 0;
    double[] chances = chances(r);
    for (int k = 0; k < GRID; k++) {
      double weight = WEIGHTS[k];
      double p = chances[k];
      sum += weight;
      squares += weight * p * p;
    }
    return Math.max(0, squares / sum - accuracy * accuracy);
  }

  /// [#chance] at every score of the grid.
  private double[] chances(double r) {
    double threshold = threshold();
    double rest = Math.sqrt(1 - r * r);
    return Arrays.stream(SCORES).map(s -> Gaussian.cdf((threshold + r * s) / rest)).toArray();
  }

  /// The argument in [0, 1) at which a rising function reaches a value.
  private static double inverse(DoubleUnaryOperator rising, double value) {
    double low = 0;
    double high = LARGEST;
    for (int i = 0; i < HALVINGS; i++) {
      double middle = (low + high) / 2;
      if (rising.applyAsDouble(middle) < value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }
}
