package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.value.DatasetControls.RandomSets;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.OutcomeRegression.CrossFit;
import org.striatum.probe.value.OutcomeRegression.Order;

/// Is the value read from few coordinates? See [Sparsity] for the rule.
final class SparsityControl {
  /// Few means at most this share.
  private static final double LARGEST_SHARE = 0.1;
  /// Largest |ln ratio| of deviations in a matched set, doubled once where that leaves no set.
  private static final double MATCHING_TOLERANCE = Math.log(1.25);

  private final ControlledProbe probe;
  private final CrossFit crossFit;
  private final ControlSettings settings;
  private final RandomGenerator random;

  /// @param crossFit of the probe, see [#crossFit]
  SparsityControl(ControlledProbe probe, CrossFit crossFit, ControlSettings settings, RandomGenerator random) {
    this.probe = probe;
    this.crossFit = crossFit;
    this.settings = settings;
    this.random = random;
  }

  /// The probe's cross-fits, with every ranking and number of coordinates that is tried.
  static CrossFit crossFit(ControlledProbe probe) {
    return OutcomeRegression.crossFit(probe.fit(), probe.folds(), Order.values(), counts(probe.width()));
  }

  /// Numbers of coordinates tried: about √2 apart, up to a tenth of the width.
  static int[] counts(int width) {
    int most = (int) Math.max(1, width * LARGEST_SHARE);
    SortedSet<Integer> counts = new TreeSet<>();
    for (double k = 1; k < most; k *= Math.sqrt(2)) {
      counts.add((int) Math.round(k));
    }
    counts.add(most);
    return counts.stream().mapToInt(Integer::intValue).toArray();
  }

  /// The chosen few and what they reach.
  ///
  /// @param scores of the test states: (test)
  /// @param random what random sets of the same size reach
  private record Few(Order ranking, int[] coordinates, double[] scores, RandomSets random, Estimate difference,
      Estimate overRandom) {
    Verdict verdict(double margin) {
      return answer(difference, random.p(), overRandom, margin);
    }
  }

  /// The answer alone.
  Verdict verdict(double[] whole) {
    return few(whole).verdict(settings.margin());
  }

  Sparsity run(double[] whole) {
    Few few = few(whole);
    int[] kept = few.coordinates();
    int width = probe.width();
    int[] rest = IntStream.range(0, width).filter(j -> Arrays.stream(kept).noneMatch(c -> c == j)).toArray();
    double[] complement = scores(rest);
    return new Sparsity(few.ranking().printed(), kept.length, (double) kept.length / width,
        probe.auroc(few.scores(), random), few.difference(), settings.margin(), few.random(), few.overRandom(),
        matched(probe.test().auroc(few.scores()), kept, rest), probe.auroc(complement, random),
        probe.difference(complement, whole, random), Arrays.stream(kept).boxed().toList(),
        few.verdict(settings.margin()));
  }

  private Few few(double[] whole) {
    int width = probe.width();
    int[] counts = counts(width);
    Order[] orders = Order.values();
    double[][] aurocs = crossFit.aurocs();
    int order = ControlledProbe
        .best(Arrays.stream(aurocs).mapToDouble(row -> row[ControlledProbe.best(row)]).toArray());
    double best = aurocs[order][ControlledProbe.best(aurocs[order])];
    int chosen = 0;
    while (chosen < counts.length - 1 && aurocs[order][chosen] < best - settings.margin() / 4) {
      chosen++;
    }
    int[] coordinates = Arrays.copyOf(probe.regression().order(orders[order], counts[chosen]),
        counts[chosen]);
    double[] pruned = scores(coordinates);
    double[][] drawn = new double[settings.randomSets()][];
    int[] all = IntStream.range(0, width).toArray();
    for (int s = 0; s < drawn.length; s++) {
      Ranks.shuffle(all, random);
      drawn[s] = scores(Arrays.copyOf(all, coordinates.length));
    }
    Estimate overRandom = probe.difference(new double[][]{pruned}, drawn, random);
    return new Few(orders[order], coordinates, pruned, summary(probe.test().auroc(pruned), drawn),
        probe.difference(pruned, whole, random), overRandom);
  }

  /// YES: equivalent to all and better than every random set. NO: random sets do as well, or it falls short of all and is not shown
  /// to be better than their mean: where it is, a sparse part beside a dense one is not ruled out.
  static Verdict answer(Estimate difference, double pRandom, Estimate overRandom, double margin) {
    boolean better = overRandom.low() > 0;
    if (difference.low() > -margin && better && pRandom <= 0.05) {
      return Verdict.YES;
    }
    return overRandom.high() < margin || (difference.high() < 0 && !better) ? Verdict.NO : Verdict.UNDECIDED;
  }

  private double[] scores(int[] coordinates) {
    return probe.testScores(probe.regression().on(coordinates));
  }

  private RandomSets summary(double observed, double[][] scores) {
    double[] aurocs = Arrays.stream(scores).mapToDouble(probe.test()::auroc).sorted().toArray();
    return new RandomSets(aurocs.length, Arrays.stream(aurocs).average().orElseThrow(),
        Bootstrap.quantile(aurocs, 0.025), Bootstrap.quantile(aurocs, 0.975), EmpiricalP.high(observed, aurocs), null);
  }

  /// Sets that hold, for each kept coordinate, another of nearly the same deviation, drawn anew for each set.
  private RandomSets matched(double observed, int[] kept, int[] rest) {
    double[] deviations = probe.regression().whole().scale().deviations();
    for (double tolerance : new double[]{MATCHING_TOLERANCE, 2 * MATCHING_TOLERANCE}) {
      List<double[]> drawn = new ArrayList<>();
      for (int s = 0; s < settings.randomSets(); s++) {
        int[] set = matchedSet(deviations, kept, rest, tolerance);
        if (set != null) {
          drawn.add(scores(set));
        }
      }
      if (drawn.size() == settings.randomSets()) {
        return summary(observed, drawn.toArray(double[][]::new));
      }
    }
    return new RandomSets(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN,
        "too few other coordinates have a deviation within a factor of 1.56 of those kept");
  }

  private int[] matchedSet(double[] deviations, int[] kept, int[] rest, double tolerance) {
    int[] candidates = rest.clone();
    Ranks.shuffle(candidates, random);
    boolean[] taken = new boolean[candidates.length];
    int[] set = new int[kept.length];
    for (int i = 0; i < kept.length; i++) {
      int found = -1;
      for (int c = 0; c < candidates.length && found < 0; c++) {
        if (!taken[c] && Math.abs(Math.log(deviations[candidates[c]] / deviations[kept[i]])) <= tolerance) {
          found = c;
        }
      }
      if (found < 0) {
        return null;
      }
      taken[found] = true;
      set[i] = candidates[found];
    }
    return set;
  }
}
