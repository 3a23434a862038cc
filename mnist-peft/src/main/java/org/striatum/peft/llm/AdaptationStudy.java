package org.striatum.peft.llm;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.hooks.HookedModel;
import org.striatum.hooks.checkpoint.Checkpoint;
import org.striatum.hooks.checkpoint.CheckpointException;
import org.striatum.hooks.decoder.Decoder;
import org.striatum.hooks.engine.CompletionEnd;
import org.striatum.hooks.torch.DjlModel;
import org.striatum.peft.llm.Trial.Opened;
import org.striatum.peft.llm.Trial.Tested;
import org.striatum.peft.llm.Trial.Trained;
import org.striatum.probe.adaptation.AdaptationArm;
import org.striatum.probe.adaptation.AdaptationResults;
import org.striatum.probe.adaptation.AdaptationResults.Arm;
import org.striatum.probe.adaptation.AdaptationResults.LearnedLayer;
import org.striatum.probe.adaptation.AdaptationResults.Protocol;
import org.striatum.probe.model.Gates;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.run.Progress;

/// Specialises one frozen model to one mode in several ways and tests each on held-out problems of the mode and of other
/// tasks.
///
/// All arms are trained for equally many steps on the same problems, at the learning rate of one grid that is best for the
/// arm on validation problems; the grid is tried with the arm's first set and first seed. What PyTorch learned runs in ONNX
/// Runtime: gates as inputs of the graph, changed weights as a merged checkpoint. The two engines' logits are compared for
/// everything that is tested.
public final class AdaptationStudy {
  private final HookedModel model;
  private final ModeProblems problems;
  private final SortedMap<HookPoint, StateScale> scales;
  private final AdaptationSettings settings;
  private final TrialStore store;
  private final Execution execution;
  private final List<String> notes = new ArrayList<>();

  /// How a study runs; no result depends on it.
  ///
  /// @param batchSize completions that run together
  /// @param threads of the runtime; 0 for one per core
  public record Execution(int batchSize, int threads) {}

  /// What a study found.
  ///
  /// @param gates those of each gated arm that were best on validation problems
  public record Findings(AdaptationResults results, SortedMap<AdaptationArm, Gates> gates) {
    public Findings {
      gates = Collections.unmodifiableSortedMap(new TreeMap<>(gates));
    }
  }

  /// @param model as ONNX Runtime runs it, of a checkpoint folder
  /// @param scales of the hook points where gates are learned
  public AdaptationStudy(HookedModel model, ModeProblems problems, Map<HookPoint, StateScale> scales,
      AdaptationSettings settings, TrialStore store, Execution execution) {
    this.model = model;
    this.problems = problems;
    this.scales = new TreeMap<>(scales);
    this.settings = settings;
    this.store = store;
    this.execution = execution;
  }

  /// Trains and tests every arm.
  ///
  /// @throws CheckpointException if the engines disagree, naming the figure
  public Findings run(AdaptationPlan plan, Progress progress) throws IOException {
    notes.addAll(plan.notes());
    try (Checkpoint checkpoint = Checkpoint.open(model.source());
        DjlModel djl = DjlModel.open(checkpoint, Decoder.of(checkpoint), CompletionEnd.at(model.endOfSequence()));
        TrialTester tester = new TrialTester(djl, model, problems, scales.keySet(), execution)) {
      Map<AdaptationArm, List<Trained>> trained = train(djl, trials(djl, plan), progress);
      Map<AdaptationArm, List<Tested>> tested = test(tester, trained, progress);
      SortedMap<AdaptationArm, Gates> gates = new TreeMap<>();
      Map<AdaptationArm, List<LearnedLayer>> layers = new EnumMap<>(AdaptationArm.class);
      for (Map.Entry<AdaptationArm, List<Trained>> arm : trained.entrySet()) {
        Trained best = best(arm.getValue());
        if (best.trial().adaptation() instanceof NeuronGate gate) {
          gates.put(arm.getKey(), gate.gates(best.learned().parameters(), false));
          layers.put(arm.getKey(), layers(tester, gate, best));
        }
      }
      return new Findings(results(plan, trained, tested, layers), gates);
    }
  }

  private Map<AdaptationArm, List<Trial>> trials(DjlModel djl, AdaptationPlan plan) {
    Map<AdaptationArm, List<Trial>> trials = new EnumMap<>(AdaptationArm.class);
    for (GatedArm arm : plan.gated()) {
      List<Trial> draws = new ArrayList<>();
      for (SortedMap<HookPoint, List<Integer>> draw : arm.draws()) {
        SortedMap<HookPoint, NeuronGate.Place> places = new TreeMap<>();
        draw.forEach((hook, coordinates) -> places.put(hook, new NeuronGate.Place(coordinates, scales.get(hook))));
        draws.add(new Trial(arm.name(), draws.size(), new NeuronGate(places, settings.gates())));
      }
      trials.put(arm.name(), draws);
    }
    for (AdaptationArm baseline : plan.baselines()) {
      Optional<? extends Adaptation> adaptation = baseline == AdaptationArm.BITFIT
          ? BiasAdaptation.of(djl)
          : LowRankAdaptation.of(djl, settings.rank());
      adaptation.ifPresentOrElse(found -> trials.put(baseline, List.of(new Trial(baseline, 0, found))),
          () -> notes.add("no arm %s: the checkpoint has no %s".formatted(baseline, baseline == AdaptationArm.BITFIT
              ? "biases"
              : "query and value projections that are known by name")));
    }
    return trials;
  }

  private Map<AdaptationArm, List<Trained>> train(DjlModel djl, Map<AdaptationArm, List<Trial>> trials,
      Progress progress) throws IOException {
    AdaptationLearner learner = new AdaptationLearner(djl, problems.training().items(), problems.validation().items(),
        settings.training());
    long runs = trials.values().stream().mapToLong(draws -> settings.rates().size() + trainings(draws) - 1).sum();
    Map<AdaptationArm, List<Trained>> trained = new EnumMap<>(AdaptationArm.class);
    try (Progress.Task task = progress.start("learning " + problems.test().task(), runs * settings.training().steps(),
        "step")) {
      for (Map.Entry<AdaptationArm, List<Trial>> arm : trials.entrySet()) {
        trained.put(arm.getKey(), train(learner, arm.getValue(), task));
      }
    }
    return trained;
  }

  /// The grid of rates with the first set, then the other sets or seeds at the best of them.
  private List<Trained> train(AdaptationLearner learner, List<Trial> draws, Progress.Task task) throws IOException {
    List<Trained> tried = new ArrayList<>();
    for (double rate : settings.rates()) {
      tried.add(train(learner, draws.getFirst(), settings.seed(), rate, task));
    }
    Trained best = best(tried);
    List<Trained> trained = new ArrayList<>(List.of(best));
    for (int k = 1; k < trainings(draws); k++) {
      trained.add(train(learner, draws.get(k % draws.size()), settings.seed() + k % settings.seeds(), best.rate(),
          task));
    }
    return trained;
  }

  /// How often an arm is trained at its rate: one set with every seed, several sets once each.
  private int trainings(List<Trial> draws) {
    return draws.size() == 1 ? settings.seeds() : draws.size();
  }

  private Trained train(AdaptationLearner learner, Trial trial, long seed, double rate, Progress.Task task)
      throws IOException {
    int[] done = {0};
    Learned learned = store.keep(trial.name(seed, rate), Learned.class,
        () -> learner.learn(trial.adaptation(), rate, seed, units -> {
          done[0] += (int) units;
          task.step(units);
        }));
    task.step(settings.training().steps() - done[0]);
    return new Trained(trial, seed, rate, learned);
  }

  private Map<AdaptationArm, List<Tested>> test(TrialTester tester, Map<AdaptationArm, List<Trained>> trained,
      Progress progress) throws IOException {
    Map<AdaptationArm, List<Tested>> tested = new EnumMap<>(AdaptationArm.class);
    long models = 1 + trained.values().stream().mapToLong(List::size).sum();
    try (Progress.Task task = progress.start("testing " + problems.test().task(), models, "model")) {
      tested.put(AdaptationArm.FROZEN,
          List.of(store.keep(AdaptationArm.FROZEN.printed(), Tested.class, tester::frozen)));
      task.step(1);
      for (Map.Entry<AdaptationArm, List<Trained>> arm : trained.entrySet()) {
        List<Tested> outcomes = new ArrayList<>();
        for (Trained one : arm.getValue()) {
          outcomes.add(store.keep(one.name() + "-tested", Tested.class, () -> tester.of(one)));
          task.step(1);
        }
        tested.put(arm.getKey(), outcomes);
      }
    }
    return tested;
  }

  private AdaptationResults results(AdaptationPlan plan, Map<AdaptationArm, List<Trained>> trained,
      Map<AdaptationArm, List<Tested>> tested, Map<AdaptationArm, List<LearnedLayer>> layers) {
    ArmStatistics statistics = new ArmStatistics(tested.get(AdaptationArm.FROZEN).getFirst(), settings.seed());
    List<Arm> arms = new ArrayList<>();
    tested.forEach((arm, outcomes) -> arms.add(statistics.arm(arm, trained.getOrDefault(arm, List.of()), outcomes,
        layers.getOrDefault(arm, List.of()))));
    trained.values().stream().flatMap(List::stream).filter(one -> one.learned().stopped() != null)
        .forEach(one -> notes.add(one.name() + " was stopped: " + one.learned().stopped()));
    double agreement = tested.values().stream().flatMap(List::stream).mapToDouble(Tested::agreement).max().orElse(0);
    return new AdaptationResults(problems.test().task(), plan.ranked(), protocol(plan.setSize()), arms,
        statistics.comparisons(plan.sets().keySet(), tested), layers.containsKey(AdaptationArm.ALL)
            ? ArmStatistics.shared(plan.sets(), layers.get(AdaptationArm.ALL))
            : List.of(),
        agreement, notes);
  }

  private Protocol protocol(String setSize) {
    GateForm gates = settings.gates();
    return new Protocol(List.copyOf(scales.keySet()), setSize, settings.training().steps(),
        settings.training().batch(), problems.training().items().size(), problems.validation().items().size(),
        problems.test().items().size(), settings.rates(), gates.thresholdFactor(), gates.sharpness(), gates.start(),
        settings.training().opennessPenalty(), settings.seed());
  }

  private static Trained best(List<Trained> trained) {
    return trained.stream().max(Comparator.comparingDouble(one -> one.learned().validation())).orElseThrow();
  }

  /// Gains, thresholds and openness of a run, hook point by hook point.
  private List<LearnedLayer> layers(TrialTester tester, NeuronGate gate, Trained one) throws IOException {
    Opened opened = store.keep(one.name() + "-openness", Opened.class, () -> tester.opened(gate, one));
    List<LearnedLayer> layers = new ArrayList<>();
    int from = 0;
    int neuron = 0;
    for (Map.Entry<HookPoint, NeuronGate.Place> place : gate.at().entrySet()) {
      int n = place.getValue().coordinates().size();
      float[] parameters = one.learned().parameters();
      layers.add(new LearnedLayer(place.getKey(),
          place.getValue().coordinates().stream().mapToInt(Integer::intValue).toArray(),
          Arrays.copyOfRange(parameters, from + n, from + 2 * n), Arrays.copyOfRange(parameters, from, from + n),
          Arrays.copyOfRange(opened.before(), neuron, neuron + n),
          Arrays.copyOfRange(opened.after(), neuron, neuron + n)));
      from += 2 * n;
      neuron += n;
    }
    return layers;
  }
}
