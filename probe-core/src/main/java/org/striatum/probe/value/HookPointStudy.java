package org.striatum.probe.value;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.LinearPredictor;
import org.striatum.probe.sparse.LinearProbe;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.value.Ranking.Measure;
import org.striatum.probe.value.ValueNeuronResults.Agreement;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.NullBand;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.probe.value.ValueNeuronResults.PruningCurve;
import org.striatum.probe.value.ValueNeuronResults.RankedNeuron;
import org.striatum.probe.value.ValueNeuronStudy.LayerOutcome;
import org.striatum.probe.value.ValueProbeTraining.Target;

/// The figures of one hook point of one dataset, once its value probes are trained. Pieces of its work are the figures themselves, the
/// refits to shuffled outcomes and those to random coordinates.
final class HookPointStudy {
  private static final double SWEEPS = 50; // of a path's coordinates for a penalty, and of a regression's rows, about

  private final ValueNeuronSettings settings;
  private final RandomStreams streams;
  private final ProbeSink sink;
  private final Pieces pieces;
  private final Progress.Task task;
  private final String dataset;
  private final HookPoint hook;
  private final String stream;
  private final FiniteTrajectories finite;
  private final FiniteTrajectories trainTrajectories;
  private final InitialStates train;
  private final InitialStates validation;
  private final InitialStates test;

  /// @param streams of the study's seed
  /// @param task stepped once a refit
  HookPointStudy(ValueNeuronSettings settings, RandomStreams streams, ProbeSink sink, Pieces pieces,
      Progress.Task task, String dataset, HookPoint hook, FiniteTrajectories finite, Split split) {
    this.settings = settings;
    this.streams = streams;
    this.sink = sink;
    this.pieces = pieces;
    this.task = task;
    this.dataset = dataset;
    this.hook = hook;
    this.finite = finite;
    stream = dataset + " " + hook + " ";
    trainTrajectories = finite.in(Split.Fold.TRAIN, split);
    train = InitialStates.of(trainTrajectories);
    validation = InitialStates.of(finite.in(Split.Fold.VALIDATION, split));
    test = InitialStates.of(finite.in(Split.Fold.TEST, split));
  }

  /// Refuses a hook point that cannot be studied.
  ///
  /// @throws NotEnoughData saying what is missing
  static void requireEnough(FiniteTrajectories train, FiniteTrajectories validation, FiniteTrajectories test) {
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
    ValueNeuronStudy.requireBothOutcomes(fold, IntStream.range(0, successes.length).filter(i -> successes[i]).count(),
        successes.length);
  }

  /// All but what refits reach.
  ///
  /// @param note what the probes lack; null if nothing
  /// @param observed test AUROC of the sparse probe
  private record Figures(LayerProbes probes, String note, double observed, LinearPredictor linear,
      LinearPredictor sparse) {}

  /// What a refit to shuffled outcomes reaches.
  private record Refit(double auroc) {}

  /// The outcome, with the probes given to the sink.
  ///
  /// @param fits value probes
  LayerOutcome outcome(Map<Target, ValueProbeFit> fits) {
    Part<Figures> figures = pieces
        .part(() -> pieces.all(Work.of(stream + "figures", Figures.class, 1, _ -> figures(fits))).getFirst());
    Pruning pruning = new Pruning(test, settings, streams.of(stream + "pruning"));
    List<Part<Pruning.RandomBand>> masked = new ArrayList<>();
    fits.forEach((target, fit) -> masked.add(pieces.part(() -> pruning.randomBand(
        stream + target.printed() + " masked", pruning.masked(fit.ranking()),
        (double) test.size() * fit.ranking().hidden(), pieces, task))));
    Part<Pruning.RandomBand> retrained = pieces.part(() -> pruning.randomBand(stream + "retrained",
        pruning.retrained(train), SWEEPS * train.size(), pieces, task));
    double[] shuffled = shuffled();
    Figures found = figures.get();
    sink.linear(dataset, hook, ProbeKind.LINEAR.printed(), found.linear);
    sink.linear(dataset, hook, ProbeKind.SPARSE.printed(), found.sparse);
    fits.forEach((target, fit) -> sink.value(dataset, hook, target, fit.probe(), trainTrajectories.size()));
    List<PruningCurve> curves = new ArrayList<>();
    for (PruningCurve curve : found.probes.pruning()) {
      curves.add(
          Pruning.within(curve, curves.size() < masked.size() ? masked.get(curves.size()).get() : retrained.get()));
    }
    LayerProbes probes = found.probes;
    return new LayerOutcome(new LayerProbes(dataset, hook, probes.probes(), band(found.observed, shuffled), curves,
        probes.path(), probes.top(), probes.agreement(), probes.ranking(), probes.order()), finite.excludedRows(),
        found.note);
  }

  private Figures figures(Map<Target, ValueProbeFit> fits) {
    RandomGenerator random = streams.of(stream + "intervals");

    LinearPredictor linear = LinearProbe.fit(train.rows(), train.width(), train.successes());
    SparseProbe sparse = SparseProbe.fit(train, validation, settings.sparse());
    List<ProbeAuroc> aurocs = new ArrayList<>();
    aurocs.add(probeAuroc(ProbeKind.LINEAR, linear.scores(validation.rows(), validation.size()),
        linear.scores(test.rows(), test.size()), random));
    aurocs.add(probeAuroc(ProbeKind.SPARSE, sparse.scores(validation), sparse.scores(test), random));

    List<NeuronRanking> rankings = new ArrayList<>();
    fits.forEach((target, fit) -> {
      ValueProbe probe = fit.probe();
      aurocs.add(probeAuroc(ProbeKind.of(target), probe.values(validation.rows(), validation.size()),
          probe.values(test.rows(), test.size()), random));
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
    fits.forEach((target, fit) -> // the probe that ranks is the one that is masked, as in the paper
    curves.add(pruning.curve(ProbeKind.of(target), Ranking.of(target, Measure.FIRST_LAYER_L1), false,
        NeuronRanking.firstLayerL1(target, fit.ranking()), pruning.masked(fit.ranking()))));
    Pruning.Kept retrained = pruning.retrained(train);
    curves.add(pruning.curve(ProbeKind.LINEAR, chosen, true, main, retrained));
    if (chosen != Ranking.SPARSE_PATH) {
      curves.add(pruning.curve(ProbeKind.LINEAR, Ranking.SPARSE_PATH, true, bySparsePath, retrained));
    }
    LayerProbes probes = new LayerProbes(dataset, hook, aurocs, null, curves, sparse.summary(), top(main, rankings),
        agreements(rankings), chosen, Arrays.stream(main.order()).boxed().toList());
    return new Figures(probes, unexplained, test.auroc(sparse.scores(test)), linear, sparse.predictor());
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
      RandomGenerator random) {
    return new ProbeAuroc(probe, validation.auroc(validationScores),
        test.estimate(testScores, settings.summary().resamples(), random));
  }

  /// The sparse path refitted and its penalty chosen again with outcomes shuffled by problem within every fold: an AUROC for each
  /// shuffle. What generators draw is drawn in the order of the shuffles, by whoever needs one.
  private double[] shuffled() {
    RandomGenerator random = streams.of(stream + "shuffle");
    List<List<boolean[]>> drawn = new ArrayList<>(); // of each fold
    double operations = SWEEPS * settings.sparse().points() * train.size() * train.width();
    Work<Refit> work = Work.of(stream + "shuffle", Refit.class, settings.sparse().permutations(), operations, k -> {
      while (drawn.size() <= k) {
        drawn.add(Stream.of(train, validation, test).map(fold -> fold.shuffled(random).successes()).toList());
      }
      List<boolean[]> outcomes = drawn.get(k);
      SparseProbe probe = SparseProbe.fit(train.with(outcomes.get(0)), validation.with(outcomes.get(1)),
          settings.sparse());
      return new Refit(test.with(outcomes.get(2)).auroc(probe.scores(test)));
    });
    task.step(work.count() - pieces.left(work));
    return pieces.all(work, computed -> task.step(computed.size())).stream().mapToDouble(Refit::auroc).toArray();
  }

  private static NullBand band(double observed, double[] shuffled) {
    double p = EmpiricalP.high(observed, shuffled);
    if (shuffled.length == 0) {
      return new NullBand(0, Double.NaN, Double.NaN, Double.NaN, p);
    }
    double[] sorted = Arrays.stream(shuffled).sorted().toArray();
    return new NullBand(sorted.length, Arrays.stream(sorted).average().orElseThrow(),
        Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975), p);
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
