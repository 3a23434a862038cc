package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
import org.striatum.probe.run.Pieces;
import org.striatum.probe.run.Pieces.Part;
import org.striatum.probe.run.Pieces.Work;
import org.striatum.probe.run.Progress;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.PooledProbes;
import org.striatum.probe.transfer.TransferResults.PooledSets;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

/// Asks whether value neurons are the same elsewhere: in another dataset of the same run, and in the same dataset of
/// another run where both share a basis.
///
/// At every hook point: how far the top coordinates overlap, beside chance and beside what two halves of one place's own
/// data reach; and whether one place's probe, or its coordinates refitted, predict outcomes in the other. Then both over
/// all pairs of a question together ([SetPool], [ProbePool]), which is what is answered. Linear probes (L2-logistic at s₀)
/// throughout, fitted again on training problems; nothing is chosen on test problems. s₀ is read once a dataset and hook point.
public final class TransferStudy {
  private final TransferSettings settings;
  private final RandomStreams streams;
  private final Pieces pieces;

  /// A study whose parts are computed here.
  ///
  /// @param seed of every random number in the study
  public TransferStudy(TransferSettings settings, long seed) {
    this(settings, seed, Pieces.HERE);
  }

  /// @param seed of every random number in the study
  /// @param pieces bases, fits, transfers and pooled tests
  public TransferStudy(TransferSettings settings, long seed, Pieces pieces) {
    this.pieces = pieces;
    this.settings = settings;
    this.streams = new RandomStreams(seed);
  }

  /// Whether two runs share a basis.
  public Basis basis(PromptStates a, PromptStates b) {
    if (a.isOfSameWeights(b)) {
      return CommonBasis.same(a.name(), b.name());
    }
    if (!a.architecture().equals(b.architecture())) {
      return CommonBasis.refused(a.name(), b.name(), "their architectures are " + a.architecture() + " and "
          + b.architecture(), 0);
    }
    List<CommonBasis.Shared> shared = new ArrayList<>();
    Integer width = null;
    for (Map.Entry<String, SortedMap<HookPoint, FirstStates>> data : a.states().entrySet()) {
      for (Map.Entry<HookPoint, FirstStates> at : data.getValue().entrySet()) {
        FirstStates other = b.states().getOrDefault(data.getKey(), new TreeMap<>()).get(at.getKey());
        if (other == null) {
          continue;
        }
        if (other.width() != at.getValue().width()) {
          return CommonBasis.refused(a.name(), b.name(), "%s is %d wide in one and %d in the other".formatted(
              at.getKey(), at.getValue().width(), other.width()), 0);
        }
        width = width == null ? other.width() : width;
        if (width == other.width()) { // sites of another width have a basis of their own; the first decides
          shared.add(CommonBasis.Shared.of(at.getValue(), other));
        }
      }
    }
    return CommonBasis.decide(a.name(), b.name(), shared, settings.permutations(),
        streams.of(a.name() + b.name() + " basis"));
  }

  /// Compares within every run, and between runs that share a basis; the others by curves only.
  ///
  /// @throws IllegalArgumentException if two runs have one name or a set does not fit the layer
  public TransferResults run(List<ComparedRun> runs, Progress progress) {
    if (runs.isEmpty() || runs.stream().map(ComparedRun::name).distinct().count() < runs.size()) {
      throw new IllegalArgumentException("a comparison needs runs with distinct names, found "
          + runs.stream().map(ComparedRun::name).toList());
    }
    long units = runs.stream().flatMap(run -> run.datasets().stream()).mapToLong(data -> data.states().size()).sum()
        + runs.size() * (runs.size() - 1L) / 2;
    try (Progress.Task task = progress.start("transfer", units, "part")) {
      List<PromptStates> states = runs.stream().map(PromptStates::of).toList();
      List<int[]> pairs = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        for (int j = i + 1; j < runs.size(); j++) {
          pairs.add(new int[]{i, j});
        }
      }
      Part<List<Basis>> based = pieces.part(() -> bases(pairs, states, task));
      List<Part<List<Fitted>>> parts = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        ComparedRun run = runs.get(i);
        PromptStates of = states.get(i);
        parts.add(pieces.part(() -> fitted(run, of, task)));
      }
      List<Basis> bases = based.get();
      List<String> notes = new ArrayList<>();
      List<SortedMap<HookPoint, Map<String, FittedPlace>>> fitted = parts.stream()
          .map(part -> placed(part.get(), notes))
          .toList();
      List<Part<Question>> asked = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        String name = runs.get(i).name();
        SortedMap<HookPoint, Map<String, FittedPlace>> own = fitted.get(i);
        asked.add(pieces.part(() -> withinRun(name, own)));
      }
      for (Basis basis : bases) {
        if (basis.common()) {
          asked.add(pieces.part(() -> acrossRuns(basis, fitted.get(index(runs, basis.first())),
              fitted.get(index(runs, basis.second())))));
        } else {
          notes.add(basis.first() + " and " + basis.second() + ": " + basis.reason() + "; compared by curves only");
        }
      }
      return answered(runs, bases, fitted, asked.stream().map(Part::get).toList(), notes);
    }
  }

  /// The pooled test of sets of one run, without what else [#run] computes; empty where no two of its data sets have a fit at one
  /// hook point.
  Optional<PooledSets> sets(ComparedRun run) {
    PromptStates states = PromptStates.of(run);
    List<SetPool.Pair> pairs;
    try (Progress.Task task = Progress.NONE.start("transfer", states.states().size(), "part")) {
      pairs = pairs(placed(fitted(run, states, task), new ArrayList<>()));
    }
    return pairs.isEmpty()
        ? Optional.empty()
        : Optional.of(oneFamily(List.of(new SetPool(settings, streams, pieces).of(run.name(), run.name(), pairs, 1)))
            .getFirst());
  }

  /// Places that one question is about.
  ///
  /// @param pairs each once; transfers, in both directions
  private record Question(String first, String second, List<SetPool.Pair> pairs, List<ProbePool.Scored> transfers) {}

  private TransferResults answered(List<ComparedRun> runs, List<Basis> bases,
      List<SortedMap<HookPoint, Map<String, FittedPlace>>> fitted, List<Question> questions, List<String> notes) {
    List<SetOverlap> overlaps = questions.stream().flatMap(question -> question.pairs().stream())
        .flatMap(pair -> SetComparison.of(pair.first(), pair.second(), settings.sizes()).stream()).toList();
    SetPool sets = new SetPool(settings, streams, pieces);
    List<Question> ofSets = questions.stream().filter(question -> !question.pairs().isEmpty()).toList();
    List<Part<PooledSets>> pooled = ofSets.stream().map(question -> pieces
        .part(() -> sets.of(question.first(), question.second(), question.pairs(), ofSets.size()))).toList();
    List<Question> ofProbes = questions.stream().filter(question -> !question.transfers().isEmpty()).toList();
    List<PooledProbes> probes = pieces.all(Work.of("pooled probes", PooledProbes.class, ofProbes.size(), q -> {
      Question question = ofProbes.get(q);
      return new ProbePool(settings.resamples(), settings.power().effect(),
          streams.of(question.first() + " and " + question.second() + " probes"))
          .of(question.first(), question.second(), question.transfers());
    }));
    return new TransferResults(runs.stream().map(ComparedRun::name).toList(), bases,
        fitted.stream().flatMap(run -> run.values().stream()).flatMap(at -> at.values().stream()).map(sets::ceiling)
            .toList(),
        SetComparison.adjusted(overlaps), questions.stream().flatMap(question -> question.transfers().stream())
            .map(ProbePool.Scored::figures).toList(),
        oneFamily(pooled.stream().map(Part::get).toList()), probes,
        runs.stream().flatMap(run -> RunCurves.of(run).stream()).toList(), notes);
  }

  /// All pooled tests of sets are one family; those that could not be asked are in none.
  private static List<PooledSets> oneFamily(List<PooledSets> pooled) {
    double[] q = FalseDiscovery.benjaminiHochberg(
        pooled.stream().filter(one -> one.asked() > 0).mapToDouble(PooledSets::p).toArray());
    List<PooledSets> corrected = new ArrayList<>();
    int at = 0;
    for (PooledSets one : pooled) {
      corrected.add(one.asked() > 0 ? one.corrected(q[at++]) : one);
    }
    return corrected;
  }

  private static int index(List<ComparedRun> runs, String name) {
    return runs.stream().map(ComparedRun::name).toList().indexOf(name);
  }

  private List<Basis> bases(List<int[]> pairs, List<PromptStates> states, Progress.Task task) {
    Work<Basis> work = Work.of("bases", Basis.class, pairs.size(),
        pair -> basis(states.get(pairs.get(pair)[0]), states.get(pairs.get(pair)[1])));
    task.step(work.count() - pieces.left(work));
    return pieces.all(work, computed -> task.step(computed.size()));
  }

  /// A place at a hook point, or why there is none.
  ///
  /// @param place null where there is none
  /// @param note null where there is one
  private record Fitted(HookPoint hook, String dataset, FittedPlace place, String note) {}

  private List<Fitted> fitted(ComparedRun run, PromptStates of, Progress.Task task) {
    List<Part<Fitted>> parts = new ArrayList<>();
    of.states().forEach((name, byHook) -> {
      Split split = run.dataset(name).orElseThrow().split();
      Map<HookPoint, List<Integer>> orders = run.orders(name);
      byHook.forEach((hook, states) -> parts.add(pieces.part(() -> {
        Fitted fitted = fitted(new Place(run.name(), name), hook, states, split, orders.get(hook));
        task.step(1);
        return fitted;
      })));
    });
    return parts.stream().map(Part::get).toList();
  }

  private Fitted fitted(Place place, HookPoint hook, FirstStates states, Split split, List<Integer> order) {
    long[] deals = streams.of("halves").longs(settings.halvings()).toArray();
    try {
      return new Fitted(hook, place.dataset(), FittedPlace.fit(place, hook, states, split, order, settings,
          () -> HalfSets.of(states, deals, settings.power().shuffles(),
              SetComparison.largest(settings, states.width()), streams.of(place + " shuffles"),
              place + ", " + hook + " halves", pieces),
          streams.of(place + " " + hook), pieces), null);
    } catch (NotEnoughData missing) {
      return new Fitted(hook, place.dataset(), null, place + ", " + hook + ": " + missing.getMessage());
    }
  }

  /// By hook point and dataset; what is missing is noted.
  private static SortedMap<HookPoint, Map<String, FittedPlace>> placed(List<Fitted> fitted, List<String> notes) {
    SortedMap<HookPoint, Map<String, FittedPlace>> placed = new TreeMap<>();
    for (Fitted one : fitted) {
      if (one.place == null) {
        notes.add(one.note);
      } else {
        placed.computeIfAbsent(one.hook, _ -> new LinkedHashMap<>()).put(one.dataset, one.place);
      }
    }
    return placed;
  }

  private record Transfer(FittedPlace from, FittedPlace to, boolean sameData) {}

  private Question withinRun(String run, SortedMap<HookPoint, Map<String, FittedPlace>> fitted) {
    List<Transfer> transfers = new ArrayList<>();
    for (Map<String, FittedPlace> at : fitted.values()) {
      for (FittedPlace from : at.values()) {
        at.values().stream().filter(to -> !to.place().equals(from.place()))
            .forEach(to -> transfers.add(new Transfer(from, to, false)));
      }
    }
    return new Question(run, run, pairs(fitted), scored(run + " and " + run, transfers));
  }

  private static List<SetPool.Pair> pairs(SortedMap<HookPoint, Map<String, FittedPlace>> fitted) {
    List<SetPool.Pair> pairs = new ArrayList<>();
    for (Map<String, FittedPlace> at : fitted.values()) {
      List<FittedPlace> places = List.copyOf(at.values());
      for (int i = 0; i < places.size(); i++) {
        for (int j = i + 1; j < places.size(); j++) {
          pairs.add(new SetPool.Pair(places.get(i), places.get(j)));
        }
      }
    }
    return pairs;
  }

  private Question acrossRuns(Basis basis, SortedMap<HookPoint, Map<String, FittedPlace>> first,
      SortedMap<HookPoint, Map<String, FittedPlace>> second) {
    List<SetPool.Pair> pairs = new ArrayList<>();
    List<Transfer> transfers = new ArrayList<>();
    first.forEach((hook, places) -> places.forEach((dataset, place) -> {
      FittedPlace other = second.getOrDefault(hook, Map.of()).get(dataset);
      if (other != null && other.width() == place.width()) {
        pairs.add(new SetPool.Pair(place, other));
        transfers.add(new Transfer(place, other, true));
        transfers.add(new Transfer(other, place, true));
      }
    }));
    return new Question(basis.first(), basis.second(), pairs,
        scored(basis.first() + " and " + basis.second(), transfers));
  }

  /// Transfers whose test problems have both outcomes.
  private List<ProbePool.Scored> scored(String question, List<Transfer> all) {
    List<Transfer> transfers = new ArrayList<>();
    List<FirstStates> tests = new ArrayList<>();
    for (Transfer one : all) {
      FirstStates test = ProbeTransfer.test(one.from, one.to, one.sameData);
      if (test.hasBothOutcomes()) {
        transfers.add(one);
        tests.add(test);
      }
    }
    List<ProbeTransfer.Scores> scores = pieces.all(Work.of(question + " transfers", ProbeTransfer.Scores.class,
        transfers.size(), t -> {
          FittedPlace from = transfers.get(t).from;
          FittedPlace to = transfers.get(t).to;
          int k = new SetSize(settings.refitted()).of(to.width());
          return new ProbeTransfer(k, settings.resamples(),
              streams.of(from.place() + " to " + to.place() + " " + to.hook())).of(from, to, tests.get(t));
        }));
    return IntStream.range(0, scores.size()).mapToObj(t -> new ProbePool.Scored(scores.get(t).figures(), tests.get(t),
        scores.get(t).own(), scores.get(t).moved(), scores.get(t).length(), scores.get(t).lengthMoved())).toList();
  }
}
