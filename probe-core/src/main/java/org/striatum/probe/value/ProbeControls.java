package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.PlattScaling;
import org.striatum.probe.stats.Calibration;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.Stability;
import org.striatum.probe.value.DatasetControls.NestedSelection;
import org.striatum.probe.value.DatasetControls.NuisanceBaseline;
import org.striatum.probe.value.DatasetControls.Reliability;
import org.striatum.probe.value.DatasetControls.ReliabilityBin;
import org.striatum.probe.value.DatasetControls.RotationControl;
import org.striatum.probe.value.DatasetControls.SetStability;
import org.striatum.probe.value.DatasetControls.Sparsity;
import org.striatum.probe.value.NuisanceBaselines.Known;
import org.striatum.probe.value.OutcomeRegression.CrossFit;
import org.striatum.probe.value.OutcomeRegression.Order;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Puts the reading of value on one dataset to the test: see [DatasetControls].
final class ProbeControls {
  private static final int BINS = 10; // Calibration's

  private final ValueNeuronSettings settings;
  private final RandomStreams streams;
  private final Pieces pieces;

  /// @param streams of the study's seed
  /// @param pieces where the controls are computed
  ProbeControls(ValueNeuronSettings settings, RandomStreams streams, Pieces pieces) {
    this.pieces = pieces;
    this.settings = settings;
    this.streams = streams;
  }

  /// The hook point that validation problems choose: the best validation AUROC of any probe there.
  static LayerProbes chosen(List<LayerProbes> layers) {
    LayerProbes chosen = layers.getFirst();
    double best = Double.NEGATIVE_INFINITY;
    for (LayerProbes layer : layers) {
      double own = layer.probes().stream().mapToDouble(ValueNeuronResults.ProbeAuroc::validation)
          .filter(Double::isFinite).max().orElse(Double.NEGATIVE_INFINITY);
      if (own > best) {
        best = own;
        chosen = layer;
      }
    }
    return chosen;
  }

  /// All controls of one dataset.
  ///
  /// @param layers its probes, at least one
  /// @param states of every hook point, without states that are no numbers
  /// @throws IllegalArgumentException with fewer fit problems than folds
  DatasetControls run(String dataset, List<LayerProbes> layers, SortedMap<HookPoint, FiniteTrajectories> states,
      Split split, Progress progress) {
    LayerProbes layer = chosen(layers);
    FiniteTrajectories finite = states.get(layer.hook());
    ControlSettings controls = settings.controls();
    List<String> notes = new ArrayList<>();
    String stream = dataset + " controls ";
    int[] fitItems = items(finite, split, false);
    int[] testItems = items(finite, split, true);
    InitialStates all = InitialStates.of(finite);
    InitialStates fit = all.items(fitItems);
    InitialStates test = all.items(testItems);
    ProblemFolds folds = ProblemFolds.deal(fit.problems(), controls.folds(), streams.of(stream + "folds"));
    ControlledProbe probe = ControlledProbe.of(fit, folds, test, settings.summary().resamples());
    Known before = Known.before(finite, fitItems, testItems);
    Part<Reading> reading = pieces.part(() -> pieces.all(Work.of(stream + "reading", Reading.class, 1,
        _ -> reading(probe, before, Known.after(finite, fitItems, testItems), stream))).getFirst());
    Part<RotationControl> rotations = pieces.part(() -> new Rotations(probe, controls, streams.of(stream + "rotations"))
        .run(stream + "rotations", pieces));
    Part<NestedSelection> nested = pieces.part(() -> nested(states, layers, notes, stream + "nested"));
    Part<List<SetStability>> stability = pieces.part(() -> stability(layer, probe,
        finite.in(Split.Fold.TRAIN, split), finite.in(Split.Fold.VALIDATION, split), stream));
    Part<ValuePower> power = pieces.part(() -> new ValueSpikeIns(probe, before, controls, streams, stream + "planted ",
        pieces).run(dataset, progress));
    Reading read = reading.get();
    return new DatasetControls(dataset, layer.hook(), probe.width(),
        (int) Arrays.stream(test.problems()).distinct().count(), test.size(), read.auroc,
        DatasetControls.predicts(read.auroc), read.sparsity, rotations.get(), read.nuisances, nested.get(),
        read.calibration, stability.get(), power.get(), notes);
  }

  /// What is said of the probe itself.
  private record Reading(Estimate auroc, Sparsity sparsity, List<NuisanceBaseline> nuisances,
      Reliability calibration) {}

  private Reading reading(ControlledProbe probe, Known before, Known after, String stream) {
    ControlSettings controls = settings.controls();
    RandomGenerator random = streams.of(stream + "intervals");
    double[] whole = probe.testScores(probe.regression().whole());
    CrossFit crossFit = SparsityControl.crossFit(probe);
    double[] crossFitted = crossFit.scores();
    Estimate auroc = probe.auroc(whole, random);
    NuisanceBaselines baselines = new NuisanceBaselines(probe, controls.margin(), random);
    return new Reading(auroc,
        new SparsityControl(probe, crossFit, controls, streams.of(stream + "sparsity")).run(whole),
        List.of(baselines.of(before, crossFitted, whole), baselines.of(after, crossFitted, whole)),
        reliability(probe, crossFitted, whole));
  }

  private static int[] items(FiniteTrajectories finite, Split split, boolean test) {
    return IntStream.range(0, finite.size())
        .filter(i -> (split.of(finite.problem(i)) == Split.Fold.TEST) == test).toArray();
  }

  /// Rollouts whose s₀ is a number at every hook point that was studied.
  private NestedSelection nested(SortedMap<HookPoint, FiniteTrajectories> states, List<LayerProbes> layers,
      List<String> notes, String stream) {
    List<HookPoint> hooks = layers.stream().map(LayerProbes::hook).toList();
    Map<Integer, Integer> seen = new LinkedHashMap<>();
    for (HookPoint hook : hooks) {
      FiniteTrajectories own = states.get(hook);
      IntStream.range(0, own.size()).forEach(i -> seen.merge(own.member(i), 1, Integer::sum));
    }
    List<InitialStates> common = new ArrayList<>();
    for (HookPoint hook : hooks) {
      FiniteTrajectories own = states.get(hook);
      common.add(InitialStates.of(own)
          .items(IntStream.range(0, own.size()).filter(i -> seen.get(own.member(i)) == hooks.size()).toArray()));
    }
    try {
      return new NestedControl(hooks, common, settings.controls(), settings.summary().resamples(), streams.of(stream))
          .run(stream, pieces);
    } catch (NotEnoughData missing) {
      notes.add("no nested selection: " + missing.getMessage());
      return null;
    }
  }

  private static Reliability reliability(ControlledProbe probe, double[] crossFitted, double[] whole) {
    double[] probabilities = PlattScaling.fit(crossFitted, probe.fit().successes()).probabilities(whole);
    boolean[] outcomes = probe.test().successes();
    double[] base = new double[outcomes.length];
    Arrays.fill(base, mean(probe.fit().successes()));
    List<ReliabilityBin> bins = new ArrayList<>();
    for (int b = 0; b < BINS; b++) {
      int bin = b;
      int[] members = IntStream.range(0, outcomes.length)
          .filter(i -> Math.min(BINS - 1, (int) (probabilities[i] * BINS)) == bin).toArray();
      bins.add(new ReliabilityBin((double) b / BINS, (b + 1.0) / BINS, members.length,
          Arrays.stream(members).mapToDouble(i -> probabilities[i]).average().orElse(Double.NaN),
          Arrays.stream(members).mapToDouble(i -> outcomes[i] ? 1 : 0).average().orElse(Double.NaN)));
    }
    Calibration calibration = Calibration.of(probabilities, outcomes);
    return new Reliability(calibration.brier(), Calibration.of(base, outcomes).brier(), calibration.ece(), bins);
  }

  private static double mean(boolean[] outcomes) {
    return IntStream.range(0, outcomes.length).mapToDouble(i -> outcomes[i] ? 1 : 0).average().orElseThrow();
  }

  /// The best coordinates by one or more orders, best first.
  private record Best(List<int[]> coordinates) {}

  private List<SetStability> stability(LayerProbes layer, ControlledProbe probe, FiniteTrajectories train,
      FiniteTrajectories validation, String stream) {
    int width = probe.width();
    int k = (int) Math.max(1, Math.round(settings.summary().overlapShare() * width));
    List<SetStability> found = new ArrayList<>();
    int resamples = settings.controls().reruns().stabilityResamples();
    RandomGenerator random = streams.of(stream + "resamples");
    List<int[]> drawn = new ArrayList<>();
    List<Order> orders = List.of(Order.values());
    List<Best> byResample = pieces.all(Work.of(stream + "resamples", Best.class, resamples, probe.operations(), r -> {
      while (drawn.size() <= r) {
        drawn.add(resample(probe.fit(), random));
      }
      OutcomeRegression resampled = OutcomeRegression.of(probe.fit().items(drawn.get(r)));
      return new Best(orders.stream().map(order -> Arrays.copyOf(resampled.order(order, k), k)).toList());
    }));
    Map<Order, List<Set<Integer>>> sets = new LinkedHashMap<>();
    for (Order order : orders) {
      sets.put(order, byResample.stream().map(one -> set(one.coordinates.get(orders.indexOf(order)), k)).toList());
    }
    sets.forEach((order, own) -> found
        .add(new SetStability(order.printed(), "problem resamples", k, Stability.of(own, width))));
    if (settings.controls().reruns().probeSeeds() >= 2) {
      List<Set<Integer>> bySeed = new ArrayList<>();
      if (layer.ranking() == Ranking.TD_FIRST_LAYER_L1) {
        bySeed.add(new HashSet<>(layer.order().subList(0, k)));
      }
      ValueProbeTraining training = settings.training().withTarget(Target.TD).onlyRanking();
      List<ProbeJob> jobs = IntStream.range(bySeed.size(), settings.controls().reruns().probeSeeds())
          .mapToObj(seed -> new ProbeJob(train, validation, training, streams.of(stream + "seed " + seed)))
          .toList();
      // All seeds are trained side by side.
      pieces.all(Work.of(stream + "seeds", Best.class,
          Work.batches(jobs.size(), jobs.size()),
          seeds -> ProbeTrainings.all(seeds.stream().map(jobs::get).toList(), () -> {}).stream()
              .map(fit -> new Best(List.of(
                  Arrays.copyOf(NeuronRanking.firstLayerL1(Target.TD, fit.ranking()).order(), k))))
              .toList()))
          .forEach(one -> bySeed.add(set(one.coordinates.getFirst(), k)));
      found.add(new SetStability(Ranking.TD_FIRST_LAYER_L1.printed(), "probe seeds", k, Stability.of(bySeed, width)));
    }
    return found;
  }

  private static Set<Integer> set(int[] order, int k) {
    return new HashSet<>(Arrays.stream(order).limit(k).boxed().toList());
  }

  /// The rollouts of as many problems, drawn with replacement, as there are.
  private static int[] resample(InitialStates states, RandomGenerator random) {
    Map<String, List<Integer>> itemsOf = new LinkedHashMap<>();
    for (int i = 0; i < states.size(); i++) {
      itemsOf.computeIfAbsent(states.problems()[i], _ -> new ArrayList<>()).add(i);
    }
    List<List<Integer>> problems = List.copyOf(itemsOf.values());
    return IntStream.range(0, problems.size()).mapToObj(_ -> problems.get(random.nextInt(problems.size())))
        .flatMap(List::stream).mapToInt(Integer::intValue).toArray();
  }
}
