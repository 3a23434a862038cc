package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.Correlation;
import org.striatum.probe.dopamine.DopamineResults.Flatness;
import org.striatum.probe.dopamine.DopamineResults.Partials;
import org.striatum.probe.dopamine.DopamineResults.Permuted;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.dopamine.DopamineResults.Surprises;
import org.striatum.probe.dopamine.DopamineResults.ValueSlopes;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.ClusteredRegression;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Equivalence;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Spearman;

/// The five tests a coordinate must pass to be called a dopamine neuron, on steps that had no part in choosing it. What
/// depends on the steps alone is prepared once; coordinates follow.
///
/// Problems are the unit of evidence throughout: rollouts of one problem share a prompt and the noise of V̂(s₀).
final class SignatureTest {
  private static final int FEWEST_PREDICTED = 10;

  private final List<ValuedStep> steps;
  private final DopamineSettings settings;
  private final String[] problems;
  private final double[] delta;
  private final double[] after;
  private final double[] before;
  private final double[][] nuisances; // (covariates, steps)
  private final boolean[] predicted;
  private final TrajectoryPermutation permutation;
  private final Leak leak;

  /// @param steps of the problems to test on, rollout after rollout
  /// @param leak of gains to losses and back, on those steps
  SignatureTest(List<ValuedStep> steps, DopamineSettings settings, Leak leak) {
    this.leak = leak;
    this.steps = List.copyOf(steps);
    this.settings = settings;
    problems = ValuedStep.problems(steps);
    delta = ValuedStep.deltas(steps);
    after = ValuedStep.column(steps, ValuedStep::after);
    before = ValuedStep.column(steps, ValuedStep::before);
    nuisances = nuisances(steps);
    predicted = new boolean[steps.size()];
    for (int i = 0; i < predicted.length; i++) {
      predicted[i] = before[i] >= settings.tests().predicted() && after[i] >= settings.tests().predicted();
    }
    permutation = new TrajectoryPermutation(steps);
  }

  /// Position, step length and, where it was recorded, token entropy: (covariates, steps).
  static double[][] nuisances(List<ValuedStep> steps) {
    double[] position = ValuedStep.column(steps, ValuedStep::position);
    double[] length = ValuedStep.column(steps, ValuedStep::length);
    return ValuedStep.haveEntropy(steps)
        ? new double[][]{position, length, ValuedStep.column(steps, ValuedStep::entropy)}
        : new double[][]{position, length};
  }

  /// The response to δ of training steps, nuisances held fixed, in the activation's unit a unit of δ; NaN where it is
  /// undefined: (coordinates).
  ///
  /// @param train training steps
  /// @param activations (coordinates, training steps)
  static double[] responses(List<ValuedStep> train, double[][] activations) {
    ClusteredRegression regression = new ClusteredRegression(
        with(nuisances(train), ValuedStep.deltas(train)), ValuedStep.problems(train));
    return Arrays.stream(activations).mapToDouble(x -> regression.fit(x).coefficients()[0]).toArray();
  }

  /// Tests coordinates; the first part is corrected over all of them.
  ///
  /// @param activations pooled z-scores: (coordinates, steps)
  /// @param responses to a unit of δ on training problems: (coordinates)
  List<Signature> test(double[][] activations, double[] responses, RandomGenerator random) {
    Correlation[] givenAfter = partials(activations, after);
    Correlation[] givenBefore = partials(activations, before);
    Permuted[] permuted = permuted(activations, random);
    double[] positive = positive(steps);
    double[] negative = negative(steps);
    double[] isPredicted = IntStream.range(0, predicted.length).mapToDouble(i -> predicted[i] ? 1 : 0).toArray();
    ClusteredRegression surprises = surprises(steps);
    ClusteredRegression flatness = new ClusteredRegression(with(nuisances, isPredicted, positive, negative), problems);
    ClusteredRegression slopes = new ClusteredRegression(with(nuisances, after, before), problems);
    List<Signature> signatures = new ArrayList<>();
    for (int c = 0; c < activations.length; c++) {
      Surprises parts = surprises(surprises, activations[c], random);
      Estimate[] values = slopes.bootstrap(activations[c], settings.resamples(), random);
      signatures.add(new Signature(
          new Partials(givenAfter[c], givenBefore[c],
              givenAfter[c].q() < settings.tests().level() && givenBefore[c].q() < settings.tests().level()),
          parts,
          flatness(flatness.fit(activations[c]), responses[c]),
          new ValueSlopes(values[0], values[1], side(values[0]) * side(values[1]) < 0), permuted[c]));
    }
    return signatures;
  }

  /// The regression of the second part: gains, losses, then what is held fixed.
  static ClusteredRegression surprises(List<ValuedStep> steps) {
    return new ClusteredRegression(with(nuisances(steps), positive(steps), negative(steps)),
        ValuedStep.problems(steps));
  }

  private static double[] positive(List<ValuedStep> steps) {
    return ValuedStep.column(steps, step -> Math.max(step.delta(), 0));
  }

  private static double[] negative(List<ValuedStep> steps) {
    return ValuedStep.column(steps, step -> Math.min(step.delta(), 0));
  }

  private Surprises surprises(ClusteredRegression regression, double[] activation, RandomGenerator random) {
    int columns = 2 + nuisances.length;
    double[][] contrasts = new double[4][columns];
    contrasts[0][0] = 1;
    contrasts[1][1] = 1;
    contrasts[2][1] = 1;
    contrasts[2][0] = -leak.ofGains();
    contrasts[3][0] = 1;
    contrasts[3][1] = -leak.ofLosses();
    Estimate[] found = regression.bootstrap(activation, contrasts, settings.resamples(), random);
    int side = side(found[0]);
    return new Surprises(found[0], found[1], found[2], found[3],
        side != 0 && Arrays.stream(found).allMatch(one -> side(one) == side));
  }

  /// +1 or −1 where the interval excludes 0, else 0 (without an interval too).
  private static int side(Estimate estimate) {
    return estimate.low() > 0 ? 1 : estimate.high() < 0 ? -1 : 0;
  }

  /// Partial Spearman correlations with their p: ranks regressed on ranks, so that the test of δ's coefficient allows for
  /// clusters. Undefined ones (a constant activation) have p = 1.
  private Correlation[] partials(double[][] activations, double[] value) {
    double[][] given = with(nuisances, value);
    double[][] ranked = Arrays.stream(with(given, delta)).map(Ranks::of).toArray(double[][]::new);
    ClusteredRegression regression = new ClusteredRegression(ranked, problems);
    double[] rhos = new double[activations.length];
    double[] ps = new double[activations.length];
    for (int c = 0; c < activations.length; c++) {
      rhos[c] = Spearman.partial(activations[c], delta, given).rho();
      double p = regression.fit(Ranks.of(activations[c])).p(0);
      ps[c] = Double.isNaN(p) || Double.isNaN(rhos[c]) ? 1 : p;
    }
    double[] qs = FalseDiscovery.benjaminiHochberg(ps);
    Correlation[] correlations = new Correlation[rhos.length];
    Arrays.setAll(correlations, c -> new Correlation(rhos[c], ps[c], qs[c]));
    return correlations;
  }

  private Flatness flatness(ClusteredRegression.Fit fit, double response) {
    double margin = settings.tests().flatMargin() * Math.abs(response);
    int count = (int) IntStream.range(0, predicted.length).filter(i -> predicted[i]).count();
    if (!(margin > 0) || count < FEWEST_PREDICTED) {
      return new Flatness(count, fit.coefficients()[0], Double.NaN, Double.NaN, margin, Double.NaN, false);
    }
    Equivalence test = Equivalence.of(fit.coefficients()[0], fit.errors()[0], fit.degrees(), margin);
    return new Flatness(count, test.difference(), test.low(), test.high(), margin, test.p(),
        test.p() < settings.tests().level());
  }

  private Permuted[] permuted(double[][] activations, RandomGenerator random) {
    int m = settings.tests().permutations();
    int[] rows = permutation.movable();
    double[] surprise = permutation.withinStrata(Ranks.of(delta));
    double[][] centred = Arrays.stream(activations).map(x -> permutation.withinStrata(Ranks.of(x)))
        .toArray(double[][]::new);
    double[][] nulls = new double[activations.length][m];
    for (int k = 0; k < m; k++) {
      int[] source = permutation.draw(random);
      for (int c = 0; c < centred.length; c++) {
        double sum = 0;
        for (int row : rows) {
          sum += centred[c][row] * surprise[source[row]];
        }
        nulls[c][k] = sum;
      }
    }
    double spread = Math.sqrt(DoubleStream.of(surprise).map(d -> d * d).sum());
    Permuted[] results = new Permuted[activations.length];
    for (int c = 0; c < results.length; c++) {
      double scale = spread * Math.sqrt(DoubleStream.of(centred[c]).map(x -> x * x).sum());
      if (!(scale > 0)) {
        results[c] = new Permuted(rows.length, m, Double.NaN, Double.NaN, Double.NaN, Double.NaN, false);
        continue;
      }
      double observed = 0;
      for (int row : rows) {
        observed += centred[c][row] * surprise[row];
      }
      double[] sorted = Arrays.stream(nulls[c]).map(sum -> sum / scale).sorted().toArray();
      double p = EmpiricalP.high(Math.abs(observed / scale), Arrays.stream(sorted).map(Math::abs).toArray());
      results[c] = new Permuted(rows.length, m, observed / scale, Bootstrap.quantile(sorted, 0.025),
          Bootstrap.quantile(sorted, 0.975), p, p < settings.tests().level());
    }
    return results;
  }

  /// What could not be tested as well as it should, for the reader.
  List<String> notes() {
    List<String> notes = new ArrayList<>();
    long count = IntStream.range(0, predicted.length).filter(i -> predicted[i]).count();
    if (count < FEWEST_PREDICTED) {
      notes.add("flatness needs at least " + FEWEST_PREDICTED + " steps whose reward is fully predicted, found " + count
          + ": no coordinate can pass part 3");
    }
    int left = steps.size() - permutation.movable().length;
    if (left * 2 > steps.size()) {
      notes.add("part 5 leaves out " + left + " of " + steps.size()
          + " steps: too few rollouts have equally many steps");
    }
    if (!ValuedStep.haveEntropy(steps)) {
      notes.add("token entropy was not recorded and is not held fixed");
    }
    return notes;
  }

  /// What is asked about first, then what is held fixed.
  private static double[][] with(double[][] fixed, double[]... asked) {
    return Stream.concat(Arrays.stream(asked), Arrays.stream(fixed)).toArray(double[][]::new);
  }
}
