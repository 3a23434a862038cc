package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.rollout.Split;
import org.striatum.probe.run.NotEnoughData;
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

  /// @param seed of every random number in the study
  public TransferStudy(TransferSettings settings, long seed) {
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
      List<Basis> bases = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        for (int j = i + 1; j < runs.size(); j++) {
          bases.add(basis(states.get(i), states.get(j)));
          task.step(1);
        }
      }
      List<String> notes = new ArrayList<>();
      List<SortedMap<HookPoint, Map<String, FittedPlace>>> fitted = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        fitted.add(fitted(runs.get(i), states.get(i), notes, task));
      }
      List<Question> questions = new ArrayList<>();
      for (int i = 0; i < runs.size(); i++) {
        questions.add(withinRun(runs.get(i).name(), fitted.get(i)));
      }
      for (Basis basis : bases) {
        if (basis.common()) {
          questions.add(acrossRuns(basis, fitted.get(index(runs, basis.first())),
              fitted.get(index(runs, basis.second()))));
        } else {
          notes.add(basis.first() + " and " + basis.second() + ": " + basis.reason() + "; compared by curves only");
        }
      }
      return answered(runs, bases, fitted, questions, notes);
    }
  }

  /// Places that one question is about.
  ///
  /// @param pairs each once; transfers, in both directions
  private record Question(String first, String second, List<SetPool.Pair> pairs, List<ProbePool.Scored> transfers) {}

  private TransferResults answered(List<ComparedRun> runs, List<Basis> bases,
      List<SortedMap<HookPoint, Map<String, FittedPlace>>> fitted, List<Question> questions, List<String> notes) {
    List<SetOverlap> overlaps = questions.stream().flatMap(question -> question.pairs().stream())
        .flatMap(pair -> SetComparison.of(pair.first(), pair.second(), settings.sizes()).stream()).toList();
    SetPool sets = new SetPool(settings, streams);
    List<Question> ofSets = questions.stream().filter(question -> !question.pairs().isEmpty()).toList();
    List<PooledSets> pooled = ofSets.stream()
        .map(question -> sets.of(question.first(), question.second(), question.pairs(), ofSets.size())).toList();
    List<PooledProbes> probes = questions.stream().filter(question -> !question.transfers().isEmpty())
        .map(question -> new ProbePool(settings.resamples(), settings.power().effect(),
            streams.of(question.first() + " and " + question.second() + " probes"))
            .of(question.first(), question.second(), question.transfers()))
        .toList();
    return new TransferResults(runs.stream().map(ComparedRun::name).toList(), bases,
        fitted.stream().flatMap(run -> run.values().stream()).flatMap(at -> at.values().stream()).map(sets::ceiling)
            .toList(),
        SetComparison.adjusted(overlaps), questions.stream().flatMap(question -> question.transfers().stream())
            .map(ProbePool.Scored::figures).toList(),
        oneFamily(pooled), probes, runs.stream().flatMap(run -> RunCurves.of(run).stream()).toList(), notes);
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

  private SortedMap<HookPoint, Map<String, FittedPlace>> fitted(ComparedRun run, PromptStates of, List<String> notes,
      Progress.Task task) {
    SortedMap<HookPoint, Map<String, FittedPlace>> fitted = new TreeMap<>();
    long[] deals = streams.of("halves").longs(settings.halvings()).toArray();
    of.states().forEach((name, byHook) -> {
      Place place = new Place(run.name(), name);
      Split split = run.dataset(name).orElseThrow().split();
      Map<HookPoint, List<Integer>> orders = run.orders(name);
      byHook.forEach((hook, states) -> {
        try {
          FittedPlace own = FittedPlace.fit(place, hook, states, split, orders.get(hook), settings,
              HalfSets.of(states, deals, settings.power().shuffles(), SetComparison.largest(settings, states.width()),
                  streams.of(place + " shuffles")),
              streams.of(place + " " + hook));
          fitted.computeIfAbsent(hook, _ -> new LinkedHashMap<>()).put(name, own);
        } catch (NotEnoughData missing) {
          notes.add(place + ", " + hook + ": " + missing.getMessage());
        }
        task.step(1);
      });
    });
    return fitted;
  }

  private Question withinRun(String run, SortedMap<HookPoint, Map<String, FittedPlace>> fitted) {
    Question question = new Question(run, run, new ArrayList<>(), new ArrayList<>());
    for (Map<String, FittedPlace> at : fitted.values()) {
      List<FittedPlace> places = List.copyOf(at.values());
      for (int i = 0; i < places.size(); i++) {
        for (int j = 0; j < places.size(); j++) {
          if (i < j) {
            question.pairs().add(new SetPool.Pair(places.get(i), places.get(j)));
          }
          if (i != j) {
            add(question, places.get(i), places.get(j), false);
          }
        }
      }
    }
    return question;
  }

  private Question acrossRuns(Basis basis, SortedMap<HookPoint, Map<String, FittedPlace>> first,
      SortedMap<HookPoint, Map<String, FittedPlace>> second) {
    Question question = new Question(basis.first(), basis.second(), new ArrayList<>(), new ArrayList<>());
    first.forEach((hook, places) -> places.forEach((dataset, place) -> {
      FittedPlace other = second.getOrDefault(hook, Map.of()).get(dataset);
      if (other != null && other.width() == place.width()) {
        question.pairs().add(new SetPool.Pair(place, other));
        add(question, place, other, true);
        add(question, other, place, true);
      }
    }));
    return question;
  }

  private void add(Question question, FittedPlace from, FittedPlace to, boolean sameData) {
    int k = new SetSize(settings.refitted()).of(to.width());
    ProbePool.Scored transfer = new ProbeTransfer(k, settings.resamples(),
        streams.of(from.place() + " to " + to.place() + " " + to.hook())).of(from, to, sameData);
    if (transfer != null) {
      question.transfers().add(transfer);
    }
  }
}
