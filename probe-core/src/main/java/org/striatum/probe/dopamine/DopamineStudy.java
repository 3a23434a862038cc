package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Reliability;
import org.striatum.probe.dopamine.EnoughSteps.Stepped;
import org.striatum.probe.dopamine.SpikeIns.SpikeIn;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.value.Trajectories;

/// Looks for dopamine neurons: at each hook point of each dataset, how well the surprise of a step is read from its
/// activations, how few coordinates that needs, and which of them carry a reward-prediction error rather than value,
/// position or length.
///
/// A probe is fitted on training problems and stopped on validation problems; its ranking chooses the coordinates. Every
/// figure of the signature test comes from test problems, which had no part in that. Every hook point has its own
/// random numbers, so its figures do not depend on what else is studied.
/// (arXiv 2602.00986, §5; halves, causal scores and the signature are ours.)
public final class DopamineStudy {
  private static final double DOUBTFUL = 0.5; // reliability below which a warning is due

  private final DopamineSettings settings;
  private final RandomStreams streams;
  private final ScorerSink sink;
  private final Pieces pieces;

  /// A study that keeps no probe.
  ///
  /// @param seed of every random number in the study
  public DopamineStudy(DopamineSettings settings, long seed) {
    this(settings, seed, ScorerSink.NONE, Pieces.HERE);
  }

  /// A study.
  ///
  /// @param seed of every random number in the study
  /// @param sink takes the TD-error probes
  /// @param pieces where fits, refits and planted effects are computed
  public DopamineStudy(DopamineSettings settings, long seed, ScorerSink sink, Pieces pieces) {
    this.pieces = pieces;
    this.sink = sink;
    this.settings = settings;
    this.streams = new RandomStreams(seed);
  }

  /// A dataset's rollouts with their steps, values and hidden states. All lists go by rollout, in the order of the
  /// trajectories.
  ///
  /// @param split which knows every problem of the dataset
  /// @param steps of each rollout; they cover its states
  /// @param values before each step
  /// @param entropies rollout → entropy in nats of the distribution each generated token was drawn from; null where not
  ///     recorded
  /// @param states hook point → the rollouts' states there
  public record StudiedDataset(String name, Split split, List<Steps> steps, StepValues values, double[][] entropies,
      SortedMap<HookPoint, Trajectories> states) {
    public StudiedDataset {
      if (states.isEmpty()) {
        throw new IllegalArgumentException("dataset '" + name + "' has no hook point to study: capture at least one");
      }
      steps = List.copyOf(steps);
      states = new TreeMap<>(states);
      for (Map.Entry<HookPoint, Trajectories> entry : states.entrySet()) {
        requireFit(name, entry.getKey(), entry.getValue(), steps, values, entropies);
      }
    }

    private static void requireFit(String name, HookPoint hook, Trajectories states, List<Steps> steps,
        StepValues values, double[][] entropies) {
      if (states.size() != steps.size() || states.size() != values.rollouts()
          || (entropies != null && entropies.length != states.size())) {
        throw new IllegalArgumentException("dataset '" + name + "' at " + hook
            + " needs steps, values and entropies of each of its " + states.size() + " rollouts, found " + steps.size()
            + ", " + values.rollouts() + " and " + (entropies == null ? "none" : entropies.length));
      }
      for (int i = 0; i < states.size(); i++) {
        int length = states.length(i);
        if (steps.get(i).states() != length || values.steps(i) != steps.get(i).count()
            || (entropies != null && entropies[i].length != length - 1)) {
          throw new IllegalArgumentException("rollout " + i + " of '" + name + "' has " + length + " states at " + hook
              + " but steps over " + steps.get(i).states() + ", values of " + values.steps(i) + " for "
              + steps.get(i).count() + " steps"
              + (entropies == null ? "" : " and entropies of " + entropies[i].length + " tokens")
              + ": take them from the same rollouts");
        }
      }
    }

    /// Refuses what could not be studied with any values.
    ///
    /// @throws NotEnoughData saying what is missing
    void requireEnough() {
      Trajectories rollouts = states.firstEntry().getValue();
      EnoughSteps.require(split, IntStream.range(0, rollouts.size())
          .mapToObj(i -> new Stepped(rollouts.problem(i), rollouts.reward(i) > 0.5, steps.get(i).count())).toList());
    }

    /// All steps with a value before and after them.
    List<ValuedStep> valued(double gamma) {
      return ValuedStep.of(states.firstEntry().getValue(), split, steps, values, entropies, gamma);
    }
  }

  /// One hook point's share of the results.
  ///
  /// @param figures null where the data does not allow any
  /// @param excludedSteps left out for NaN or ∞ in a state
  /// @param obstacle why there are no figures; null if there are
  /// @param planted known effects, each put to the same test
  record LayerOutcome(HookPoint hook, LayerDopamine figures, int excludedSteps, String obstacle,
      List<SpikeIn> planted) {
    /// One line an obstacle, naming the hook points it stands in the way of.
    static List<String> notes(List<LayerOutcome> outcomes) {
      Map<String, String> hooks = outcomes.stream().filter(outcome -> outcome.obstacle != null)
          .collect(Collectors.groupingBy(LayerOutcome::obstacle, LinkedHashMap::new,
              Collectors.mapping(outcome -> outcome.hook.toString(), Collectors.joining(", "))));
      return hooks.entrySet().stream().map(entry -> entry.getValue() + ": " + entry.getKey()).toList();
    }
  }

  /// Studies every hook point of every dataset. One that cannot be studied is noted in its dataset's row and costs
  /// the others nothing.
  public DopamineResults run(List<StudiedDataset> datasets, Progress progress) {
    List<DatasetSteps> rows = new ArrayList<>();
    List<LayerDopamine> layers = new ArrayList<>();
    List<DopaminePower> power = new ArrayList<>();
    long units = datasets.stream().mapToLong(dataset -> dataset.states().size()).sum() * units();
    try (Progress.Task task = progress.start("dopamine neurons", units, "fit")) {
      List<List<Part<LayerOutcome>>> parts = datasets.stream().map(dataset -> dataset.states().keySet().stream()
          .map(hook -> pieces.part(() -> layer(dataset, hook, task))).toList()).toList();
      for (int d = 0; d < datasets.size(); d++) {
        StudiedDataset dataset = datasets.get(d);
        List<LayerOutcome> outcomes = parts.get(d).stream().map(Part::get).toList();
        List<LayerDopamine> own = DopaminePower.oneFamily(
            outcomes.stream().map(LayerOutcome::figures).filter(Objects::nonNull).toList(), settings.tests().level());
        layers.addAll(own);
        power.add(DopaminePower.of(dataset.name(),
            outcomes.stream().flatMap(outcome -> outcome.planted().stream()).toList(), own, settings.tests()));
        rows.add(summary(dataset, outcomes));
      }
    }
    return new DopamineResults(rows, layers, power);
  }

  /// How many units one hook point steps its progress: a probe on each scale, the refitted ones, the signature test, the
  /// planted coordinates and the traces.
  long units() {
    return Scaling.values().length + settings.tests().retrainings() + 3L;
  }

  /// One dataset in figures that need no hidden state.
  ///
  /// @param outcomes of its hook points, for what they left out
  DatasetSteps summary(StudiedDataset dataset, List<LayerOutcome> outcomes) {
    List<ValuedStep> steps = dataset.valued(settings.errors().gamma());
    Reliability reliability = reliability(steps, dataset.values(), streams.of(dataset.name() + " reliability"));
    Map<Fold, Long> kept = steps.stream().filter(this::isKept)
        .collect(Collectors.groupingBy(ValuedStep::fold, Collectors.counting()));
    Trajectories rollouts = dataset.states().firstEntry().getValue();
    int cut = dataset.steps().stream().mapToInt(Steps::count).sum();
    List<Integer> counts = Arrays.stream(Fold.values()).map(fold -> kept.getOrDefault(fold, 0L).intValue()).toList();
    return new DatasetSteps(dataset.name(),
        (int) IntStream.range(0, rollouts.size()).mapToObj(rollouts::problem).distinct().count(), rollouts.size(),
        steps.size(), cut - steps.size(), counts.stream().mapToInt(Integer::intValue).sum(), counts.get(0),
        counts.get(1), counts.get(2), dataset.values().provenance(), reliability,
        outcomes.stream().mapToInt(LayerOutcome::excludedSteps).sum(), warnings(dataset.values(), reliability),
        LayerOutcome.notes(outcomes));
  }

  private boolean isKept(ValuedStep step) {
    return Math.abs(step.delta()) > settings.errors().threshold();
  }

  private Reliability reliability(List<ValuedStep> steps, StepValues values, RandomGenerator random) {
    List<ValuedStep> halved = steps.stream()
        .filter(step -> Double.isFinite(values.before(step.rollout(), step.index(), 0))
            && Double.isFinite(values.before(step.rollout(), step.index(), 1)))
        .toList();
    SplitHalf value = SplitHalf.of(ValuedStep.problems(halved),
        ValuedStep.column(halved, step -> values.before(step.rollout(), step.index(), 0)),
        ValuedStep.column(halved, step -> values.before(step.rollout(), step.index(), 1)), settings.resamples(),
        random);
    List<ValuedStep> between = steps.stream().filter(step -> step.hasHalves() && !step.isLast()).toList();
    double[] first = ValuedStep.column(between, step -> step.error().firstHalf());
    double[] second = ValuedStep.column(between, step -> step.error().secondHalf());
    String[] problems = ValuedStep.problems(between);
    SplitHalf delta = SplitHalf.of(problems, first, second, settings.resamples(), random);
    Estimate replicated = between.isEmpty()
        ? Estimate.exact(Double.NaN)
        : Bootstrap.byProblem(problems, items -> replicated(first, second, items), settings.resamples(), random);
    return new Reliability(value, delta, replicated);
  }

  /// Σ δₐδᵦ / Σ δₐ² over steps that half a keeps, a being each half in turn.
  private double replicated(double[] first, double[] second, int[] items) {
    double shared = 0;
    double selected = 0;
    for (int i : items) {
      double product = first[i] * second[i];
      for (double own : new double[]{first[i], second[i]}) {
        if (Math.abs(own) > settings.errors().threshold()) {
          shared += product;
          selected += own * own;
        }
      }
    }
    return selected > 0 ? shared / selected : Double.NaN;
  }

  private List<String> warnings(StepValues values, Reliability reliability) {
    if (values instanceof StepValues.Probe) {
      return List.of("V̂ is read from hidden states: it has no independent halves, and δ is a function of the states"
          + " that are searched for it; confirm by rollouts that go on from each step");
    }
    List<String> warnings = new ArrayList<>();
    double delta = reliability.delta().reliability().value();
    if (reliability.delta().items() == 0) {
      warnings.add("no step has two halves of continuations on both sides: reliability of δ is unknown");
    } else if (!(delta >= DOUBTFUL)) {
      warnings.add(String.format(Locale.ROOT,
          "|δ| > %s selects mostly noise: δ has reliability %.2f, and another half of the continuations sees %.0f %% of"
              + " a kept surprise again; draw more continuations a step",
          settings.errors().threshold(), delta, 100 * reliability.replicated().value()));
    }
    return warnings;
  }

  /// Studies one hook point.
  ///
  /// @param task stepped [#units] times
  /// @throws IllegalArgumentException if a problem is in no fold
  LayerOutcome layer(StudiedDataset dataset, HookPoint hook, Progress.Task task) {
    Trajectories states = dataset.states().get(hook);
    PooledSteps pooled = PooledSteps.read(states, dataset.valued(settings.errors().gamma()),
        settings.errors().pooling());
    StepFolds folds = new StepFolds(pooled, settings.errors().threshold());
    try {
      dataset.requireEnough();
      folds.requireEnough(states);
      return new LayerStudy(settings, streams, dataset, hook, folds, task, sink, pieces).outcome();
    } catch (NotEnoughData missing) {
      task.step(units());
      return new LayerOutcome(hook, null, pooled.excluded(), missing.getMessage(), List.of());
    }
  }
}
