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
import org.striatum.probe.stats.RandomStreams;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.transfer.TransferResults.Curve;
import org.striatum.probe.transfer.TransferResults.FunctionalTransfer;
import org.striatum.probe.transfer.TransferResults.Place;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

/// Asks whether value neurons are the same elsewhere: in another dataset of the same run, and in the same dataset of
/// another run where both share a basis.
///
/// At every hook point: how far the top coordinates overlap, beside chance and beside what two halves of one place's own
/// data reach; and whether one place's probe, or its coordinates refitted, predict outcomes in the other. Linear probes
/// (L2-logistic at s₀) throughout, fitted again on training problems; nothing is chosen on test problems. s₀ is read once
/// a dataset and hook point.
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
      List<SetOverlap> overlaps = new ArrayList<>();
      List<FunctionalTransfer> functional = new ArrayList<>();
      fitted.forEach(run -> run.values().forEach(places -> withinRun(List.copyOf(places.values()), overlaps,
          functional)));
      for (Basis basis : bases) {
        if (basis.common()) {
          acrossRuns(fitted.get(index(runs, basis.first())), fitted.get(index(runs, basis.second())), overlaps,
              functional);
        } else {
          notes.add(basis.first() + " and " + basis.second() + ": " + basis.reason() + "; compared by curves only");
        }
      }
      List<Curve> curves = runs.stream().flatMap(run -> RunCurves.of(run).stream()).toList();
      return new TransferResults(runs.stream().map(ComparedRun::name).toList(), bases, SetComparison.adjusted(overlaps),
          functional, curves, notes);
    }
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
          FittedPlace own = FittedPlace.fit(place, hook, states, split, orders.get(hook), settings, deals,
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

  private void withinRun(List<FittedPlace> places, List<SetOverlap> overlaps, List<FunctionalTransfer> functional) {
    for (int i = 0; i < places.size(); i++) {
      for (int j = 0; j < places.size(); j++) {
        if (i < j) {
          overlaps.addAll(SetComparison.of(places.get(i), places.get(j), settings.sizes()));
        }
        if (i != j) {
          add(functional, places.get(i), places.get(j), false);
        }
      }
    }
  }

  private void acrossRuns(SortedMap<HookPoint, Map<String, FittedPlace>> first,
      SortedMap<HookPoint, Map<String, FittedPlace>> second, List<SetOverlap> overlaps,
      List<FunctionalTransfer> functional) {
    first.forEach((hook, places) -> places.forEach((dataset, place) -> {
      FittedPlace other = second.getOrDefault(hook, Map.of()).get(dataset);
      if (other != null && other.width() == place.width()) {
        overlaps.addAll(SetComparison.of(place, other, settings.sizes()));
        add(functional, place, other, true);
        add(functional, other, place, true);
      }
    }));
  }

  private void add(List<FunctionalTransfer> functional, FittedPlace from, FittedPlace to, boolean sameData) {
    int k = new SetSize(settings.refitted()).of(to.width());
    FunctionalTransfer transfer = new ProbeTransfer(k, settings.resamples(),
        streams.of(from.place() + " to " + to.place() + " " + to.hook())).of(from, to, sameData);
    if (transfer != null) {
      functional.add(transfer);
    }
  }
}
