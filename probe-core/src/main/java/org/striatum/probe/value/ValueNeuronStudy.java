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
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
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
  private final Pieces pieces;

  /// A study that keeps no probe.
  ///
  /// @param seed of every random number in the study
  public ValueNeuronStudy(ValueNeuronSettings settings, long seed) {
    this(settings, seed, ProbeSink.NONE, Pieces.HERE);
  }

  /// A study.
  ///
  /// @param seed of every random number in the study
  /// @param sink takes the probes that figures are reported of
  /// @param pieces where fits, refits and controls are computed
  public ValueNeuronStudy(ValueNeuronSettings settings, long seed, ProbeSink sink, Pieces pieces) {
    this.pieces = pieces;
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

  /// What is found on one dataset.
  private record Studied(DatasetSummary summary, List<LayerProbes> layers, Optional<DatasetControls> controls,
      List<ProbeTraining> trainings) {}

  /// What is found at one hook point, and how its value probes were trained.
  private record Hooked(LayerOutcome outcome, List<ProbeTraining> trainings) {}

  /// Studies every hook point of every dataset. One that cannot be studied is noted in its dataset's summary and costs
  /// the others nothing.
  public ValueNeuronResults run(List<StudiedDataset> datasets, Progress progress) {
    long units = datasets.stream().mapToLong(dataset -> dataset.states().size()).sum() * units()
        + datasets.size();
    try (Progress.Task task = progress.start("value probes", units, "fit")) {
      List<Part<Studied>> parts = new ArrayList<>();
      datasets.forEach(dataset -> parts.add(pieces.part(() -> studied(dataset, progress, task))));
      List<Studied> found = parts.stream().map(Part::get).toList();
      return new ValueNeuronResults(found.stream().map(Studied::summary).toList(),
          found.stream().flatMap(one -> one.layers.stream()).toList(),
          found.stream().flatMap(one -> one.controls.stream()).toList(),
          found.stream().flatMap(one -> one.trainings.stream()).toList());
    }
  }

  private Studied studied(StudiedDataset dataset, Progress progress, Progress.Task task) {
    List<LayerOutcome> outcomes = new ArrayList<>();
    if (dataset.note() != null) {
      outcomes.add(new LayerOutcome(null, 0, dataset.note()));
    }
    SortedMap<HookPoint, FiniteTrajectories> finite = new TreeMap<>();
    dataset.states().forEach((hook, states) -> finite.put(hook, FiniteTrajectories.of(states)));
    List<Part<List<Hooked>>> groups = new ArrayList<>();
    together(finite)
        .forEach(hooks -> groups.add(pieces.part(() -> layers(dataset.name(), hooks, finite, dataset.split(), task))));
    List<ProbeTraining> trainings = new ArrayList<>();
    groups.stream().flatMap(group -> group.get().stream()).forEach(found -> {
      outcomes.add(found.outcome);
      trainings.addAll(found.trainings);
    });
    Optional<DatasetControls> controls = controls(dataset, outcomes, finite, progress, task);
    return new Studied(
        summary(dataset.name(), dataset.states().get(dataset.states().firstKey()), dataset.split(), dataset.finished(),
            outcomes),
        outcomes.stream().map(LayerOutcome::probes).filter(Objects::nonNull).toList(), controls, trainings);
  }

  /// Hook points whose value probes are trained at once.
  private List<Hooked> layers(String dataset, List<HookPoint> hooks, SortedMap<HookPoint, FiniteTrajectories> states,
      Split split, Progress.Task task) {
    List<ProbeJob> jobs = new ArrayList<>();
    Map<HookPoint, String> unable = new LinkedHashMap<>();
    for (HookPoint hook : hooks) {
      FiniteTrajectories train = states.get(hook).in(Split.Fold.TRAIN, split);
      FiniteTrajectories validation = states.get(hook).in(Split.Fold.VALIDATION, split);
      try {
        HookPointStudy.requireEnough(train, validation, states.get(hook).in(Split.Fold.TEST, split));
        settings.targets().forEach(target -> jobs.add(new ProbeJob(train, validation,
            settings.training().withTarget(target), streams.of(dataset + " " + hook + " " + target.printed()))));
      } catch (NotEnoughData missing) {
        unable.put(hook, hook + ": " + missing.getMessage());
      }
    }
    ProbeFits fits = ProbeFits.train("value probes of " + dataset + " from " + hooks.getFirst() + " on", jobs, pieces,
        task);
    List<Part<Hooked>> parts = new ArrayList<>();
    int next = 0;
    for (HookPoint hook : hooks) {
      if (unable.containsKey(hook)) {
        task.step(units());
        parts.add(pieces.part(() -> new Hooked(new LayerOutcome(null, states.get(hook).excludedRows(),
            unable.get(hook)), List.of())));
      } else {
        int first = next;
        next += settings.targets().size();
        parts.add(pieces.part(() -> layer(dataset, hook, states.get(hook), split, fits, first, task)));
      }
    }
    return parts.stream().map(Part::get).toList();
  }

  /// One hook point.
  ///
  /// @param first of its value probes
  private Hooked layer(String dataset, HookPoint hook, FiniteTrajectories finite, Split split, ProbeFits fits,
      int first, Progress.Task task) {
    Map<Target, ValueProbeFit> own = new TreeMap<>();
    for (int t = 0; t < settings.targets().size(); t++) {
      own.put(settings.targets().get(t), fits.get(first + t));
    }
    try {
      LayerOutcome outcome = new HookPointStudy(settings, streams, sink, pieces, task, dataset, hook, finite, split)
          .outcome(own);
      return new Hooked(outcome, own.entrySet().stream()
          .map(fit -> ProbeTraining.of(dataset, hook, fit.getKey(), fit.getValue())).toList());
    } catch (NotEnoughData missing) {
      return new Hooked(new LayerOutcome(null, finite.excludedRows(), hook + ": " + missing.getMessage()), List.of());
    }
  }

  /// Controls of a dataset; what stands against them is noted among its outcomes.
  private Optional<DatasetControls> controls(StudiedDataset dataset, List<LayerOutcome> outcomes,
      SortedMap<HookPoint, FiniteTrajectories> finite, Progress progress, Progress.Task task) {
    List<LayerProbes> probed = outcomes.stream().map(LayerOutcome::probes).filter(Objects::nonNull).toList();
    try {
      return probed.isEmpty()
          ? Optional.empty()
          : Optional.of(new ProbeControls(settings, streams, pieces).run(dataset.name(), probed, finite,
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

  /// Refuses a fold whose rollouts are all right or all wrong: nothing predicts their outcome.
  ///
  /// @throws NotEnoughData unless some are right and some are wrong
  public static void requireBothOutcomes(Split.Fold fold, long right, long rollouts) {
    NotEnoughData.requireBothOutcomes("the " + fold.printed() + " fold", "rollouts", right, rollouts);
  }
}
