package org.striatum.probe.intervention;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.striatum.probe.intervention.AblationPower.Share;
import org.striatum.probe.intervention.InterventionResults.Controls;
import org.striatum.probe.intervention.InterventionResults.Damage;
import org.striatum.probe.intervention.InterventionResults.McNemarTable;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.McNemar;

/// Drops of known size, planted into the items that an intervention was measured on. Problems are drawn with replacement; on
/// them one of the matched controls, with all that it breaks and repairs, falls further by the drop: where outcomes are
/// successes each right item turns wrong with one probability, elsewhere every item loses the same. It is then judged as the
/// set is, against all matched controls on the same problems.
///
/// Effects of controls differ by what the controls are, and by which problems they were measured on; drawing problems again
/// adds the second once more. Their distances from their mean are therefore multiplied by
///
///     √((τ² + σ²/m) / (τ² + σ²/n + σ²/m)),  τ² = max(0, variance of the n problems' effects − σ²/n)
///
/// for m problems drawn, σ² the variance over problems of what one control does beyond the mean of all.
///
/// @param itemsOf the items of each problem
/// @param base outcomes: (items)
/// @param matched outcomes of each matched control: (controls, items)
/// @param available matched controls that could have been measured
/// @param successes whether every outcome is 0 or 1; means over draws are not
/// @param pairs whether McNemar's test decides: successes, one a problem
/// @param seed of everything drawn
record PlantedDrops(int[][] itemsOf, double[] base, double[][] matched, int available, boolean successes, boolean pairs,
    long seed) {
  private static final List<Double> LOST = List.of(0.02, 0.05, 0.1, 0.2, 0.4);
  private static final int PLANTED = 200;
  private static final int PLANTED_FOR_NUMBER = 100;
  private static final int RESAMPLES = 200;
  private static final double FAR = 4;
  private static final double INTERVAL = 1.96;
  private static final double[] TIMES = {0.125, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16};

  static PlantedDrops of(String[] problems, Readings base, List<Readings> matched, int available, boolean pairs,
      long seed) {
    Map<String, List<Integer>> items = new LinkedHashMap<>();
    IntStream.range(0, problems.length)
        .forEach(i -> items.computeIfAbsent(problems[i], _ -> new ArrayList<>()).add(i));
    int[][] itemsOf = items.values().stream()
        .map(own -> own.stream().mapToInt(Integer::intValue).toArray()).toArray(int[][]::new);
    double[][] outcomes = matched.stream().map(Readings::outcomes).toArray(double[][]::new);
    boolean successes = areSuccesses(base.outcomes()) && Arrays.stream(outcomes).allMatch(PlantedDrops::areSuccesses);
    return new PlantedDrops(itemsOf, base.outcomes(), outcomes, available, successes, successes && pairs, seed);
  }

  /// The power of the test that an intervention has been put to.
  ///
  /// @param limit largest p that passes
  /// @param share what must be found: this share of accuracy, or of a solution's probability
  AblationPower power(OutcomeKind outcome, double limit, double share) {
    double effect = outcome.drop(share);
    if (Double.isNaN(limit) || matched.length == 0 || itemsOf.length < 2) {
      return new AblationPower(effect, List.of(), Double.NaN);
    }
    List<Double> lost = new ArrayList<>(LOST);
    if (!lost.contains(share)) {
      lost.add(share);
    }
    double[][] changes = changes();
    List<Share> shares = lost.stream().sorted().map(outcome::drop)
        .map(drop -> share(drop, changes, itemsOf.length, limit, PLANTED)).toList();
    return new AblationPower(effect, shares, problemsNeeded(effect, changes, limit));
  }

  /// What every matched control changes at each item: (items, controls).
  private double[][] changes() {
    double[][] changes = new double[base.length][matched.length];
    for (int i = 0; i < base.length; i++) {
      for (int c = 0; c < matched.length; c++) {
        changes[i][c] = matched[c][i] - base[i];
      }
    }
    return changes;
  }

  /// The fewest from which on every larger number tried finds enough: few problems may miss the odd one that is hurt most.
  private double problemsNeeded(double drop, double[][] changes, double limit) {
    double needed = Double.NaN;
    for (int k = TIMES.length - 1; k >= 0; k--) {
      int problems = (int) Math.ceil(TIMES[k] * itemsOf.length);
      if (problems < 2
          || !(share(drop, changes, problems, limit, PLANTED_FOR_NUMBER).value() >= AblationPower.ENOUGH)) {
        return needed;
      }
      needed = problems;
    }
    return needed;
  }

  private Share share(double drop, double[][] changes, int problems, double limit, int times) {
    if (successes && Arrays.stream(matched).mapToDouble(PlantedDrops::mean).average().orElseThrow() < drop) {
      return new Share(drop, 0, 0);
    }
    SplittableRandom random = new SplittableRandom(seed);
    double shrinking = shrinking(problems);
    return new Share(drop, times, (int) IntStream.range(0, times)
        .filter(_ -> isFound(drop, changes, problems, limit, shrinking, random.split())).count());
  }

  private static boolean areSuccesses(double[] outcomes) {
    return Arrays.stream(outcomes).allMatch(outcome -> outcome == 0 || outcome == 1);
  }

  private boolean isFound(double drop, double[][] changes, int problems, double limit, double shrinking,
      SplittableRandom random) {
    int[][] drawn = new int[problems][];
    Arrays.setAll(drawn, _ -> itemsOf[random.nextInt(itemsOf.length)]);
    int[] items = Bootstrap.items(drawn);
    int chosen = random.nextInt(matched.length);
    double[] change = planted(matched[chosen], items, drop, random);
    double[] controls = means(changes, items);
    double middle = mean(controls);
    double fallen = mean(change) - controls[chosen];
    Arrays.setAll(controls, c -> middle + shrinking * (controls[c] - middle));
    if (!Controls.isExceeded(controls[chosen] + fallen, controls, available, limit)) {
      return false;
    }
    return Damage.isShown(effect(drawn, change, random), pairs ? table(change) : null, pairs);
  }

  /// The change with its interval by problem. Where the end is further from 0 than resampling can move it, it is not resampled:
  /// four standard errors below 0 it is damage, less than one it is not.
  private static Estimate effect(int[][] drawn, double[] change, SplittableRandom random) {
    double mean = mean(change);
    double squares = 0;
    int at = 0;
    for (int[] items : drawn) {
      double beyond = 0;
      for (int i = at; i < at + items.length; i++) {
        beyond += change[i] - mean;
      }
      squares += beyond * beyond;
      at += items.length;
    }
    double error = Math.sqrt(squares) / change.length;
    return mean + FAR * error < 0 || mean + error >= 0
        ? new Estimate(mean, mean - INTERVAL * error, mean + INTERVAL * error)
        : Bootstrap.meanByProblem(problems(drawn), change, RESAMPLES, random);
  }

  /// Names of the problems drawn, item by item.
  private static String[] problems(int[][] drawn) {
    return IntStream.range(0, drawn.length).boxed()
        .flatMap(p -> Collections.nCopies(drawn[p].length, Integer.toString(p)).stream()).toArray(String[]::new);
  }

  /// Of controls' distances from their mean, on so many problems drawn.
  private double shrinking(int problems) {
    double betweenProblems = 0;
    double[] effects = new double[matched.length];
    double[] middle = new double[base.length];
    Arrays.setAll(middle, i -> Arrays.stream(matched).mapToDouble(outcomes -> outcomes[i]).sum() / matched.length);
    for (int c = 0; c < matched.length; c++) {
      double[] beyond = new double[itemsOf.length];
      for (int p = 0; p < itemsOf.length; p++) {
        for (int i : itemsOf[p]) {
          beyond[p] += (matched[c][i] - middle[i]) * itemsOf.length / base.length;
        }
      }
      effects[c] = mean(beyond);
      betweenProblems += variance(beyond) / matched.length;
    }
    double measured = betweenProblems / itemsOf.length;
    double between = Math.max(0, variance(effects) - measured);
    double drawn = betweenProblems / problems;
    double all = between + measured + drawn;
    return all == 0 ? 1 : Math.sqrt((between + drawn) / all);
  }

  private static double variance(double[] values) {
    double mean = mean(values);
    return Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum() / Math.max(1, values.length - 1);
  }

  /// What a control with a further drop changes.
  private double[] planted(double[] control, int[] items, double drop, SplittableRandom random) {
    double[] change = change(control, items);
    double breaking = drop / mean(control);
    for (int i = 0; i < items.length; i++) {
      if (!successes) {
        change[i] -= drop;
      } else if (control[items[i]] == 1 && random.nextDouble() < breaking) {
        change[i] = -base[items[i]];
      }
    }
    return change;
  }

  /// Means of columns over some rows, all columns at once.
  private static double[] means(double[][] rows, int[] chosen) {
    double[] means = new double[rows[0].length];
    for (int row : chosen) {
      double[] values = rows[row];
      for (int c = 0; c < means.length; c++) {
        means[c] += values[c];
      }
    }
    Arrays.setAll(means, c -> means[c] / chosen.length);
    return means;
  }

  private double[] change(double[] outcomes, int[] items) {
    double[] change = new double[items.length];
    for (int i = 0; i < items.length; i++) {
      change[i] = outcomes[items[i]] - base[items[i]];
    }
    return change;
  }

  private static McNemarTable table(double[] change) {
    int broken = 0;
    int repaired = 0;
    for (double one : change) {
      broken += one < 0 ? 1 : 0;
      repaired += one > 0 ? 1 : 0;
    }
    return new McNemarTable(broken, repaired, McNemar.exact(broken, repaired));
  }

  private static double mean(double[] values) {
    double sum = 0; // in this order everywhere, so that equal arms tie
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}
