package org.striatum.probe.dopamine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.dopamine.DopamineResults.CurvePoint;
import org.striatum.probe.dopamine.DopamineResults.LayerDopamine;
import org.striatum.probe.dopamine.DopamineResults.Prediction;
import org.striatum.probe.dopamine.DopamineResults.ProbeCurve;
import org.striatum.probe.dopamine.DopamineResults.ProbeNull;
import org.striatum.probe.dopamine.DopamineResults.Signature;
import org.striatum.probe.dopamine.DopamineResults.Surprise;
import org.striatum.probe.dopamine.DopamineResults.TestedNeuron;
import org.striatum.probe.dopamine.DopamineResults.Trace;
import org.striatum.probe.dopamine.DopamineStudy.LayerOutcome;
import org.striatum.probe.dopamine.DopamineStudy.StudiedDataset;
import org.striatum.probe.dopamine.SpikeIns.SpikeIn;
import org.striatum.probe.dopamine.TdErrorProbe.Fitted;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split.Fold;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.sparse.Standardisation;
import org.striatum.probe.stats.Bootstrap;
import org.striatum.probe.stats.EmpiricalP;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.stats.Ranks;
import org.striatum.probe.stats.Spearman;
import org.striatum.probe.value.NeuronRanking;
import org.striatum.probe.value.ProbeFits;
import org.striatum.probe.value.ProbeJob;
import org.striatum.probe.value.SingleStates;
import org.striatum.probe.value.Trajectories;
import org.striatum.probe.value.ValueProbeTraining;

/// The figures of one hook point.
final class LayerStudy {
  /// In the order of their probes.
  private static final List<Scaling> SCALINGS = List.of(Scaling.values());
  private static final int SCATTERED = 300;
  private static final int FEWEST_SURPRISES = 2;
  private static final int GROUPS = 10; // of training problems, for the consistency of the sign

  private final DopamineSettings settings;
  private final RandomStreams streams;
  private final ScorerSink sink;
  private final Pieces pieces;
  private final StudiedDataset studied;
  private final String dataset;
  private final HookPoint hook;
  private final Trajectories states;
  private final PooledSteps pooled;
  private final StepFolds folds;
  private final Progress.Task task;
  private final String stream;
  private final int[] train;
  private final int[] validation;
  private final int[] test;
  private final int[] allTrain;
  private final int[] allTest;
  private final ValuePosterior posterior;
  private final SignatureTest signature;

  /// @param streams of the study's seed
  /// @param pieces the figures, the refits to reassigned surprises, the planted effects
  LayerStudy(DopamineSettings settings, RandomStreams streams, StudiedDataset studied, HookPoint hook, StepFolds folds,
      Progress.Task task, ScorerSink sink, Pieces pieces) {
    this.pieces = pieces;
    this.studied = studied;
    this.sink = sink;
    this.settings = settings;
    this.streams = streams;
    this.dataset = studied.name();
    this.hook = hook;
    this.states = studied.states().get(hook);
    this.folds = folds;
    this.task = task;
    pooled = folds.pooled();
    stream = dataset + " " + hook + " ";
    train = folds.kept(Fold.TRAIN);
    validation = folds.kept(Fold.VALIDATION);
    test = folds.kept(Fold.TEST);
    allTrain = folds.all(Fold.TRAIN);
    allTest = folds.all(Fold.TEST);
    posterior = new ValuePosterior(studied.values());
    signature = new SignatureTest(folds.steps(allTest), settings, Leak.of(folds.steps(allTest), posterior,
        settings.errors().gamma(), streams.of(stream + "leak")));
  }

  /// All but what refits reach; a piece of work that cannot be done says what is missing.
  ///
  /// @param figures null where something is
  /// @param observed Spearman's ρ of the unpruned causal probe and δ over the kept test steps
  private record Figures(LayerDopamine figures, double observed, String missing) {}

  private record Planted(List<SpikeIn> planted, String missing) {}

  /// @param trained whether what the draw kept was enough
  /// @param rho 0 where it is undefined
  private record Refit(boolean trained, double rho) {}

  LayerOutcome outcome() {
    ProbeFits fits = ProbeFits.train(stream + "probes", SCALINGS.stream().map(scaling -> TdErrorProbe.job(
        inputs(scaling, train, deltas(train)), inputs(scaling, validation, deltas(validation)), settings.training(),
        streams.of(stream + scaling))).toList(), pieces, task);
    Part<Figures> figures = pieces.part(() -> one("figures", Figures.class, () -> {
      try {
        return figures(fits);
      } catch (NotEnoughData missing) {
        return new Figures(null, Double.NaN, missing.getMessage());
      }
    }));
    Part<List<Refit>> refits = pieces.part(this::refits);
    Part<Planted> planted = pieces.part(() -> one("planted", Planted.class, () -> {
      try {
        return new Planted(planted(), null);
      } catch (NotEnoughData missing) {
        return new Planted(List.of(), missing.getMessage());
      }
    }));
    Figures found = figures.get();
    String missing = found.missing == null ? planted.get().missing : found.missing;
    List<Refit> nulls = refits.get();
    task.step(3); // the signature test, the planted coordinates and the traces
    if (missing != null) {
      return new LayerOutcome(hook, null, pooled.excluded(), missing, List.of());
    }
    sink.keep(dataset, hook, new StepScorer(TdErrorProbe.Fitted.of(fits.get(SCALINGS.indexOf(Scaling.CAUSAL))).probe(),
        pooled.training(), settings.errors().pooling()));
    return new LayerOutcome(hook, found.figures.with(probeNull(found.observed, nulls)), pooled.excluded(), null,
        planted.get().planted);
  }

  /// Work of one piece.
  private <R> R one(String name, Class<R> type, Supplier<R> piece) {
    return pieces.all(Work.of(stream + name, type, 1, _ -> piece.get())).getFirst();
  }

  /// Known effects, planted here as often as this hook point's share of the dataset's.
  private List<SpikeIn> planted() {
    int hooks = studied.states().size();
    int each = (settings.tests().power().planted() + hooks - 1) / hooks;
    return new SpikeIns(pooled, allTrain, allTest, settings).draw(each, correlations(), posterior, signature,
        streams.of(stream + "planted"));
  }

  private Figures figures(ProbeFits fits) {
    List<ProbeCurve> curves = new ArrayList<>();
    Map<Scaling, NeuronRanking> rankings = new TreeMap<>();
    double observed = Double.NaN;
    double chosenBy = Double.NaN;
    List<Prediction> scatter = List.of();
    for (Scaling scaling : SCALINGS) {
      Fitted fit = Fitted.of(fits.get(SCALINGS.indexOf(scaling)));
      TdErrorProbe probe = fit.probe();
      rankings.put(scaling, fit.byWeight(byWeight(scaling).printed()));
      curves.add(curve(scaling, fit, rankings.get(scaling)));
      if (scaling == Scaling.CAUSAL) {
        double[] predictions = probe.predictions(pooled.rows(scaling, test), test.length);
        observed = Spearman.of(predictions, deltas(test)).rho();
        scatter = scatter(predictions, deltas(test));
        chosenBy = Spearman.of(probe.predictions(pooled.rows(scaling, validation), validation.length),
            deltas(validation)).rho();
      }
    }
    NeuronRanking byProbe = rankings.get(Scaling.CAUSAL);
    NeuronRanking byCorrelation = byCorrelation();
    NeuronRanking ranking = switch (settings.ranking()) {
      case TD_ERROR_FIRST_LAYER_L1 -> byProbe;
      case TD_ERROR_WHOLE_RESPONSE_L1 -> rankings.get(Scaling.WHOLE_RESPONSE);
      case DELTA_CORRELATION -> byCorrelation;
      case SURPRISE_CONTRAST -> bySurprise();
    };
    NeuronRanking other = settings.ranking() == DopamineRanking.DELTA_CORRELATION ? byProbe : byCorrelation;
    List<String> notes = new ArrayList<>();
    List<TestedNeuron> tested = tested(ranking, other, notes);
    List<Integer> significant = tested.stream().filter(TestedNeuron::significant).map(TestedNeuron::coordinate)
        .toList();
    List<Trace> traces = traces(tested, significant, notes);
    Standardisation scale = pooled.training();
    int constant = (int) IntStream.range(0, scale.width()).filter(scale::isConstant).count();
    List<ValuedStep> testSteps = folds.steps(allTest);
    int top = (int) Math.max(1, Math.round(0.05 * scale.width()));
    LayerDopamine found = new LayerDopamine(dataset, hook, allTest.length, test.length,
        (int) testSteps.stream().map(ValuedStep::problem).distinct().count(), constant, curves, chosenBy, scatter, null,
        settings.ranking(), Arrays.stream(ranking.order()).boxed().toList(),
        List.of(byProbe.with(rankings.get(Scaling.WHOLE_RESPONSE), top), byProbe.with(byCorrelation, top)), tested,
        significant, traces, notes);
    return new Figures(found, observed, null);
  }

  private static DopamineRanking byWeight(Scaling scaling) {
    return switch (scaling) {
      case CAUSAL -> DopamineRanking.TD_ERROR_FIRST_LAYER_L1;
      case WHOLE_RESPONSE -> DopamineRanking.TD_ERROR_WHOLE_RESPONSE_L1;
    };
  }

  /// At most [#SCATTERED] points, evenly taken.
  private static List<Prediction> scatter(double[] predictions, double[] deltas) {
    int count = Math.min(SCATTERED, deltas.length);
    return IntStream.range(0, count).map(k -> (int) ((long) k * deltas.length / count))
        .mapToObj(i -> new Prediction(predictions[i], deltas[i])).toList();
  }

  private double[] deltas(int[] rows) {
    return Arrays.stream(rows).mapToDouble(row -> pooled.steps().get(row).delta()).toArray();
  }

  private SingleStates inputs(Scaling scaling, int[] rows, double[] deltas) {
    return new SingleStates(pooled.rows(scaling, rows), deltas, pooled.width());
  }

  private ProbeCurve curve(Scaling scaling, Fitted fit, NeuronRanking ranking) {
    TdErrorProbe probe = new TdErrorProbe(fit.ranking()); // the network that ranks is the one that is masked
    RandomGenerator random = streams.of(stream + scaling + " curve");
    float[] rows = pooled.rows(scaling, test);
    double[] deltas = deltas(test);
    String[] problems = ValuedStep.problems(folds.steps(test));
    List<int[]> draws = IntStream.range(0, settings.pruning().randomSets()).mapToObj(_ -> shuffledCoordinates(random))
        .toList();
    List<CurvePoint> points = new ArrayList<>();
    for (double ratio : settings.pruning().ratios()) {
      int count = (int) Math.max(1, Math.round(pooled.width() * (1 - ratio)));
      double[] predictions = predictions(probe, ranking.order(), count, rows);
      double[] band = draws.stream()
          .mapToDouble(draw -> Spearman.of(predictions(probe, draw, count, rows), deltas).rho())
          .filter(rho -> !Double.isNaN(rho)).sorted().toArray();
      points.add(new CurvePoint(ratio, count, Bootstrap.byProblem(problems, Spearman.over(predictions, deltas),
          settings.resamples(), random), band.length == 0 ? Double.NaN : Bootstrap.quantile(band, 0.025),
          band.length == 0 ? Double.NaN : Bootstrap.quantile(band, 0.975)));
    }
    double[] everywhere = fit.probe().predictions(pooled.rows(scaling, allTest), allTest.length);
    Estimate all = Bootstrap.byProblem(ValuedStep.problems(folds.steps(allTest)),
        Spearman.over(everywhere, deltas(allTest)), settings.resamples(), random);
    return new ProbeCurve(scaling, all, points, fit.sorted());
  }

  private double[] predictions(TdErrorProbe probe, int[] order, int count, float[] rows) {
    int[] kept = Arrays.copyOf(order, count);
    Arrays.sort(kept);
    return probe.predictions(rows, rows.length / pooled.width(), kept);
  }

  private int[] shuffledCoordinates(RandomGenerator random) {
    int[] order = IntStream.range(0, pooled.width()).toArray();
    Ranks.shuffle(order, random);
    return order;
  }

  /// A reassignment of δ within each fold.
  private record Draw(Map<Fold, int[]> sources, long seed) {}

  /// The causal probe refitted to δ reassigned within each fold, steps kept by the δ they were given. What a generator draws is drawn in
  /// the order of the refits, by whoever needs one.
  private List<Refit> refits() {
    int m = settings.tests().retrainings();
    RandomGenerator random = streams.of(stream + "shuffle");
    Map<Fold, TrajectoryPermutation> permutations = new TreeMap<>();
    for (Fold fold : Fold.values()) {
      permutations.put(fold, new TrajectoryPermutation(folds.steps(folds.all(fold))));
    }
    List<Draw> draws = new ArrayList<>();
    Work<Refit> work = Work.of(stream + "refits", Refit.class, Work.batches(m, ProbeFits.TOGETHER), batch -> {
      while (draws.size() <= batch.getLast()) {
        Map<Fold, int[]> sources = new TreeMap<>();
        permutations.forEach((fold, permutation) -> sources.put(fold, permutation.draw(random)));
        draws.add(new Draw(sources, random.nextLong()));
      }
      return refits(batch.stream().map(draws::get).toList());
    });
    task.step(work.count() - pieces.left(work));
    return pieces.all(work);
  }

  /// Refits side by side.
  private List<Refit> refits(List<Draw> draws) {
    ValueProbeTraining predicting = settings.training()
        .withStopping(stopping -> stopping.withSorting(_ -> ValueProbeTraining.Sorting.NONE));
    List<ProbeJob> jobs = new ArrayList<>();
    List<SingleStates> tested = new ArrayList<>(); // null where too few steps are kept
    for (Draw draw : draws) {
      Map<Fold, SingleStates> reassigned = new TreeMap<>();
      draw.sources.forEach((fold, source) -> reassigned.put(fold, reassigned(fold, source)));
      boolean enough = reassigned.values().stream().allMatch(fold -> fold.size() >= EnoughSteps.FEWEST_PROBLEMS);
      tested.add(enough ? reassigned.get(Fold.TEST) : null);
      if (enough) {
        jobs.add(TdErrorProbe.job(reassigned.get(Fold.TRAIN), reassigned.get(Fold.VALIDATION), predicting,
            new SplittableRandom(draw.seed)));
      } else {
        task.step(1);
      }
    }
    Iterator<Fitted> fits = TdErrorProbe.train(jobs, () -> task.step(1)).iterator();
    List<Refit> refits = new ArrayList<>();
    for (SingleStates on : tested) {
      double rho = on == null
          ? Double.NaN
          : Spearman.of(fits.next().probe().predictions(on.rows(), on.size()), on.targets()).rho();
      refits.add(new Refit(on != null, Double.isNaN(rho) ? 0 : rho));
    }
    return refits;
  }

  private static ProbeNull probeNull(double observed, List<Refit> refits) {
    double[] sorted = refits.stream().filter(Refit::trained).mapToDouble(Refit::rho).sorted().toArray();
    return sorted.length == 0
        ? new ProbeNull(0, Double.NaN, Double.NaN, Double.NaN, Double.NaN)
        : new ProbeNull(sorted.length, Arrays.stream(sorted).average().orElseThrow(),
            Bootstrap.quantile(sorted, 0.025), Bootstrap.quantile(sorted, 0.975), EmpiricalP.high(observed, sorted));
  }

  private SingleStates reassigned(Fold fold, int[] source) {
    int[] all = folds.all(fold);
    double[] deltas = deltas(all);
    int[] kept = IntStream.range(0, all.length)
        .filter(i -> source[i] >= 0 && Math.abs(deltas[source[i]]) > settings.errors().threshold()).toArray();
    return inputs(Scaling.CAUSAL, Arrays.stream(kept).map(i -> all[i]).toArray(),
        Arrays.stream(kept).mapToDouble(i -> deltas[source[i]]).toArray());
  }

  /// |Spearman's ρ| with δ over all training steps; 0 for a constant coordinate.
  private NeuronRanking byCorrelation() {
    return NeuronRanking.of(DopamineRanking.DELTA_CORRELATION.printed(), correlations());
  }

  /// Mean z over unexpected successes − mean z over unexpected failures, of training rollouts; 0 for a constant coordinate.
  private NeuronRanking bySurprise() {
    Surprises surprises = Surprises.among(folds.steps(allTrain), states, settings);
    int[] successes = rowsOf(surprises.of(Surprise.SUCCESS));
    int[] failures = rowsOf(surprises.of(Surprise.FAILURE));
    NotEnoughData.require("a ranking by surprise", "unexpected successes among training rollouts", successes.length,
        FEWEST_SURPRISES);
    NotEnoughData.require("a ranking by surprise", "unexpected failures among training rollouts", failures.length,
        FEWEST_SURPRISES);
    double[] scores = new double[pooled.width()];
    for (int j = 0; j < scores.length; j++) {
      scores[j] = Arrays.stream(pooled.coordinate(j, successes)).average().orElseThrow()
          - Arrays.stream(pooled.coordinate(j, failures)).average().orElseThrow();
    }
    return NeuronRanking.of(DopamineRanking.SURPRISE_CONTRAST.printed(), scores);
  }

  private int[] rowsOf(List<ValuedStep> steps) {
    Set<ValuedStep> chosen = new HashSet<>(steps);
    return Arrays.stream(allTrain).filter(row -> chosen.contains(pooled.steps().get(row))).toArray();
  }

  private double[] correlations() {
    double[] deltas = deltas(allTrain);
    double[] scores = new double[pooled.width()];
    for (int j = 0; j < scores.length; j++) {
      double rho = Spearman.of(pooled.coordinate(j, allTrain), deltas).rho();
      scores[j] = Double.isNaN(rho) ? 0 : Math.abs(rho);
    }
    return scores;
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
    List<Signature> signatures = signature.test(activations(coordinates, allTest), responses,
        streams.of(stream + "signature"));
    notes.addAll(signature.notes());
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
    return Arrays.stream(ranking.order()).filter(j -> !pooled.training().isConstant(j))
        .limit(settings.tests().tested());
  }

  /// Coordinate → its place, from 1.
  private static Map<Integer, Integer> places(NeuronRanking ranking) {
    int[] order = ranking.order();
    return IntStream.range(0, order.length).boxed().collect(Collectors.toMap(k -> order[k], k -> k + 1));
  }

  private double[][] activations(int[] coordinates, int[] rows) {
    return Arrays.stream(coordinates).mapToObj(j -> pooled.coordinate(j, rows)).toArray(double[][]::new);
  }

  private List<Trace> traces(List<TestedNeuron> tested, List<Integer> significant, List<String> notes) {
    SurpriseTraces traces = new SurpriseTraces(folds.steps(allTest), states, settings);
    for (Surprise surprise : Surprise.values()) {
      if (traces.count(surprise) == 0) {
        notes.add("no trace of an unexpected " + surprise.name().toLowerCase(Locale.ROOT) + ": none among the test"
            + " rollouts");
      }
    }
    List<Integer> candidates = significant.isEmpty()
        ? tested.stream().map(TestedNeuron::coordinate).toList()
        : significant;
    int[] shown = candidates.stream().limit(settings.traces().traced()).mapToInt(Integer::intValue).toArray();
    List<Integer> known = tested.stream().map(TestedNeuron::coordinate).toList();
    RandomGenerator random = streams.of(stream + "traces");
    int[] others = IntStream.range(0, pooled.width())
        .filter(j -> !pooled.training().isConstant(j) && !known.contains(j)).toArray();
    Ranks.shuffle(others, random);
    int[] controls = Arrays.stream(others).limit(settings.traces().controls()).toArray();
    return shown.length == 0 ? List.of() : traces.of(states, pooled.training(), shown, controls, random);
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
}
