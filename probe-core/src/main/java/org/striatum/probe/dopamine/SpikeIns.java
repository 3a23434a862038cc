package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.power.PlantedSignal;
import org.striatum.probe.stats.Spearman;

/// Would a dopamine neuron have been found if there were one? Known effects planted into the hook point's own activations,
/// and judged by the code that judges the real coordinates.
///
/// f(δ) stands in a real coordinate that varies, see [PlantedSignal]; δ is one draw of what the continuations leave open
/// ([ValuePosterior]), f what is planted, the sign either. Each is planted alone, beside all real coordinates. It counts as chosen for the
/// test by its correlation with δ only, not by the probe's weights, which would need a fit of their own: so the share found is a lower bound.
final class SpikeIns {
  private final PooledSteps pooled;
  private final int[] train;
  private final int[] test;
  private final DopamineSettings settings;

  /// One planted coordinate, before the correction over all coordinates of the dataset.
  ///
  /// @param strength r
  /// @param chosen whether it is among the coordinates that get the signature test
  /// @param givenAfter p of the first part given the value after
  /// @param givenBefore the same given the value before
  /// @param others whether it passes the other four parts
  record SpikeIn(Planting planting, double strength, boolean chosen, double givenAfter, double givenBefore,
      boolean others) {}

  /// @param train all training steps of the hook point, as rows
  /// @param test all test steps
  SpikeIns(PooledSteps pooled, int[] train, int[] test, DopamineSettings settings) {
    this.pooled = pooled;
    this.train = train;
    this.test = test;
    this.settings = settings;
  }

  /// Plants each effect several times.
  ///
  /// @param each how often each kind is planted at each strength
  /// @param correlations |Spearman's ρ| with δ of every real coordinate over the training steps: (width)
  List<SpikeIn> draw(int each, double[] correlations, ValuePosterior posterior, SignatureTest signature,
      RandomGenerator random) {
    List<SpikeIn> unjudged = new ArrayList<>();
    List<double[]> columns = new ArrayList<>();
    int[] carriers = IntStream.range(0, pooled.width()).filter(j -> !pooled.training().isConstant(j)).toArray();
    int[] all = IntStream.range(0, pooled.steps().size()).toArray();
    double last = correlations.length <= settings.tests().tested()
        ? 0
        : Arrays.stream(correlations).sorted().toArray()[correlations.length - settings.tests().tested()];
    double[] measured = ValuedStep.deltas(steps(train));
    for (int k = 0; k < each; k++) {
      DrawnSteps drawn = DrawnSteps.of(pooled.steps(), posterior.draw(random), settings.errors().gamma());
      for (Planting planting : Planting.values()) {
        for (double strength : settings.tests().power().strengths(planting)) {
          double[] carrier = pooled.coordinate(carriers[random.nextInt(carriers.length)], all);
          double[] planted = PlantedSignal.in(carrier, planting.of(drawn), random.nextBoolean() ? strength : -strength);
          double rho = Math.abs(Spearman.of(at(planted, train), measured).rho());
          columns.add(planted);
          unjudged.add(new SpikeIn(planting, strength, rho >= last, 1, 1, false));
        }
      }
    }
    return judged(unjudged, columns, signature, random);
  }

  private List<SpikeIn> judged(List<SpikeIn> planted, List<double[]> columns, SignatureTest signature,
      RandomGenerator random) {
    double[] responses = SignatureTest.responses(steps(train),
        columns.stream().map(column -> at(column, train)).toArray(double[][]::new));
    List<Signature> signatures = signature.test(
        columns.stream().map(column -> at(column, test)).toArray(double[][]::new), responses, random);
    return IntStream.range(0, planted.size()).mapToObj(i -> {
      SpikeIn one = planted.get(i);
      Signature found = signatures.get(i);
      return new SpikeIn(one.planting, one.strength, one.chosen, found.partial().givenAfter().p(),
          found.partial().givenBefore().p(), found.surprises().passed() && found.flatness().passed()
              && found.slopes().passed() && found.permuted().passed());
    }).toList();
  }

  private List<ValuedStep> steps(int[] rows) {
    return Arrays.stream(rows).mapToObj(pooled.steps()::get).toList();
  }

  private static double[] at(double[] column, int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> column[row]).toArray();
  }
}
