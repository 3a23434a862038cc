package org.striatum.probe.dopamine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import smile.math.special.Beta;

/// What a few continuations leave open about the value of a state.
///
///     V | s of n ~ Beta(a + s, b + n − s)
///
/// a and b come from all states: they give V the mean, and the variance beyond that of the draws, that successes show
/// (beta-binomial, method of moments). Values that a probe reads are taken as they are: nothing says how far off they
/// might be.
final class ValuePosterior {
  private static final int QUANTILES = 256;
  private static final double WEAKEST = 0.2; // a + b
  private static final double STRONGEST = 200;

  private final StepValues values;
  private final double a;
  private final double b;
  private final Map<List<Integer>, double[]> quantiles = new HashMap<>();

  ValuePosterior(StepValues values) {
    this.values = values;
    double[] prior = values instanceof StepValues.MonteCarlo sampled
        ? prior(sampled.continuations().stream().flatMap(List::stream).filter(state -> state.draws() > 1).toList())
        : new double[]{1, 1};
    a = prior[0];
    b = prior[1];
  }

  private static double[] prior(List<Continuations> states) {
    double mean = states.stream().mapToDouble(Continuations::value).average().orElse(0.5);
    double spread = states.stream().mapToDouble(state -> (state.value() - mean) * (state.value() - mean)).average()
        .orElse(0);
    double drawn = states.stream()
        .mapToDouble(state -> state.value() * (1 - state.value()) / (state.draws() - 1)).average().orElse(0);
    double left = Math.max(spread - drawn, 1e-9);
    double strength = Math.clamp(mean * (1 - mean) / left - 1, WEAKEST, STRONGEST);
    double centre = Math.clamp(mean, 0.01, 0.99);
    return new double[]{strength * centre, strength * (1 - centre)};
  }

  /// Values of all states, one draw; NaN where none is known.
  StepValues draw(RandomGenerator random) {
    if (!(values instanceof StepValues.MonteCarlo sampled)) {
      return values;
    }
    double[][] drawn = sampled.continuations().stream()
        .map(states -> states.stream().mapToDouble(state -> draw(state, random)).toArray()).toArray(double[][]::new);
    return new StepValues.Probe(drawn, "a draw");
  }

  private double draw(Continuations state, RandomGenerator random) {
    return state.draws() == 0
        ? Double.NaN
        : quantiles.computeIfAbsent(List.of(state.successes(), state.draws()), this::quantiles)[random
            .nextInt(QUANTILES)];
  }

  private double[] quantiles(List<Integer> counted) {
    double successes = a + counted.get(0);
    double failures = b + counted.get(1) - counted.get(0);
    double[] table = new double[QUANTILES];
    for (int k = 0; k < QUANTILES; k++) {
      table[k] = Beta.inverseRegularizedIncompleteBetaFunction(successes, failures, (k + 0.5) / QUANTILES);
    }
    return table;
  }
}
