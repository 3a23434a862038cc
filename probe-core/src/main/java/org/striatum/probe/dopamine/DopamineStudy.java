package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.CurvePoint;
import org.striatum.probe.dopamine.DopamineResults.DatasetSteps;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.ProbeCurve;
import org.striatum.probe.dopamine.DopamineResults.ProbeNull;
import org.striatum.probe.dopamine.DopamineResults.Reliability;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.TdErrorProbe.Pooled;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.stats.SplitHalf;
import org.striatum.probe.value.NeuronRanking;
import org.striatum.probe.value.Trajectories;

/// Looks for dopamine neurons: at each hook point of each dataset, how well the surprise of a step is read from its
/// activations, how few coordinates that needs, and which of them carry a reward-prediction error rather than value,
/// position or length.
///
/// A probe is fitted on training problems and stopped on validation problems; its ranking chooses the coordinates. Every
/// figure of the signature test comes from test problems, which had no part in that. Every hook point has its own
/// random numbers, so its figures do not depend on what else is studied. Not for several threads at once, see
/// [org.striatum.probe.value.ValueProbe#train]. (arXiv 2602.00986, §5; halves, causal scores and the signature are ours.)
public final class DopamineStudy {
  private static final int GROUPS = 10; // of training problems, for the consistency of the sign
  private static final int FEWEST_TRAINING = 20; // kept steps
  private static final int FEWEST_PROBLEMS = 10; // of training and of test
  private static final double DOUBTFUL = 0.5; // reliability below which a warning is due

  private final DopamineSettings settings;
  private final long seed;

  /// @param seed of every random number in the study
  public DopamineStudy(DopamineSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
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

    /// All steps with a value before and after them.
    List<ValuedStep> valued(double gamma) {
      return ValuedStep.of(states.firstEntry().getValue(), split, steps, values, entropies, gamma);
    }
  }

  /// One hook point's share of the results.
  ///
  /// @param figures null where the data does not allow any
  /// @param excludedSteps left out for NaN or ∞ in a state
  /// @param note why there are no figures; null if there are
  public record LayerOutcome(LayerDopamine figures, int excludedSteps, String note) {}

  /// Studies every hook point of every dataset. One that cannot be studied is noted in its dataset's row and costs
  /// the others nothing.
  public DopamineResults run(List<StudiedDataset> datasets, Progress progress) {
    List<DatasetSteps> rows = new ArrayList<>();
    List<LayerDopamine> layers = new ArrayList<>();
    long units = datasets.stream().mapToLong(dataset -> dataset.states().size()).sum() * units();
    try (Progress.Task task = progress.start("dopamine neurons", units, "fit")) {
      for (StudiedDataset dataset : datasets) {
        List<LayerOutcome> outcomes = dataset.states().keySet().stream().map(hook -> layer(dataset, hook, task))
            .toList();
        outcomes.stream().filter(outcome -> outcome.figures() != null)
            .forEach(outcome -> layers.add(outcome.figures()));
        rows.add(summary(dataset, outcomes));
      }
    }
    return new DopamineResults(rows, layers);
  }

  /// How many units one hook point steps its progress: a probe on each scale, the refitted ones, the signature test and
  /// the traces.
  public long units() {
    return Scaling.values().length + settings.retrainings() + 2L;
  }

  /// One dataset in figures that need no hidden state.
  ///
  /// @param outcomes of its hook points, for what they left out
  public DatasetSteps summary(StudiedDataset dataset, List<LayerOutcome> outcomes) {
    List<ValuedStep> steps = dataset.valued(settings.gamma());
    Reliability reliability = reliability(steps, dataset.values(), generator(dataset.name() + " reliability"));
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
        outcomes.stream().map(LayerOutcome::note).filter(note -> note != null).distinct().toList());
  }

  private boolean isKept(ValuedStep step) {
    return Math.abs(step.delta()) > settings.threshold();
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
    double[] first = ValuedStep.column(between, ValuedStep::firstHalf);
    double[] second = ValuedStep.column(between, ValuedStep::secondHalf);
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
        if (Math.abs(own) > settings.threshold()) {
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
          settings.threshold(), delta, 100 * reliability.replicated().value()));
    }
    return warnings;
  }

  /// Studies one hook point.
  ///
  /// @param task stepped [#units] times
  /// @throws IllegalArgumentException if a problem is in no fold
  public LayerOutcome layer(StudiedDataset dataset, HookPoint hook, Progress.Task task) {
    Trajectories states = dataset.states().get(hook);
    PooledSteps pooled = PooledSteps.read(states, dataset.valued(settings.gamma()));
    Folds folds = new Folds(pooled);
    String obstacle = obstacle(folds, states);
    if (obstacle != null) {
      task.step(units());
      return new LayerOutcome(null, pooled.excluded(), hook + ": " + obstacle);
    }
    return new LayerOutcome(new Layer(dataset.name(), hook, states, folds, task).figures(), pooled.excluded(), null);
  }

  /// The usable steps of a hook point by fold, as row numbers.
  private final class Folds {
    private final PooledSteps pooled;
    private final Map<Fold, int[]> all = new TreeMap<>();
    private final Map<Fold, int[]> kept = new TreeMap<>();

    Folds(PooledSteps pooled) {
      this.pooled = pooled;
      for (Fold fold : Fold.values()) {
        all.put(fold, rows(step -> step.fold() == fold));
        kept.put(fold, rows(step -> step.fold() == fold && isKept(step)));
      }
    }

    private int[] rows(Predicate<ValuedStep> chosen) {
      return IntStream.range(0, pooled.steps().size()).filter(row -> chosen.test(pooled.steps().get(row))).toArray();
    }

    List<ValuedStep> steps(int[] rows) {
      return Arrays.stream(rows).mapToObj(pooled.steps()::get).toList();
    }
  }

  /// Why a hook point cannot be studied, or null.
  private String obstacle(Folds folds, Trajectories states) {
    if (states.width() < 3) {
      return "rankings need at least 3 coordinates, found " + states.width();
    }
    for (Fold fold : Fold.values()) {
      int[] rollouts = Arrays.stream(folds.all.get(fold)).map(row -> folds.pooled.steps().get(row).rollout()).distinct()
          .toArray();
      long right = Arrays.stream(rollouts).filter(i -> states.reward(i) > 0.5).count();
      if (right == 0 || right == rollouts.length) {
        return "each fold needs right and wrong rollouts with steps, found " + right + " right of " + rollouts.length
            + " in " + name(fold) + ": sample more problems";
      }
      int fewest = fold == Fold.TRAIN ? FEWEST_TRAINING : FEWEST_PROBLEMS;
      if (folds.kept.get(fold).length < fewest) {
        return "the " + name(fold) + " fold needs at least " + fewest + " steps with |δ| > " + settings.threshold()
            + ", found " + folds.kept.get(fold).length + ": sample more problems";
      }
    }
    for (Fold fold : List.of(Fold.TRAIN, Fold.TEST)) {
      long problems = folds.steps(folds.all.get(fold)).stream().map(ValuedStep::problem).distinct().count();
      if (problems < FEWEST_PROBLEMS) {
        return "tests by problem need at least " + FEWEST_PROBLEMS + " problems in " + name(fold) + ", found "
            + problems
            + ": sample more problems";
      }
    }
    Standardisation scale = folds.pooled.training();
    return IntStream.range(0, scale.width()).allMatch(scale::isConstant)
        ? "no coordinate varies over the training steps"
        : null;
  }

  private static String name(Fold fold) {
    return fold.name().toLowerCase(Locale.ROOT);
  }

  /// The figures of one hook point.
  private final class Layer {
    private final String dataset;
    private final HookPoint hook;
    private final Trajectories states;
    private final PooledSteps pooled;
    private final Folds folds;
    private final Progress.Task task;
    private final String stream;
    private final int[] train;
    private final int[] validation;
    private final int[] test;
    private final int[] allTrain;
    private final int[] allTest;

    Layer(String dataset, HookPoint hook, Trajectories states, Folds folds, Progress.Task task) {
      this.dataset = dataset;
      this.hook = hook;
      this.states = states;
      this.folds = folds;
      this.task = task;
      pooled = folds.pooled;
      stream = dataset + " " + hook + " ";
      train = folds.kept.get(Fold.TRAIN);
      validation = folds.kept.get(Fold.VALIDATION);
      test = folds.kept.get(Fold.TEST);
      allTrain = folds.all.get(Fold.TRAIN);
      allTest = folds.all.get(Fold.TEST);
    }

    LayerDopamine figures() {
      List<ProbeCurve> curves = new ArrayList<>();
      Map<Scaling, NeuronRanking> rankings = new TreeMap<>();
      double observed = Double.NaN;
      for (Scaling scaling : Scaling.values()) {
        TdErrorProbe probe = TdErrorProbe.train(inputs(scaling, train, deltas(train)),
            inputs(scaling, validation, deltas(validation)), settings.training(), generator(stream + scaling));
        task.step(1);
        rankings.put(scaling, probe.ranking(scaling == Scaling.CAUSAL
            ? TdErrorProbe.RANKING
            : TdErrorProbe.RANKING + " " + scaling));
        curves.add(curve(scaling, probe, rankings.get(scaling)));
        if (scaling == Scaling.CAUSAL) {
          observed = Spearman.of(probe.predictions(pooled.rows(scaling, test), test.length), deltas(test)).rho();
        }
      }
      ProbeNull shuffled = shuffled(observed, generator(stream + "shuffle"));
      NeuronRanking byProbe = rankings.get(Scaling.CAUSAL);
      NeuronRanking byCorrelation = byCorrelation();
      boolean paper = settings.ranking().equals(byProbe.name());
      NeuronRanking ranking = paper ? byProbe : byCorrelation;
      List<String> notes = new ArrayList<>();
      List<TestedNeuron> tested = tested(ranking, paper ? byCorrelation : byProbe, notes);
      task.step(1);
      List<Integer> called = tested.stream().filter(TestedNeuron::called).map(TestedNeuron::coordinate).toList();
      List<Trace> traces = traces(tested, called, notes);
      task.step(1);
      Standardisation scale = pooled.training();
      int constant = (int) IntStream.range(0, scale.width()).filter(scale::isConstant).count();
      List<ValuedStep> testSteps = folds.steps(allTest);
      int top = (int) Math.max(1, Math.round(0.05 * scale.width()));
      return new LayerDopamine(dataset, hook, allTest.length, test.length,
          (int) testSteps.stream().map(ValuedStep::problem).distinct().count(), constant, curves, shuffled,
          ranking.name(), Arrays.stream(ranking.order()).boxed().toList(),
          List.of(byProbe.with(rankings.get(Scaling.WHOLE_RESPONSE), top), byProbe.with(byCorrelation, top)), tested,
          called, traces, notes);
    }

    private double[] deltas(int[] rows) {
      return Arrays.stream(rows).mapToDouble(row -> pooled.steps().get(row).delta()).toArray();
    }

    private Pooled inputs(Scaling scaling, int[] rows, double[] deltas) {
      return new Pooled(pooled.rows(scaling, rows), deltas, pooled.width());
    }

    private ProbeCurve curve(Scaling scaling, TdErrorProbe probe, NeuronRanking ranking) {
      RandomGenerator random = generator(stream + scaling + " curve");
      float[] rows = pooled.rows(scaling, test);
      double[] deltas = deltas(test);
      String[] problems = ValuedStep.problems(folds.steps(test));
      List<int[]> draws = IntStream.range(0, settings.randomSets()).mapToObj(_ -> shuffledCoordinates(random)).toList();
      List<CurvePoint> points = new ArrayList<>();
      for (double ratio : settings.ratios()) {
        int count = (int) Math.max(1, Math.round(pooled.width() * (1 - ratio)));
        double[] predictions = predictions(probe, ranking.order(), count, rows);
        double[] band = draws.stream()
            .mapToDouble(draw -> Spearman.of(predictions(probe, draw, count, rows), deltas).rho())
            .filter(rho -> !Double.isNaN(rho)).sorted().toArray();
        points.add(new CurvePoint(ratio, count, Bootstrap.byProblem(problems, Spearman.over(predictions, deltas),
            settings.resamples(), random), band.length == 0 ? Double.NaN : Bootstrap.quantile(band, 0.025),
            band.length == 0 ? Double.NaN : Bootstrap.quantile(band, 0.975)));
      }
      double[] everywhere = probe.predictions(pooled.rows(scaling, allTest), allTest.length);
      Estimate all = Bootstrap.byProblem(ValuedStep.problems(folds.steps(allTest)),
          Spearman.over(everywhere, deltas(allTest)), settings.resamples(), random);
      return new ProbeCurve(scaling, all, points);
    }

    private double[] predictions(TdErrorProbe probe, int[] order, int count, float[] rows) {
      boolean[] keep = new boolean[pooled.width()];
      for (int k = 0; k < count; k++) {
        keep[order[k]] = true;
      }
      return probe.masked(keep).predictions(rows, rows.length / pooled.width());
    }

    private int[] shuffledCoordinates(RandomGenerator random) {
      return shuffle(IntStream.range(0, pooled.width()).toArray(), random);
    }

    /// The causal probe refitted to δ reassigned within each fold, steps kept by the δ they were given.
    private ProbeNull shuffled(double observed, RandomGenerator random) {
      int m = settings.retrainings();
      Map<Fold, TrajectoryPermutation> permutations = new TreeMap<>();
      folds.all.forEach((fold, rows) -> permutations.put(fold, new TrajectoryPermutation(folds.steps(rows))));
      List<Double> rhos = new ArrayList<>();
      for (int k = 0; k < m; k++) {
        Map<Fold, Pooled> reassigned = new TreeMap<>();
        permutations.forEach((fold, permutation) -> reassigned.put(fold, reassigned(fold, permutation.draw(random))));
        RandomGenerator own = new SplittableRandom(random.nextLong());
        if (reassigned.values().stream().allMatch(fold -> fold.size() >= FEWEST_PROBLEMS)) {
          TdErrorProbe probe = TdErrorProbe.train(reassigned.get(Fold.TRAIN), reassigned.get(Fold.VALIDATION),
              settings.training(), own);
          Pooled tested = reassigned.get(Fold.TEST);
          double rho = Spearman.of(probe.predictions(tested.rows(), tested.size()), tested.deltas()).rho();
          rhos.add(Double.isNaN(rho) ? 0 : rho);
        }
        task.step(1);
      }
      double[] sorted = rhos.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted.length == 0
          ? new ProbeNull(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
          : new ProbeNull(sorted.length, Arrays.stream(sorted).average().orElseThrow(),
              Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975), EmpiricalP.high(observed, sorted));
    }

    private Pooled reassigned(Fold fold, int[] source) {
      int[] all = folds.all.get(fold);
      double[] deltas = deltas(all);
      int[] kept = IntStream.range(0, all.length)
          .filter(i -> source[i] >= 0 && Math.abs(deltas[source[i]]) > settings.threshold()).toArray();
      return inputs(Scaling.CAUSAL, Arrays.stream(kept).map(i -> all[i]).toArray(),
          Arrays.stream(kept).mapToDouble(i -> deltas[source[i]]).toArray());
    }

    /// |Spearman's ρ| with δ over all training steps; 0 for a constant coordinate.
    private NeuronRanking byCorrelation() {
      double[] deltas = deltas(allTrain);
      double[] scores = new double[pooled.width()];
      for (int j = 0; j < scores.length; j++) {
        double rho = Spearman.of(pooled.coordinate(j, allTrain), deltas).rho();
        scores[j] = Double.isNaN(rho) ? 0 : Math.abs(rho);
      }
      return NeuronRanking.of(DopamineSettings.CORRELATION, scores);
    }

    /// The best of two rankings: what a probe's weights overlook is often plain in the correlation, and the other way
    /// round.
    private List<TestedNeuron> tested(NeuronRanking ranking, NeuronRanking other, List<String> notes) {
      Map<Integer, Integer> place = places(ranking);
      Map<Integer, Integer> placeInOther = places(other);
      int[] coordinates = Stream.of(ranking, other).flatMapToInt(this::best).distinct().boxed()
          .sorted(Comparator.comparing(place::get)).mapToInt(Integer::intValue).toArray();
      double[][] onTrain = activations(coordinates, allTrain);
      List<ValuedStep> trainSteps = folds.steps(allTrain);
      double[] responses = SignatureTest.responses(trainSteps, onTrain);
      SignatureTest test = new SignatureTest(folds.steps(allTest), settings);
      List<Signature> signatures = test.test(activations(coordinates, allTest), responses,
          generator(stream + "signature"));
      notes.addAll(test.notes());
      List<TestedNeuron> tested = new ArrayList<>();
      for (int c = 0; c < coordinates.length; c++) {
        int sign = responses[c] >= 0 ? 1 : -1;
        tested.add(new TestedNeuron(coordinates[c],
            new TreeMap<>(Map.of(ranking.name(), place.get(coordinates[c]), other.name(),
                placeInOther.get(coordinates[c]))),
            sign, consistency(trainSteps, onTrain[c], sign), signatures.get(c), signatures.get(c).complete()));
      }
      return tested;
    }

    private IntStream best(NeuronRanking ranking) {
      return Arrays.stream(ranking.order()).filter(j -> !pooled.training().isConstant(j)).limit(settings.tested());
    }

    /// Coordinate → its place, from 1.
    private static Map<Integer, Integer> places(NeuronRanking ranking) {
      int[] order = ranking.order();
      return IntStream.range(0, order.length).boxed().collect(Collectors.toMap(k -> order[k], k -> k + 1));
    }

    private double[][] activations(int[] coordinates, int[] rows) {
      return Arrays.stream(coordinates).mapToObj(j -> pooled.coordinate(j, rows)).toArray(double[][]::new);
    }

    private List<Trace> traces(List<TestedNeuron> tested, List<Integer> called, List<String> notes) {
      SurpriseTraces traces = new SurpriseTraces(folds.steps(allTest), states, settings);
      for (Surprise surprise : Surprise.values()) {
        if (traces.count(surprise) == 0) {
          notes.add("no trace of an unexpected " + surprise.name().toLowerCase(Locale.ROOT) + ": none among the test"
              + " rollouts");
        }
      }
      List<Integer> candidates = called.isEmpty() ? tested.stream().map(TestedNeuron::coordinate).toList() : called;
      int[] shown = candidates.stream().limit(settings.traced()).mapToInt(Integer::intValue).toArray();
      List<Integer> known = tested.stream().map(TestedNeuron::coordinate).toList();
      RandomGenerator random = generator(stream + "traces");
      int[] others = IntStream.range(0, pooled.width())
          .filter(j -> !pooled.training().isConstant(j) && !known.contains(j)).toArray();
      int[] controls = Arrays.stream(shuffle(others, random)).limit(settings.controls()).toArray();
      return shown.length == 0 ? List.of() : traces.of(states, pooled.training(), shown, controls, random);
    }
  }

  /// Share of groups of training problems in which Spearman's ρ of activation and δ has the sign.
  private static double consistency(List<ValuedStep> train, double[] activation, int sign) {
    List<String> problems = train.stream().map(ValuedStep::problem).distinct().sorted().toList();
    int groups = Math.min(GROUPS, problems.size());
    Map<String, Integer> groupOf = IntStream.range(0, problems.size()).boxed()
        .collect(Collectors.toMap(problems::get, k -> k % groups));
    int agreeing = 0;
    for (int group = 0; group < groups; group++) {
      int number = group;
      int[] rows = IntStream.range(0, train.size()).filter(i -> groupOf.get(train.get(i).problem()) == number)
          .toArray();
      if (rows.length >= 3) {
        double rho = Spearman.of(Arrays.stream(rows).mapToDouble(i -> activation[i]).toArray(),
            Arrays.stream(rows).mapToDouble(i -> train.get(i).delta()).toArray()).rho();
        agreeing += sign * rho > 0 ? 1 : 0;
      }
    }
    return (double) agreeing / groups;
  }

  private static int[] shuffle(int[] order, RandomGenerator random) {
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int held = order[i];
      order[i] = order[j];
      order[j] = held;
    }
    return order;
  }

  /// A generator of its own for each purpose, whatever else is computed.
  private RandomGenerator generator(String purpose) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() ^ (0x9E3779B97F4A7C15L * purpose.hashCode()));
  }
}
