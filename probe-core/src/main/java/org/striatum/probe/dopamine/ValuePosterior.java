package org.striatum.probe.dopamine;

import java.util.List;
import java.util.random.RandomGenerator;
import org.striatum.probe.stats.BetaBinomial;

/// What a few continuations leave open about the value of a state, see [BetaBinomial]. Values that a probe reads are taken as
/// they are: nothing says how far off they might be.
final class ValuePosterior {
  private final StepValues values;
  private final BetaBinomial prior;

  ValuePosterior(StepValues values) {
    this.values = values;
    List<Continuations> states = values instanceof StepValues.MonteCarlo sampled
        ? sampled.continuations().stream().flatMap(List::stream).toList()
        : List.of();
    prior = BetaBinomial.of(states.stream().mapToInt(Continuations::successes).toArray(),
        states.stream().mapToInt(Continuations::draws).toArray());
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
    return state.draws() == 0 ? Double.NaN : prior.draw(state.successes(), state.draws(), random);
  }
}
