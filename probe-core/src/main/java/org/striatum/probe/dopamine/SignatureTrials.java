package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.power.PlantedSignal;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.RandomStreams;

/// How often the signature test would find dopamine neurons of a known strength: made-up steps, put to the test itself.
///
/// K continuations of each state give V̂. A neuron is r z(δ) + √(1 − r²) noise.
///
/// @param settings of the study
/// @param process how values come about
/// @param draws continuations a state, K ≥ 2
/// @param family coordinates that are tested; all but the planted one carry nothing
public record SignatureTrials(DopamineSettings settings, ValueProcess process, int draws, int family) {
  private static final int STEP_TOKENS = 5;

  public SignatureTrials {
    if (draws < 2 || family < 1) {
      throw new IllegalArgumentException(
          "a trial needs continuations ≥ 2 and a family ≥ 1, found " + draws + " and " + family);
    }
  }

  /// What was found.
  ///
  /// @param planted neurons
  /// @param found of them, by all five parts
  /// @param reliability of δ̂ as the study measures it: of both halves together, last steps left out; NaN where it is not defined
  public record Found(int planted, int found, double reliability) {}

  /// One data set with one rollout of each problem.
  ///
  /// @param problems of training and test
  /// @param trained, tested shares of the problems
  /// @param strength r, in (0, 1)
  /// @param planted neurons, each alone beside the family
  public Found of(int problems, double trained, double tested, double strength, int planted, long seed) {
    RandomStreams streams = new RandomStreams(seed);
    RandomGenerator random = streams.of("steps");
    List<ValuedStep> all = new ArrayList<>();
    List<List<Continuations>> continuations = new ArrayList<>();
    List<Double> surprises = new ArrayList<>();
    for (int i = 0; i < problems; i++) {
      double share = (i + 0.5) / problems;
      Fold fold = share < trained ? Fold.TRAIN : share < 1 - tested ? Fold.VALIDATION : Fold.TEST;
      rollout(i, fold, all, continuations, surprises, random);
    }
    int[] train = rows(all, Fold.TRAIN);
    int[] test = rows(all, Fold.TEST);
    if (train.length == 0 || test.length == 0) {
      return new Found(planted, 0, Double.NaN);
    }
    List<ValuedStep> testSteps = at(all, test);
    SignatureTest signature = new SignatureTest(testSteps, settings,
        Leak.of(testSteps, new ValuePosterior(new StepValues.MonteCarlo(continuations)), settings.errors().gamma(),
            streams.of("leak")));
    double[] delta = PlantedSignal.standardised(surprises.stream().mapToDouble(Double::doubleValue).toArray());
    double[][] neurons = IntStream.range(0, planted).mapToObj(_ -> neuron(delta, strength, random))
        .toArray(double[][]::new);
    double[] responses = SignatureTest.responses(at(all, train), columns(neurons, train));
    List<Signature> signatures = signature.test(columns(neurons, test), responses, streams.of("signature"));
    RandomGenerator nulls = new SplittableRandom(random.nextLong());
    int found = (int) signatures.stream().filter(one -> isFound(one, nulls)).count();
    return new Found(planted, found, reliability(all));
  }

  private void rollout(int i, Fold fold, List<ValuedStep> all, List<List<Continuations>> continuations,
      List<Double> surprises, RandomGenerator random) {
    double[] values = process.values(random);
    int steps = values.length - 1;
    List<Continuations> drawn = Arrays.stream(values, 0, steps).mapToObj(value -> {
      boolean[] right = new boolean[draws];
      for (int d = 0; d < draws; d++) {
        right[d] = random.nextDouble() < value;
      }
      return Continuations.of(right);
    }).toList();
    continuations.add(drawn);
    double gamma = settings.errors().gamma();
    for (int k = 0; k < steps; k++) {
      boolean last = k + 1 == steps;
      double discount = last ? 1 : gamma;
      double after = last ? values[steps] : drawn.get(k + 1).value();
      double before = drawn.get(k).value();
      double[] halves = new double[2];
      for (int half = 0; half < 2; half++) {
        halves[half] = discount * (last ? after : drawn.get(k + 1).half(half)) - drawn.get(k).half(half);
      }
      all.add(new ValuedStep(new ValuedStep.Place(i, "problem " + i, fold, k, steps),
          new ValuedStep.Span(1 + k * STEP_TOKENS, (k + 1) * STEP_TOKENS, (k + 0.5) * STEP_TOKENS + random.nextInt(9)),
          before, after,
          new ValuedStep.Surprise(discount * after - before, halves[0], halves[1]), Double.NaN));
      surprises.add(discount * values[k + 1] - values[k]);
    }
  }

  /// All five parts, the first corrected over the family.
  private boolean isFound(Signature signature, RandomGenerator random) {
    return q(signature.partial().givenAfter().p(), random) < settings.tests().level()
        && q(signature.partial().givenBefore().p(), random) < settings.tests().level()
        && signature.surprises().passed() && signature.flatness().passed() && signature.slopes().passed()
        && signature.permuted().passed();
  }

  private double q(double p, RandomGenerator random) {
    double[] all = DoubleStream.concat(DoubleStream.of(p), random.doubles(family - 1L)).toArray();
    return FalseDiscovery.benjaminiHochberg(all)[0];
  }

  /// The reliability of δ̂ as the study measures it, on so many rollouts.
  double reliability(int rollouts, long seed) {
    RandomGenerator random = new SplittableRandom(seed);
    List<ValuedStep> all = new ArrayList<>();
    for (int i = 0; i < rollouts; i++) {
      rollout(i, Fold.TRAIN, all, new ArrayList<>(), new ArrayList<>(), random);
    }
    return reliability(all);
  }

  /// Of δ̂ of both halves together, by Spearman and Brown, over steps that are not last.
  private static double reliability(List<ValuedStep> all) {
    List<ValuedStep> between = all.stream().filter(step -> step.hasHalves() && !step.isLast()).toList();
    double r = correlation(ValuedStep.column(between, step -> step.error().firstHalf()),
        ValuedStep.column(between, step -> step.error().secondHalf()));
    return 2 * r / (1 + r);
  }

  private static double correlation(double[] x, double[] y) {
    double[] u = PlantedSignal.standardised(x);
    double[] v = PlantedSignal.standardised(y);
    return IntStream.range(0, u.length).mapToDouble(i -> u[i] * v[i]).average().orElse(Double.NaN);
  }

  private static double[] neuron(double[] delta, double strength, RandomGenerator random) {
    double rest = Math.sqrt(1 - strength * strength);
    double sign = random.nextBoolean() ? 1 : -1;
    return Arrays.stream(delta).map(d -> sign * strength * d + rest * random.nextGaussian()).toArray();
  }

  private static int[] rows(List<ValuedStep> all, Fold fold) {
    return IntStream.range(0, all.size()).filter(i -> all.get(i).fold() == fold).toArray();
  }

  private static List<ValuedStep> at(List<ValuedStep> all, int[] rows) {
    return Arrays.stream(rows).mapToObj(all::get).toList();
  }

  private static double[][] columns(double[][] neurons, int[] rows) {
    return Arrays.stream(neurons).map(x -> Arrays.stream(rows).mapToDouble(row -> x[row]).toArray())
        .toArray(double[][]::new);
  }
}
