package org.striatum.peft.llm;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.striatum.peft.llm.Trial.Tested;
import org.striatum.peft.llm.Trial.Trained;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.Comparison;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.adaptation.AdaptationResults.Outcome;
import org.striatum.probe.adaptation.AdaptationResults.Run;
import org.striatum.probe.adaptation.AdaptationResults.SharedNeurons;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.NeuronId;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;

/// Sums up what trained trials gave, with intervals over problems and runs.
///
/// @param frozen what the model gave as it is
/// @param seed of the resampling: the same for every figure, so that equal runs tie
record ArmStatistics(Tested frozen, long seed) {
  /// One arm.
  ///
  /// @param trained its runs; none for the frozen model
  /// @param tested what each gave
  /// @param layers its gates; empty without
  Arm arm(AdaptationArm name, List<Trained> trained, List<Tested> tested, List<LearnedLayer> layers) {
    List<Outcome> tasks = IntStream.range(0, frozen.outcomes().size())
        .mapToObj(task -> outcome(frozen.outcomes().get(task).task(), tested, one -> List.of(one.outcomes().get(task))))
        .toList();
    List<Run> runs = new ArrayList<>();
    for (int r = 0; r < trained.size(); r++) {
      Trained one = trained.get(r);
      Learned learned = one.learned();
      runs.add(new Run(one.trial().draw(), one.seed(), one.rate(), learned.step(), learned.start(),
          learned.validation(), mean(tested.get(r).inMode().correct()), mean(tested.get(r).inMode().logProbability()),
          learned.stopped()));
    }
    Adaptation adaptation = trained.isEmpty() ? null : trained.getFirst().trial().adaptation();
    double identity = layers.stream().flatMapToDouble(
        layer -> IntStream.range(0, layer.before().length).mapToDouble(k -> 1 - layer.before()[k])).average()
        .orElse(Double.NaN);
    return new Arm(name, adaptation instanceof NeuronGate gate ? gate.neurons() : 0,
        adaptation == null ? 0 : adaptation.parameters(), runs, tasks.getFirst(),
        tasks.size() == 1 ? null : outcome("other tasks", tested, Tested::others), tasks.subList(1, tasks.size()),
        layers.isEmpty() ? null : estimate(runs(tested, Tested::hard)), identity, layers);
  }

  private Outcome outcome(String task, List<Tested> tested, Function<Tested, List<Outcomes>> on) {
    double[][] correct = runs(tested, one -> joined(on.apply(one), Outcomes::correct));
    double[][] scores = runs(tested, one -> joined(on.apply(one), Outcomes::logProbability));
    return new Outcome(task, estimate(correct), estimate(scores),
        difference(correct, new double[][]{joined(on.apply(frozen), Outcomes::correct)}),
        difference(scores, new double[][]{joined(on.apply(frozen), Outcomes::logProbability)}));
  }

  /// Each set of reward neurons against the sets matched to it, where both were trained.
  ///
  /// @param tested by arm
  List<Comparison> comparisons(Iterable<AdaptationArm> sets, Map<AdaptationArm, List<Tested>> tested) {
    List<Comparison> comparisons = new ArrayList<>();
    for (AdaptationArm set : sets) {
      List<Tested> own = tested.get(set);
      List<Tested> controls = tested.get(set.matched());
      if (own != null && controls != null) {
        double reached = mean(runMeans(own));
        double[] matched = runMeans(controls);
        comparisons.add(new Comparison(set, set.matched(),
            difference(own, controls, one -> one.inMode().logProbability()),
            difference(own, controls, one -> one.inMode().correct()),
            frozen.others().isEmpty()
                ? Estimate.exact(Double.NaN)
                : difference(own, controls, one -> joined(one.others(), Outcomes::logProbability)),
            mean(matched) - mean(frozen.inMode().logProbability()),
            (int) Arrays.stream(matched).filter(one -> reached > one).count(), matched.length));
      }
    }
    return comparisons;
  }

  /// For each set, how many of equally many most changed neurons are in it.
  ///
  /// @param all gates over every coordinate
  static List<SharedNeurons> shared(SequencedMap<AdaptationArm, SortedMap<HookPoint, List<Integer>>> sets,
      List<LearnedLayer> all) {
    record Changed(NeuronId neuron, double by) {}
    List<NeuronId> order = all.stream().flatMap(layer -> IntStream.range(0, layer.gain().length)
        .mapToObj(k -> new Changed(layer.neuron(k), Math.abs(layer.change(k)))))
        .sorted(Comparator.comparingDouble(Changed::by).reversed()).map(Changed::neuron).toList();
    List<SharedNeurons> shared = new ArrayList<>();
    sets.forEach((name, set) -> {
      List<NeuronId> members = new ArrayList<>();
      set.forEach((hook, coordinates) -> coordinates.forEach(i -> members.add(new NeuronId(hook, i))));
      shared.add(new SharedNeurons(name, Overlap.of(order.subList(0, members.size()), members, order.size())));
    });
    return shared;
  }

  /// A figure of each run: (runs, problems).
  private static double[][] runs(List<Tested> tested, Function<Tested, double[]> figures) {
    return tested.stream().map(figures).toArray(double[][]::new);
  }

  /// A figure of several tasks' problems, side by side.
  private static double[] joined(List<Outcomes> tasks, Function<Outcomes, double[]> figures) {
    return tasks.stream().map(figures).flatMapToDouble(Arrays::stream).toArray();
  }

  /// Mean log-probability a token in mode of each run.
  private static double[] runMeans(List<Tested> tested) {
    return tested.stream().mapToDouble(one -> mean(one.inMode().logProbability())).toArray();
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  private Estimate estimate(double[][] runs) {
    return difference(runs, new double[1][runs[0].length]);
  }

  private Estimate difference(List<Tested> first, List<Tested> second, Function<Tested, double[]> figures) {
    return difference(runs(first, figures), runs(second, figures));
  }

  private Estimate difference(double[][] first, double[][] second) {
    return Bootstrap.crossedDifference(first, second, new SplittableRandom(seed));
  }
}
