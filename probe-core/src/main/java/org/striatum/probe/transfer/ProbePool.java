package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.PooledProbes;

/// What transferred probes are worth over many pairs of places at once: means over all of them, with intervals by bootstrapping the
/// problems of every dataset, at all hook points together.
///
/// @param resamples bootstrap resamples behind each interval
/// @param effect share of what the places' own probes add to prompt length at which a *no* must have been a likely *yes*
record ProbePool(int resamples, double effect, RandomGenerator random) {
  /// A transfer and the scores behind its figures.
  ///
  /// @param own of the second place's probe
  /// @param moved of the first's, re-standardised
  /// @param length prompt length, with the second's sign; `lengthMoved`, with the first's
  record Scored(FunctionalTransfer figures, FirstStates test, double[] own, double[] moved, double[] length,
      double[] lengthMoved) {}

  /// The figures of one transfer on some of its items.
  private record Figures(ToDoubleFunction<int[]> own, ToDoubleFunction<int[]> moved, ToDoubleFunction<int[]> length,
      ToDoubleFunction<int[]> lengthMoved) {
    static Figures of(Scored scored) {
      boolean[] successes = scored.test().successes();
      return new Figures(Auroc.over(scored.own(), successes), Auroc.over(scored.moved(), successes),
          Auroc.over(scored.length(), successes), Auroc.over(scored.lengthMoved(), successes));
    }

    /// own, own − length, moved, moved − lengthMoved.
    double[] on(int[] items) {
      double ofOwn = own.applyAsDouble(items);
      double ofMoved = moved.applyAsDouble(items);
      return new double[]{ofOwn, ofOwn - length.applyAsDouble(items), ofMoved,
          ofMoved - lengthMoved.applyAsDouble(items)};
    }
  }

  /// @param scored at least one
  PooledProbes of(String first, String second, List<Scored> scored) {
    List<Figures> figures = scored.stream().map(Figures::of).toList();
    SortedMap<String, List<String>> problems = new TreeMap<>();
    List<Map<String, int[]>> items = new ArrayList<>();
    for (Scored one : scored) {
      items.add(itemsOf(one.test()));
      problems.merge(one.figures().to().dataset(), List.copyOf(one.test().distinctProblems()), ProbePool::joined);
    }
    double[][] drawn = new double[resamples][];
    for (int r = 0; r < resamples; r++) {
      Map<String, List<String>> resampled = new HashMap<>();
      problems.forEach((dataset, all) -> resampled.put(dataset,
          IntStream.range(0, all.size()).mapToObj(_ -> all.get(random.nextInt(all.size()))).toList()));
      drawn[r] = means(IntStream.range(0, scored.size()).mapToObj(t -> figures.get(t)
          .on(of(items.get(t), resampled.get(scored.get(t).figures().to().dataset())))).toList());
    }
    double[] whole = means(IntStream.range(0, scored.size())
        .mapToObj(t -> figures.get(t).on(IntStream.range(0, scored.get(t).test().size()).toArray())).toList());
    Estimate[] estimates = new Estimate[whole.length];
    Arrays.setAll(estimates, f -> estimate(whole[f], Arrays.stream(drawn).mapToDouble(one -> one[f])));
    return PooledProbes.of(first, second, scored.size(), estimates[0], estimates[1], estimates[2], estimates[3],
        effect);
  }

  private static List<String> joined(List<String> a, List<String> b) {
    TreeSet<String> all = new TreeSet<>(a);
    all.addAll(b);
    return List.copyOf(all);
  }

  private static Map<String, int[]> itemsOf(FirstStates test) {
    Map<String, List<Integer>> items = new HashMap<>();
    for (int i = 0; i < test.size(); i++) {
      items.computeIfAbsent(test.problems()[i], _ -> new ArrayList<>()).add(i);
    }
    Map<String, int[]> arrays = new HashMap<>();
    items.forEach((problem, own) -> arrays.put(problem, own.stream().mapToInt(Integer::intValue).toArray()));
    return arrays;
  }

  private static int[] of(Map<String, int[]> items, List<String> problems) {
    return problems.stream().flatMapToInt(problem -> Arrays.stream(items.getOrDefault(problem, new int[0]))).toArray();
  }

  /// Each figure's mean over transfers; those without both outcomes are left out.
  private static double[] means(List<double[]> figures) {
    double[] means = new double[4];
    Arrays.setAll(means, f -> HalfSets.mean(figures.stream().mapToDouble(one -> one[f]).toArray()));
    return means;
  }

  private static Estimate estimate(double value, DoubleStream resampled) {
    double[] sorted = resampled.filter(Double::isFinite).sorted().toArray();
    return sorted.length == 0
        ? Estimate.exact(value)
        : new Estimate(value, Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975));
  }
}
