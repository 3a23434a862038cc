package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;

/// One coordinate of s₀ by itself: how well it tells solved rollouts from failed ones, and how it is spread in both.
///
/// @param rollouts counted, of so many problems
/// @param auroc of the coordinate as it is, with a 95 % interval bootstrapped by problem: above ½ where it is higher
///     before success; NaN where all rollouts ended alike
/// @param low where the first bin begins, at the first percentile; what lies below it is counted in the first bin
/// @param high where the last bin ends, at the 99th percentile; what lies above it is counted in the last bin
/// @param solved rollouts of each of equally wide bins that ended in success
/// @param failed those that did not
public record CoordinateReading(String dataset, NeuronId neuron, int rollouts, int problems, Estimate auroc, double low,
    double high, List<Integer> solved, List<Integer> failed) {
  /// Bins of a reading.
  public static final int BINS = 16;

  public CoordinateReading {
    solved = List.copyOf(solved);
    failed = List.copyOf(failed);
    if (solved.size() != failed.size()) {
      throw new IllegalArgumentException("a reading must have one number of bins for both outcomes, found "
          + solved.size() + " and " + failed.size());
    }
  }

  /// Reads coordinates at the s₀ of some rollouts; those whose s₀ holds NaN or ∞ are left out. Empty where none is left.
  ///
  /// @param states of one dataset at one hook point: test problems, where figures are to be believed
  /// @param seed of the bootstrap
  public static List<CoordinateReading> all(String dataset, HookPoint hook, Trajectories states, int[] coordinates,
      long seed) {
    InitialStates initial = InitialStates.of(FiniteTrajectories.of(states));
    List<CoordinateReading> readings = new ArrayList<>();
    if (initial.size() > 0) {
      for (int coordinate : coordinates) {
        readings.add(of(dataset, new NeuronId(hook, coordinate), initial, seed));
      }
    }
    return readings;
  }

  private static CoordinateReading of(String dataset, NeuronId neuron, InitialStates states, long seed) {
    double[] values = states.coordinate(neuron.coordinate());
    boolean[] successes = states.successes();
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double low = sorted[(int) (0.01 * (sorted.length - 1))];
    double high = sorted[(int) Math.ceil(0.99 * (sorted.length - 1))];
    Integer[] solved = new Integer[BINS];
    Integer[] failed = new Integer[BINS];
    Arrays.fill(solved, 0);
    Arrays.fill(failed, 0);
    for (int i = 0; i < values.length; i++) {
      int bin = high > low ? Math.clamp((long) Math.floor((values[i] - low) / (high - low) * BINS), 0, BINS - 1) : 0;
      (successes[i] ? solved : failed)[bin]++;
    }
    Estimate auroc = Bootstrap.byProblem(states.problems(), Auroc.over(values, successes), Bootstrap.RESAMPLES,
        new SplittableRandom(seed));
    return new CoordinateReading(dataset, neuron, values.length,
        (int) Arrays.stream(states.problems()).distinct().count(),
        auroc, low, high, Arrays.asList(solved), Arrays.asList(failed));
  }
}
