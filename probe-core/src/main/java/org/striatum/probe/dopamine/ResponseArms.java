package org.striatum.probe.dopamine;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.SurpriseResponse.Read;
import org.striatum.probe.dopamine.SurpriseResponse.TracedToken;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;

/// What neurons did at surprises, arm by arm.
///
/// @param problems of each surprise
/// @param successes how many surprises are unexpected successes: the first ones; the others are failures
/// @param base what was read at each surprise of the untouched model
/// @param left the same under the ablation
/// @param controls the same under each matched set
record ResponseArms(String[] problems, int successes, double[] base, double[] left, List<double[]> controls) {
  /// Whose response it is.
  record Named(String dataset, Read neurons, Read ablated) {}

  /// Response, change and what would have been found.
  ///
  /// @param effect the declared share of the response
  /// @param resamples of problems
  SurpriseResponse response(Named of, double effect, int resamples, RandomGenerator random, List<TracedToken> traces) {
    ToDoubleFunction<int[]> before = contrast(base);
    ToDoubleFunction<int[]> after = contrast(left);
    int[] all = IntStream.range(0, base.length).toArray();
    double[] changes = controls.stream()
        .mapToDouble(control -> contrast(control).applyAsDouble(all) - before.applyAsDouble(all)).toArray();
    Estimate change = difference(after, before, resamples, random);
    Estimate excess = controls.isEmpty()
        ? Estimate.exact(Double.NaN)
        : difference(after, contrast(mean()), resamples, random);
    return new SurpriseResponse(of.dataset, of.neurons, of.ablated, successes, base.length - successes,
        (int) Arrays.stream(problems).distinct().count(), Bootstrap.byProblem(problems, before, resamples, random),
        Bootstrap.byProblem(problems, after, resamples, random), change, excess,
        Arrays.stream(changes).boxed().toList(), EmpiricalP.low(change.value(), changes),
        new PlantedLosses(problems, successes, base, controls, random.nextLong()).power(effect), traces);
  }

  private ToDoubleFunction<int[]> contrast(double[] responses) {
    return items -> PlantedLosses.contrast(responses, successes, items);
  }

  private Estimate difference(ToDoubleFunction<int[]> of, ToDoubleFunction<int[]> from, int resamples,
      RandomGenerator random) {
    return Bootstrap.byProblem(problems, items -> of.applyAsDouble(items) - from.applyAsDouble(items), resamples,
        random);
  }

  private double[] mean() {
    return IntStream.range(0, base.length)
        .mapToDouble(i -> controls.stream().mapToDouble(control -> control[i]).average().orElseThrow()).toArray();
  }
}
