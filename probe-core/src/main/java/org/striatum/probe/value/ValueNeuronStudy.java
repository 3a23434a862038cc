package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Auroc;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.value.Ranking.Measure;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.ProbeTraining;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// Looks for value neurons: at each hook point of each dataset, how well V(s₀) predicts the outcome, how few
/// coordinates it needs, and which.
///
/// Fitted on training problems, chosen on validation problems, reported on test problems. Four probes: `linear` and
/// `sparse` are fitted to the outcome at s₀, `td` and `monte-carlo` (and other targets asked for) over whole trajectories. Every hook point has its
/// own random numbers, so its figures do not depend on what else is studied. Not for several threads at once, see
/// [ValueProbe#train].
public final class ValueNeuronStudy {
  private static final long TOGETHER_BYTES = 512L << 20; // of fitted weights

  private final ValueNeuronSettings settings;
  private final RandomStreams streams;
  private final ProbeSink sink;

  /// A study that keeps no probe.
  ///
  /// @param seed of every random number in the study
  public ValueNeuronStudy(ValueNeuronSettings settings, long seed) {
    this(settings, seed, ProbeSink.NONE);
  }

  /// A study.
  ///
  /// @param seed of every random number in the study
  /// @param sink takes the probes that figures are reported of
  public ValueNeuronStudy(ValueNeuronSettings settings, long seed, ProbeSink sink) {
    this.settings = settings;
    this.streams = new RandomStreams(seed);
    this.sink = sink;
  }

  /// A dataset's rollouts and their hidden states.
  ///
  /// @param finished share of rollouts that ended themselves
  /// @param split which knows every problem of the dataset
  /// @param states hook point → the same rollouts' states there
  /// @param note what is left out of them, and why; null if nothing is
  public record StudiedDataset(String name, double finished, Split split, SortedMap<HookPoint, Trajectories> states,
      String note) {
    /// A dataset of which nothing is left out.
    public StudiedDataset(String name, double finished, Split split, SortedMap<HookPoint, Trajectories> states) {
      this(name, finished, split, states, null);
    }

    public StudiedDataset {
      if (states.isEmpty()) {
        throw new IllegalArgumentException("dataset '" + name + "' has no hook point to study: capture at least one");
      }
      states = new TreeMap<>(states);
    }
  }

  /// One hook point's share of the results.
  ///
  /// @param probes null where the data does not allow any
  /// @param excludedRows states left out for NaN or ∞
  /// @param note why there are no probes, or what they lack; null if nothing
  public record LayerOutcome(LayerProbes probes, long excludedRows, String note) {}

  /// Studies every hook point of every dataset. One that cannot be studied is noted in its dataset's summary and costs
  /// the others nothing.
  public ValueNeuronResults run(List<StudiedDataset> datasets, Progress progress) {
    List<DatasetSummary> summaries = new ArrayList<>();
    List<LayerProbes> layers = new ArrayList<>();
    List<DatasetControls> controls = new ArrayList<>();
    List<ProbeTraining> trainings = new ArrayList<>();
    long units = datasets.stream().mapToLong(dataset -> dataset.states().size()).sum() * units()
        + datasets.size();
    try (Progress.Task task = progress.start("value probes", units, "fit")) {
      for (StudiedDataset dataset : datasets) {
        List<LayerOutcome> outcomes = new ArrayList<>();
        if (dataset.note() != null) {
          outcomes.add(new LayerOutcome(null, 0, dataset.note()));
        }
        SortedMap<HookPoint, FiniteTrajectories> finite = new TreeMap<>();
        dataset.states().forEach((hook, states) -> finite.put(hook, FiniteTrajectories.of(states)));
        for (List<HookPoint> hooks : together(finite)) {
          Map<HookPoint, Map<Target, ValueProbeFit>> fits = fits(dataset.name(), hooks, finite, dataset.split(), task);
          for (HookPoint hook : hooks) {
            LayerOutcome outcome = layer(dataset.name(), hook, finite.get(hook), dataset.split(), fits.get(hook), task);
            outcomes.add(outcome);
            if (outcome.probes() != null) {
              fits.get(hook)
                  .forEach((target, fit) -> trainings.add(ProbeTraining.of(dataset.name(), hook, target, fit)));
            }
          }
        }
        controls(dataset, outcomes, finite, progress, task).ifPresent(controls::add);
        outcomes.stream().filter(outcome -> outcome.probes() != null).forEach(outcome -> layers.add(outcome.probes()));
        summaries.add(summary(dataset.name(), dataset.states().get(dataset.states().firstKey()), dataset.split(),
            dataset.finished(), outcomes));
      }
    }
    return new ValueNeuronResults(summaries, layers, controls, trainings);
  }

  /// Controls of a dataset; what stands against them is noted among its outcomes.
  private Optional<DatasetControls> controls(StudiedDataset dataset, List<LayerOutcome> outcomes,
      SortedMap<HookPoint, FiniteTrajectories> finite, Progress progress, Progress.Task task) {
    List<LayerProbes> probed = outcomes.stream().map(LayerOutcome::probes).filter(Objects::nonNull).toList();
    try {
      return probed.isEmpty()
          ? Optional.empty()
          : Optional.of(new ProbeControls(settings, streams).run(dataset.name(), probed, finite,
              dataset.split(), progress));
    } catch (NotEnoughData missing) {
      outcomes.add(new LayerOutcome(null, 0, "no controls: " + missing.getMessage()));
      return Optional.empty();
    } finally {
      task.step(1);
    }
  }

  /// How many units one hook point steps its progress.
  public long units() {
    return settings.targets().size() + settings.sparse().permutations()
        + (long) (settings.targets().size() + 1) * settings.pruning().randomSets();
  }

  /// One dataset in figures that need no hidden state.
  ///
  /// @param rollouts the dataset's trajectories at any hook point
  /// @param outcomes of its hook points, for what they left out
  public DatasetSummary summary(String dataset, Trajectories rollouts, Split split, double finished,
      List<LayerOutcome> outcomes) {
    int n = rollouts.size();
    String[] problems = new String[n];
    double[] rewards = new double[n];
    Map<String, Split.Fold> foldOf = new LinkedHashMap<>();
    for (int i = 0; i < n; i++) {
      problems[i] = rollouts.problem(i);
      rewards[i] = rollouts.reward(i);
      foldOf.put(problems[i], split.of(problems[i]));
    }
    RandomGenerator random = streams.of(dataset + " summary");
    List<String> notes = outcomes.stream().filter(outcome -> outcome.note() != null).map(LayerOutcome::note).distinct()
        .toList();
    return new DatasetSummary(dataset, foldOf.size(), n,
        n == 0 ? Estimate.exact(Double.NaN) : Bootstrap.meanByProblem(problems, rewards, random), finished,
        count(foldOf, Split.Fold.TRAIN), count(foldOf, Split.Fold.VALIDATION), count(foldOf, Split.Fold.TEST),
        outcomes.stream().mapToLong(LayerOutcome::excludedRows).sum(), promptLengthAuroc(rollouts, foldOf, random),
        Ceiling.of(problems, successes(rollouts, IntStream.range(0, n).toArray()), streams.of(dataset + " ceiling")),
        notes.isEmpty() ? null : String.join("; ", notes));
  }

  private static int count(Map<String, Split.Fold> foldOf, Split.Fold fold) {
    return (int) foldOf.values().stream().filter(fold::equals).count();
  }

  private Estimate promptLengthAuroc(Trajectories rollouts, Map<String, Split.Fold> foldOf, RandomGenerator random) {
    int[] train = members(rollouts, foldOf, Split.Fold.TRAIN);
    int[] test = members(rollouts, foldOf, Split.Fold.TEST);
    double trained = Auroc.of(promptLengths(rollouts, train, 1), successes(rollouts, train));
    if (Double.isNaN(trained) || test.length == 0) {
      return Estimate.exact(Double.NaN);
    }
    double[] scores = promptLengths(rollouts, test, trained >= 0.5 ? 1 : -1);
    String[] problems = Arrays.stream(test).mapToObj(rollouts::problem).toArray(String[]::new);
    return Bootstrap.byProblem(problems, Auroc.over(scores, successes(rollouts, test)), settings.summary().resamples(),
        random);
  }

  private static int[] members(Trajectories rollouts, Map<String, Split.Fold> foldOf, Split.Fold fold) {
    return IntStream.range(0, rollouts.size()).filter(i -> foldOf.get(rollouts.problem(i)) == fold).toArray();
  }

  private static double[] promptLengths(Trajectories rollouts, int[] members, int sign) {
    return Arrays.stream(members).mapToDouble(i -> sign * rollouts.promptLength(i)).toArray();
  }

  private static boolean[] successes(Trajectories rollouts, int[] members) {
    boolean[] successes = new boolean[members.length];
    for (int k = 0; k < members.length; k++) {
      successes[k] = rollouts.reward(members[k]) > 0.5;
    }
    return successes;
  }

  /// Hook points in groups whose probes are trained at once, as many as leave memory for other things.
  private List<List<HookPoint>> together(SortedMap<HookPoint, FiniteTrajectories> states) {
    List<List<HookPoint>> groups = new ArrayList<>();
    long room = 0;
    for (Map.Entry<HookPoint, FiniteTrajectories> at : states.entrySet()) {
      long bytes = 2L * Float.BYTES * settings.targets().size() * settings.training().hidden() * at.getValue().width();
      if (room < bytes) {
        groups.add(new ArrayList<>());
        room = TOGETHER_BYTES;
      }
      groups.getLast().add(at.getKey());
      room -= bytes;
    }
    return groups;
  }

  /// Value probes of the hook points that can be studied, one for each target.
  private Map<HookPoint, Map<Target, ValueProbeFit>> fits(String dataset, List<HookPoint> hooks,
      SortedMap<HookPoint, FiniteTrajectories> states, Split split, Progress.Task task) {
    List<ProbeJob> jobs = new ArrayList<>();
    List<HookPoint> able = new ArrayList<>();
    for (HookPoint hook : hooks) {
      FiniteTrajectories train = states.get(hook).in(Split.Fold.TRAIN, split);
      FiniteTrajectories validation = states.get(hook).in(Split.Fold.VALIDATION, split);
      try {
        requireEnough(train, validation, states.get(hook).in(Split.Fold.TEST, split));
      } catch (NotEnoughData _) {
        continue; // said where the hook point is studied
      }
      able.add(hook);
      settings.targets().forEach(target -> jobs.add(new ProbeJob(train, validation,
          settings.training().withTarget(target), streams.of(dataset + " " + hook + " " + target.printed()))));
    }
    Iterator<ValueProbeFit> fitted = ProbeTrainings.all(jobs, () -> task.step(1)).iterator();
    Map<HookPoint, Map<Target, ValueProbeFit>> fits = new LinkedHashMap<>();
    for (HookPoint hook : able) {
      Map<Target, ValueProbeFit> own = new TreeMap<>();
      settings.targets().forEach(target -> own.put(target, fitted.next()));
      fits.put(hook, own);
    }
    return fits;
  }

  /// Studies one hook point.
  ///
  /// @param fits its value probes; null where it cannot be studied
  private LayerOutcome layer(String dataset, HookPoint hook, FiniteTrajectories finite, Split split,
      Map<Target, ValueProbeFit> fits, Progress.Task task) {
    FiniteTrajectories train = finite.in(Split.Fold.TRAIN, split);
    FiniteTrajectories validation = finite.in(Split.Fold.VALIDATION, split);
    FiniteTrajectories test = finite.in(Split.Fold.TEST, split);
    try {
      requireEnough(train, validation, test);
      return probes(dataset, hook, train, InitialStates.of(validation), InitialStates.of(test), fits,
          finite.excludedRows(), task);
    } catch (NotEnoughData missing) {
      task.step(units());
      return new LayerOutcome(null, finite.excludedRows(), hook + ": " + missing.getMessage());
    }
  }

  /// Refuses a hook point that cannot be studied.
  ///
  /// @throws NotEnoughData saying what is missing
  private static void requireEnough(FiniteTrajectories train, FiniteTrajectories validation, FiniteTrajectories test) {
    NotEnoughData.require("a ranking", "coordinates", train.width(), 3);
    requireBothOutcomes(Split.Fold.TRAIN, train);
    requireBothOutcomes(Split.Fold.VALIDATION, validation);
    requireBothOutcomes(Split.Fold.TEST, test);
    float[] rows = train.initialStates();
    int width = train.width();
    boolean varies = IntStream.range(width, rows.length).anyMatch(k -> rows[k] != rows[k - width]);
    NotEnoughData.require("a probe of s₀", "distinct states s₀ among the training rollouts", varies ? 2 : 1, 2);
  }

  private static void requireBothOutcomes(Split.Fold fold, FiniteTrajectories members) {
    boolean[] successes = members.successes();
    requireBothOutcomes(fold, IntStream.range(0, successes.length).filter(i -> successes[i]).count(),
        successes.length);
  }

  /// Refuses a fold whose rollouts are all right or all wrong: nothing predicts their outcome.
  ///
  /// @throws NotEnoughData unless some are right and some are wrong
  public static void requireBothOutcomes(Split.Fold fold, long right, long rollouts) {
    NotEnoughData.requireBothOutcomes("the " + fold.printed() + " fold", "rollouts", right, rollouts);
  }

  private LayerOutcome probes(String dataset, HookPoint hook, FiniteTrajectories trainTrajectories,
      InitialStates validation, InitialStates test, Map<Target, ValueProbeFit> fits, long excludedRows,
      Progress.Task task) {
    InitialStates train = InitialStates.of(trainTrajectories);
    String stream = dataset + " " + hook + " ";
    RandomGenerator random = streams.of(stream + "intervals");

    LinearPredictor linear = LinearProbe.fit(train.rows(), train.width(), train.successes());
    SparseProbe sparse = SparseProbe.fit(train, validation, settings.sparse());
    sink.linear(dataset, hook, ProbeKind.LINEAR.printed(), linear);
    sink.linear(dataset, hook, ProbeKind.SPARSE.printed(), sparse.predictor());
    List<ProbeAuroc> aurocs = new ArrayList<>();
    aurocs.add(probeAuroc(ProbeKind.LINEAR, linear.scores(validation.rows(), validation.size()),
        linear.scores(test.rows(), test.size()), validation, test, random));
    aurocs.add(probeAuroc(ProbeKind.SPARSE, sparse.scores(validation), sparse.scores(test), validation, test, random));

    List<NeuronRanking> rankings = new ArrayList<>();
    fits.forEach((target, fit) -> {
      ValueProbe probe = fit.probe();
      sink.value(dataset, hook, target, probe, trainTrajectories.size());
      aurocs.add(probeAuroc(ProbeKind.of(target), probe.values(validation.rows(), validation.size()),
          probe.values(test.rows(), test.size()), validation, test, random));
      ValueProbe ranking = fit.ranking();
      rankings.add(NeuronRanking.firstLayerL1(target, ranking));
      rankings.add(NeuronRanking.functional(target, ranking));
      rankings.add(NeuronRanking.gradient(target, ranking, trainTrajectories));
      rankings.add(NeuronRanking.permutation(target, ranking, train, streams.of(stream + target + " permutation")));
    });
    rankings.add(NeuronRanking.auroc(train));
    String unexplained = afterNuisances(trainTrajectories, train, rankings);
    rankings.add(NeuronRanking.meanDifference(train));
    rankings.add(NeuronRanking.ridge(train));
    NeuronRanking bySparsePath = NeuronRanking.sparsePath(sparse.path());
    rankings.add(bySparsePath);
    Ranking chosen = find(settings.ranking(), rankings).isPresent()
        ? settings.ranking()
        : settings.ranking().withoutNuisances();
    NeuronRanking main = find(chosen, rankings).orElseThrow();

    Pruning pruning = new Pruning(test, settings, streams.of(stream + "pruning"));
    List<PruningCurve> curves = new ArrayList<>();
    fits.forEach((target, fit) -> { // the probe that ranks is the one that is masked, as in the paper
      Pruning.Kept masked = pruning.masked(fit.ranking());
      curves.add(pruning.curve(ProbeKind.of(target), Ranking.of(target, Measure.FIRST_LAYER_L1), false,
          NeuronRanking.firstLayerL1(target, fit.ranking()), masked,
          pruning.randomBand(masked, task)));
    });
    Pruning.Kept retrained = pruning.retrained(train);
    Pruning.RandomBand band = pruning.randomBand(retrained, task);
    curves.add(pruning.curve(ProbeKind.LINEAR, chosen, true, main, retrained, band));
    if (chosen != Ranking.SPARSE_PATH) {
      curves.add(pruning.curve(ProbeKind.LINEAR, Ranking.SPARSE_PATH, true, bySparsePath, retrained, band));
    }

    double observed = test.auroc(sparse.scores(test));
    NullBand shuffled = shuffled(train, validation, test, observed, streams.of(stream + "shuffle"), task);
    LayerProbes probes = new LayerProbes(dataset, hook, aurocs, shuffled, curves, sparse.summary(), top(main, rankings),
        agreements(rankings), chosen, Arrays.stream(main.order()).boxed().toList());
    return new LayerOutcome(probes, excludedRows, unexplained);
  }

  private static Optional<NeuronRanking> find(Ranking ranking, List<NeuronRanking> rankings) {
    return rankings.stream().filter(one -> one.name().equals(ranking.printed())).findFirst();
  }

  /// Adds the rankings among rollouts that are alike without their hidden states; says why where there are none.
  private String afterNuisances(FiniteTrajectories trajectories, InitialStates train, List<NeuronRanking> rankings) {
    int[] all = IntStream.range(0, train.size()).toArray();
    List<String> missing = new ArrayList<>();
    Map<Ranking, NuisanceVariables> variables = new TreeMap<>(Map.of(
        Ranking.AUROC_AFTER_LENGTH, NuisanceVariables.before(trajectories),
        Ranking.AUROC_AFTER_NUISANCES, NuisanceVariables.after(trajectories, all)));
    variables.forEach((ranking, known) -> {
      try {
        rankings.add(NeuronRanking.auroc(ranking, train,
            NuisanceStrata.of(known.of(trajectories, all), train.successes())));
      } catch (NotEnoughData explained) {
        missing.add("no ranking " + ranking.printed() + ": " + String.join(", ", known.names())
            + " alone tell every training outcome" + (ranking == settings.ranking()
                ? "; neurons are ranked by " + ranking.withoutNuisances().printed() + " instead"
                : ""));
      }
    });
    return missing.isEmpty() ? null : String.join("; ", missing);
  }

  private ProbeAuroc probeAuroc(ProbeKind probe, double[] validationScores, double[] testScores,
      InitialStates validation,
      InitialStates test, RandomGenerator random) {
    return new ProbeAuroc(probe, validation.auroc(validationScores),
        test.estimate(testScores, settings.summary().resamples(), random));
  }

  /// The sparse path refitted and its penalty chosen again with outcomes shuffled by problem within every fold.
  private NullBand shuffled(InitialStates train, InitialStates validation, InitialStates test, double observed,
      RandomGenerator random, Progress.Task task) {
    int m = settings.sparse().permutations();
    double[] aurocs = new double[m];
    for (int k = 0; k < m; k++) {
      SparseProbe probe = SparseProbe.fit(train.shuffled(random), validation.shuffled(random), settings.sparse());
      aurocs[k] = test.shuffled(random).auroc(probe.scores(test));
      task.step(1);
    }
    double p = EmpiricalP.high(observed, aurocs);
    if (m == 0) {
      return new NullBand(0, Double.NaN, Double.NaN, Double.NaN, p);
    }
    Arrays.sort(aurocs);
    return new NullBand(m, Arrays.stream(aurocs).average().orElseThrow(), Bootstrap.quantile(aurocs, 0.025),
        Bootstrap.quantile(aurocs, 0.975), p);
  }

  private List<RankedNeuron> top(NeuronRanking main, List<NeuronRanking> rankings) {
    List<RankedNeuron> top = new ArrayList<>();
    Map<String, int[]> places = new LinkedHashMap<>(); // ranking → coordinate → its place
    rankings.forEach(ranking -> places.put(ranking.name(), places(ranking.order())));
    for (int rank = 1; rank <= Math.min(settings.summary().top(), main.width()); rank++) {
      int coordinate = main.order()[rank - 1];
      Map<String, Double> scores = new LinkedHashMap<>();
      rankings.forEach(ranking -> scores.put(ranking.name(), ranking.scores()[coordinate]));
      Map<String, Integer> ranks = new LinkedHashMap<>();
      places.forEach((ranking, place) -> ranks.put(ranking, place[coordinate]));
      top.add(new RankedNeuron(rank, coordinate, scores, ranks));
    }
    return top;
  }

  private static int[] places(int[] order) {
    int[] places = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      places[order[k]] = k + 1;
    }
    return places;
  }

  private List<Agreement> agreements(List<NeuronRanking> rankings) {
    int k = (int) Math.max(1, Math.round(settings.summary().overlapShare() * rankings.getFirst().width()));
    List<Agreement> agreements = new ArrayList<>();
    for (int i = 0; i < rankings.size(); i++) {
      for (int j = i + 1; j < rankings.size(); j++) {
        agreements.add(rankings.get(i).with(rankings.get(j), k));
      }
    }
    return agreements;
  }
}
