package org.striatum.peft.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.hooks.torch.GateGradient;
import org.striatum.hooks.torch.Gradient;
import org.striatum.peft.llm.Adaptation.Laid;
import org.striatum.peft.llm.Trial.Tested;
import org.striatum.peft.llm.Trial.Trained;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.adaptation.AdaptationResults.Protocol;
import org.striatum.probe.model.GatedModel;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.model.Recording;
import org.striatum.probe.model.TokenSequence;
import org.striatum.probe.run.Progress;

/// Specialises one frozen model to one mode in several ways and tests each on held-out problems of the mode and of other
/// tasks.
///
/// All arms are trained for as many steps on the same problems, at the learning rate of one grid that is best for the arm on
/// validation problems; the grid is tried with the arm's first set and first seed. What PyTorch learned runs in ONNX Runtime:
/// gates as inputs of the graph, changed weights as a merged checkpoint. The two engines' logits are compared for everything
/// that is tested.
public final class AdaptationStudy {
  /// BitFit and LoRA, as arms are named.
  public static final String BITFIT = "bitfit";
  public static final String LORA = "lora";
  /// Largest relative difference allowed between the two engines' logits.
  public static final double TOLERANCE = 1e-4;
  /// Validation problems whose logits both engines compute.
  private static final int COMPARED = 8;

  private final HookedModel model;
  private final ModeProblems problems;
  private final Map<HookPoint, StateScale> scales;
  private final Settings settings;
  private final TrialStore store;
  private final List<String> notes = new ArrayList<>();

  /// How arms are trained.
  ///
  /// @param training of every run
  /// @param rates learning rates tried for each arm
  /// @param thresholdFactor learning rate of thresholds in units of the gains'
  /// @param sharpness of gates, per deviation
  /// @param start first threshold, in deviations
  /// @param rank of LoRA
  /// @param seeds trainings of an arm with one set; an arm of several sets trains each once
  /// @param seed of everything
  /// @param batchSize completions that run together; no result depends on it
  /// @param threads of the runtime; 0 for one a core
  public record Settings(AdaptationTraining training, List<Double> rates, double thresholdFactor, double sharpness, double start,
      int rank, int seeds, long seed, int batchSize, int threads) {
    public Settings {
      rates = List.copyOf(rates);
      if (rates.isEmpty() || rates.stream().anyMatch(rate -> !(rate > 0) || Double.isInfinite(rate))) {
        throw new IllegalArgumentException("learning rates must be > 0 and finite, at least one, found " + rates);
      }
      if (rates.stream().distinct().count() < rates.size()) {
        throw new IllegalArgumentException("a learning rate must be named once, found one twice in " + rates);
      }
      if (seeds < 1) {
        throw new IllegalArgumentException("at least one training seed is needed, found " + seeds);
      }
      if (rank < 1) {
        throw new IllegalArgumentException("the rank of LoRA must be ≥ 1, found " + rank);
      }
      if (!(sharpness > 0) || Double.isInfinite(sharpness)) {
        throw new IllegalArgumentException("a gate's sharpness must be > 0 and finite, found " + sharpness);
      }
    }
  }

  /// What a study found.
  ///
  /// @param gates those of each gated arm that were best on validation problems, by the arm's name
  public record Findings(AdaptationResults results, SortedMap<String, Gates> gates) {
    public Findings {
      gates = Collections.unmodifiableSortedMap(new TreeMap<>(gates));
    }
  }

  /// @param model as ONNX Runtime runs it, of a checkpoint folder
  /// @param scales of the hook points where gates are learned
  public AdaptationStudy(HookedModel model, ModeProblems problems, Map<HookPoint, StateScale> scales,
      Settings settings, TrialStore store) {
    this.model = model;
    this.problems = problems;
    this.scales = new TreeMap<>(scales);
    this.settings = settings;
    this.store = store;
  }

  /// Openness of every gated coordinate, hook point by hook point.
  private record Opened(float[] before, float[] after) {}

  /// Trains and tests every arm.
  ///
  /// @param ranked problem set whose rankings the sets come from
  /// @param setSize of the sets, as it was asked for
  /// @param sets reward neurons by name; each is an arm, and its matched sets are another where `gated` has them
  /// @param gated arms with gates
  /// @param baselines [#BITFIT], [#LORA] or both
  /// @param remarks what is to be noted beside what the study notes itself
  /// @throws CheckpointException if the engines disagree, naming the figure
  public Findings run(String ranked, String setSize, SequencedMap<String, SortedMap<HookPoint, List<Integer>>> sets,
      List<GatedArm> gated, List<String> baselines, List<String> remarks, Progress progress) throws IOException {
    notes.addAll(remarks);
    try (Checkpoint checkpoint = Checkpoint.open(model.facts().folder());
        DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), model.endOfSequence())) {
      Map<String, List<Trial>> trials = trials(djl, gated, baselines);
      Map<String, List<Trained>> trained = train(djl, trials, progress);
      return test(djl, ranked, setSize, sets, trained, progress);
    }
  }

  private Map<String, List<Trial>> trials(DjlModel djl, List<GatedArm> gated, List<String> baselines) {
    Map<String, List<Trial>> trials = new LinkedHashMap<>();
    for (GatedArm arm : gated) {
      List<Trial> draws = new ArrayList<>();
      for (SortedMap<HookPoint, List<Integer>> draw : arm.draws()) {
        SortedMap<HookPoint, NeuronGate.Place> places = new TreeMap<>();
        draw.forEach((hook, coordinates) -> places.put(hook, new NeuronGate.Place(coordinates, scales.get(hook))));
        draws.add(new Trial(arm.name(), draws.size(),
            new NeuronGate(places, settings.sharpness, settings.start, settings.thresholdFactor)));
      }
      trials.put(arm.name(), draws);
    }
    for (String baseline : baselines) {
      try {
        trials.put(baseline, List.of(new Trial(baseline, 0, baseline.equals(BITFIT)
            ? BiasAdaptation.of(djl)
            : LowRankAdaptation.of(djl, settings.rank))));
      } catch (IllegalArgumentException impossible) {
        notes.add("no arm " + baseline + ": " + impossible.getMessage());
      }
    }
    return trials;
  }

  private Map<String, List<Trained>> train(DjlModel djl, Map<String, List<Trial>> trials, Progress progress)
      throws IOException {
    AdaptationLearner learner = new AdaptationLearner(djl, problems.training().items(), problems.validation().items(), settings.training);
    long runs = trials.values().stream().mapToLong(draws -> settings.rates.size() + trainings(draws) - 1).sum();
    Map<String, List<Trained>> trained = new LinkedHashMap<>();
    try (Progress.Task task = progress.start("learning " + problems.test().task(), runs * settings.training.steps(),
        "step")) {
      for (Map.Entry<String, List<Trial>> arm : trials.entrySet()) {
        List<Trial> draws = arm.getValue();
        List<Trained> tried = new ArrayList<>();
        for (double rate : settings.rates) {
          tried.add(train(learner, draws.getFirst(), settings.seed, rate, task));
        }
        Trained best = best(tried);
        List<Trained> own = new ArrayList<>(List.of(best));
        for (int k = 1; k < trainings(draws); k++) {
          own.add(train(learner, draws.get(k % draws.size()), settings.seed + k % settings.seeds, best.rate(), task));
        }
        trained.put(arm.getKey(), own);
      }
    }
    return trained;
  }

  /// How often an arm is trained at its rate: one set with every seed, several sets once each.
  private int trainings(List<Trial> draws) {
    return draws.size() == 1 ? settings.seeds : draws.size();
  }

  private Trained train(AdaptationLearner learner, Trial trial, long seed, double rate, Progress.Task task) throws IOException {
    int[] done = {0};
    Learned learned = store.keep(trial.name(seed, rate), Learned.class,
        () -> learner.learn(trial.adaptation(), rate, seed, units -> {
          done[0] += (int) units;
          task.step(units);
        }));
    task.step(settings.training.steps() - done[0]);
    return new Trained(trial, seed, rate, learned);
  }

  private Findings test(DjlModel djl, String ranked, String setSize,
      SequencedMap<String, SortedMap<HookPoint, List<Integer>>> sets, Map<String, List<Trained>> trained,
      Progress progress) throws IOException {
    Map<String, List<Tested>> tested = new LinkedHashMap<>();
    SortedMap<String, Gates> learnedGates = new TreeMap<>();
    Map<String, List<LearnedLayer>> layers = new HashMap<>();
    long models = 1 + trained.values().stream().mapToLong(List::size).sum();
    try (Evaluation evaluation = new Evaluation(model, problems.tested(), scales.keySet(), settings.batchSize);
        Progress.Task task = progress.start("testing " + problems.test().task(), models, "model")) {
      tested.put(AdaptationResults.FROZEN, List.of(store.keep(AdaptationResults.FROZEN, Tested.class,
          () -> new Tested(evaluation.of(Gates.none()), new double[0], 0))));
      task.step(1);
      for (Map.Entry<String, List<Trained>> arm : trained.entrySet()) {
        List<Tested> outcomes = new ArrayList<>();
        for (Trained one : arm.getValue()) {
          outcomes.add(store.keep(one.name() + "-tested", Tested.class,
              () -> one.trial().adaptation() instanceof NeuronGate
                  ? testGates(djl, evaluation, one)
                  : testMerged(djl, one)));
          task.step(1);
        }
        tested.put(arm.getKey(), outcomes);
        Trained best = best(arm.getValue());
        if (best.trial().adaptation() instanceof NeuronGate gate) {
          learnedGates.put(arm.getKey(), gate.gates(best.learned().parameters(), false));
          layers.put(arm.getKey(), layers(djl, gate, best));
        }
      }
    }
    ArmStatistics statistics = new ArmStatistics(tested.get(AdaptationResults.FROZEN).getFirst(), settings.seed);
    List<Arm> arms = new ArrayList<>();
    tested.forEach((arm, outcomes) -> arms.add(statistics.arm(arm, trained.getOrDefault(arm, List.of()), outcomes,
        layers.getOrDefault(arm, List.of()))));
    trained.values().stream().flatMap(List::stream).filter(one -> one.learned().stopped() != null)
        .forEach(one -> notes.add(one.name() + " was stopped: " + one.learned().stopped()));
    double agreement = tested.values().stream().flatMap(List::stream).mapToDouble(Tested::agreement).max().orElse(0);
    Protocol protocol = new Protocol(List.copyOf(scales.keySet()), setSize, settings.training.steps(),
        settings.training.batch(), problems.training().items().size(), problems.validation().items().size(),
        problems.test().items().size(), settings.rates, settings.thresholdFactor, settings.sharpness, settings.start,
        settings.training.opennessPenalty(), settings.seed);
    return new Findings(new AdaptationResults(problems.test().task(), ranked, protocol, arms,
        statistics.comparisons(sets.keySet(), tested), layers.containsKey(AdaptationResults.ALL)
            ? ArmStatistics.shared(sets, layers.get(AdaptationResults.ALL))
            : List.of(),
        agreement, notes), learnedGates);
  }

  private static Trained best(List<Trained> trained) {
    return trained.stream().max(Comparator.comparingDouble(one -> one.learned().validation())).orElseThrow();
  }

  private Tested testGates(DjlModel djl, Evaluation evaluation, Trained one) throws CheckpointException {
    NeuronGate gate = (NeuronGate) one.trial().adaptation();
    Gates soft = gate.gates(one.learned().parameters(), false);
    double agreement = agreement(one.name(), djl, model.model(), soft);
    return new Tested(evaluation.of(soft),
        evaluation.correct(problems.test(), gate.gates(one.learned().parameters(), true)), agreement);
  }

  /// Changed weights go to ONNX Runtime as a checkpoint of their own, which is deleted again.
  private Tested testMerged(DjlModel djl, Trained one) throws IOException {
    Laid laid = one.trial().adaptation().laid(one.learned().parameters());
    Path folder = Files.createTempDirectory("striatum-merged");
    try (DjlModel changed = djl.under(laid.overlay())) {
      Path merged = folder.resolve(model.facts().name());
      changed.merge(merged);
      try (HookedModel opened = HookedModel.open(merged, Optional.of(model.memory()), settings.threads);
          Evaluation evaluation = new Evaluation(opened, problems.tested(), scales.keySet(), settings.batchSize)) {
        double agreement = agreement(one.name(), changed, opened.model(), Gates.none());
        return new Tested(evaluation.of(Gates.none()), new double[0], agreement);
      }
    } finally {
      try (Stream<Path> all = Files.walk(folder)) {
        for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /// max|a − b| / max|b| of each row's logits, the worst row.
  private double agreement(String what, GatedModel djl, GatedModel onnx, Gates gates) throws CheckpointException {
    List<TokenSequence> items = problems.validation().items().stream().limit(COMPARED).toList();
    Recording found = djl.record(items, Set.of(HookPoint.LOGITS), gates);
    Recording expected = onnx.record(items, Set.of(HookPoint.LOGITS), gates);
    int width = onnx.vocabulary();
    double worst = 0;
    for (int row = 0; row < expected.rows(); row++) {
      double difference = 0;
      double scale = 0;
      for (int i = row * width; i < (row + 1) * width; i++) {
        difference = Math.max(difference, Math.abs((double) found.at(HookPoint.LOGITS)[i]
            - expected.at(HookPoint.LOGITS)[i]));
        scale = Math.max(scale, Math.abs(expected.at(HookPoint.LOGITS)[i]));
      }
      worst = Math.max(worst, difference == 0 ? 0 : difference / scale);
    }
    if (!(worst <= TOLERANCE)) {
      throw new CheckpointException("%s: logits of %s under what was learned differ by %.2g between PyTorch and ONNX"
          .formatted(model.facts().name(), what, worst) + " Runtime, more than " + TOLERANCE
          + ": what was learned would not be what is run");
    }
    return worst;
  }

  /// Gains, thresholds and openness of a run, hook point by hook point.
  private List<LearnedLayer> layers(DjlModel djl, NeuronGate gate, Trained one) throws IOException {
    Opened opened = store.keep(one.name() + "-openness", Opened.class,
        () -> new Opened(openness(djl, gate, gate.start(new SplittableRandom(0))),
            openness(djl, gate, one.learned().parameters())));
    List<LearnedLayer> layers = new ArrayList<>();
    int from = 0;
    int neuron = 0;
    for (Map.Entry<HookPoint, NeuronGate.Place> place : gate.at().entrySet()) {
      int n = place.getValue().coordinates().size();
      float[] parameters = one.learned().parameters();
      layers.add(new LearnedLayer(place.getKey(),
          place.getValue().coordinates().stream().mapToInt(Integer::intValue).toArray(),
          Arrays.copyOfRange(parameters, from + n, from + 2 * n), Arrays.copyOfRange(parameters, from, from + n),
          Arrays.copyOfRange(opened.before, neuron, neuron + n), Arrays.copyOfRange(opened.after, neuron, neuron + n)));
      from += 2 * n;
      neuron += n;
    }
    return layers;
  }

  /// Mean g of each gated coordinate over positions of validation solutions: (neurons).
  private float[] openness(DjlModel djl, NeuronGate gate, float[] parameters) {
    Gradient gradient = djl.gradient(problems.validation().items(), gate.gates(parameters, false), 0);
    float[] openness = new float[gate.neurons()];
    int next = 0;
    for (Map.Entry<HookPoint, NeuronGate.Place> place : gate.at().entrySet()) {
      GateGradient of = gradient.gates().get(place.getKey());
      for (int coordinate : place.getValue().coordinates()) {
        openness[next++] = of.openness()[coordinate];
      }
    }
    return openness;
  }
}
