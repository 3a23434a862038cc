package org.striatum.studies.series;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineVerdict;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.SetSize;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Life;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.Point;
import org.striatum.studies.series.SeriesResults.SetOverlap;
import org.striatum.studies.series.SeriesResults.Turnover;

/// Compares checkpoints. Coordinates are compared only between checkpoints that share a basis
/// ([org.striatum.probe.transfer.TransferStudy#basis]); appearance and loss only along training, between checkpoints whose
/// names end with a step.
///
///     IoU(a, b) = |a ∩ b| / |a ∪ b|
///
/// @param size of the sets
public record SeriesStudy(SetSize size) {
  /// 13 coordinates of 256: at the paper's 1 % a single one moves the IoU by a fifth.
  public static final SeriesStudy DEFAULT = new SeriesStudy(new SetSize("5%"));

  /// A dataset and hook point whose rankings are compared.
  private record Where(String dataset, HookPoint hook, Kind kind) {}

  /// What is kept of a checkpoint, so that many can be compared: its figures, and its rankings by dataset and hook point.
  private record Seen(Place place, List<Point> points, SequencedMap<Where, Ranked> rankings) {
    Optional<Ranked> at(Where where) {
      return Optional.ofNullable(rankings.get(where));
    }
  }

  /// A ranking of all coordinates for one dataset and hook point.
  private static final class Ranked {
    private final String checkpoint;
    private final int[] order;
    private final Set<Integer> set;

    /// @param order coordinates, best first
    /// @param k size of the set
    Ranked(String checkpoint, List<Integer> order, int k) {
      this.checkpoint = checkpoint;
      this.order = order.stream().mapToInt(Integer::intValue).toArray();
      this.set = new LinkedHashSet<>(order.subList(0, k));
    }

    int width() {
      return order.length;
    }

    int rank(int coordinate) {
      int rank = 0;
      while (rank < order.length && order[rank] != coordinate) {
        rank++;
      }
      return rank;
    }
  }

  /// Compares. Checkpoints are read once, one at a time.
  ///
  /// @param checkpoints in order, with distinct names
  /// @param bases of every pair, with the names of the checkpoints
  public SeriesResults run(Iterable<SeriesCheckpoint> checkpoints, List<Basis> bases) {
    List<Seen> all = new ArrayList<>();
    checkpoints.forEach(one -> all.add(seen(one)));
    Set<Set<String>> common = new HashSet<>();
    List<String> notes = new ArrayList<>();
    for (Basis basis : bases) {
      if (basis.common()) {
        common.add(Set.of(basis.first(), basis.second()));
      } else {
        notes.add("%s and %s: %s".formatted(basis.first(), basis.second(), basis.reason()));
      }
    }
    List<SetOverlap> overlaps = new ArrayList<>();
    List<Turnover> turnovers = new ArrayList<>();
    List<Life> lives = new ArrayList<>();
    List<Seen> inTraining = all.stream().filter(one -> one.place().step() != null)
        .sorted(Comparator.comparing(one -> one.place().step())).toList();
    Set<Where> places = new LinkedHashSet<>();
    all.forEach(one -> places.addAll(one.rankings().sequencedKeySet()));
    for (Where where : places) {
      List<Ranked> ranked = all.stream().flatMap(one -> one.at(where).stream()).toList();
      for (int i = 0; i < ranked.size(); i++) {
        for (Ranked later : ranked.subList(i + 1, ranked.size())) {
          if (common.contains(Set.of(ranked.get(i).checkpoint, later.checkpoint))) {
            overlaps.add(overlap(ranked.get(i), later, where));
          }
        }
      }
      List<Ranked> trained = inTraining.stream().flatMap(one -> one.at(where).stream()).toList();
      List<Turnover> along = new ArrayList<>();
      for (int i = 1; i < trained.size(); i++) {
        if (common.contains(Set.of(trained.get(i - 1).checkpoint, trained.get(i).checkpoint))) {
          along.add(turnover(trained.get(i - 1), trained.get(i), where));
        }
      }
      turnovers.addAll(along);
      if (trained.size() > 1 && along.size() == trained.size() - 1) { // one basis from end to end
        lives.addAll(lives(trained, where));
      }
    }
    return new SeriesResults(all.stream().map(Seen::place).toList(), size.name(),
        all.stream().flatMap(one -> one.points().stream()).toList(), bases, overlaps, turnovers, lives, notes);
  }

  private Seen seen(SeriesCheckpoint checkpoint) {
    SequencedMap<Where, Ranked> rankings = new LinkedHashMap<>();
    checkpoint.results().values().layers().forEach(layer -> rank(checkpoint.name(),
        new Where(layer.dataset(), layer.hook(), Kind.VALUE), layer.order(), rankings));
    if (checkpoint.results().dopamine() != null) {
      checkpoint.results().dopamine().layers().forEach(layer -> rank(checkpoint.name(),
          new Where(layer.dataset(), layer.hook(), Kind.DOPAMINE), layer.order(), rankings));
    }
    return new Seen(new Place(checkpoint.name(), checkpoint.step()),
        checkpoint.results().values().datasets().stream().map(dataset -> point(checkpoint, dataset)).toList(),
        rankings);
  }

  private void rank(String checkpoint, Where where, List<Integer> order, Map<Where, Ranked> rankings) {
    if (order.size() > 1) {
      rankings.putIfAbsent(where, new Ranked(checkpoint, order, size.of(order.size())));
    }
  }

  private static Point point(SeriesCheckpoint checkpoint, DatasetSummary dataset) {
    Optional<LayerProbes> best = checkpoint.results().values().layers().stream()
        .filter(layer -> layer.dataset().equals(dataset.dataset()) && linear(layer).isPresent())
        .max(Comparator.comparingDouble(layer -> linear(layer).orElseThrow().validation()));
    Integer significant = checkpoint.results().dopamine() == null
        ? null
        : significant(checkpoint.results().dopamine(), dataset.dataset());
    return new Point(checkpoint.name(), checkpoint.step(), dataset.dataset(), dataset.accuracy(),
        dataset.promptLengthAuroc() == null ? Estimate.exact(Double.NaN) : dataset.promptLengthAuroc(),
        best.map(LayerProbes::hook).orElse(null),
        best.flatMap(SeriesStudy::linear).map(ProbeAuroc::test).orElse(Estimate.exact(Double.NaN)), significant);
  }

  /// How many coordinates pass; null where nothing is known: no hook point could be studied, or nothing that was planted was found.
  private static Integer significant(DopamineResults found, String dataset) {
    return found.verdicts().stream().filter(one -> one.dataset().equals(dataset))
        .filter(one -> one.verdict() != Verdict.NOT_TESTED).map(DopamineVerdict::significant).findFirst().orElse(null);
  }

  private static Optional<ProbeAuroc> linear(LayerProbes layer) {
    return layer.probes().stream()
        .filter(probe -> probe.probe() == ProbeKind.LINEAR && !Double.isNaN(probe.validation()))
        .findFirst();
  }

  private static SetOverlap overlap(Ranked first, Ranked second, Where where) {
    Overlap overlap = Overlap.of(first.set, second.set, first.width());
    return new SetOverlap(first.checkpoint, second.checkpoint, where.dataset(), where.hook(), where.kind(),
        first.set.size(), first.width(), overlap.shared(), overlap.iou(), overlap.expectedIou(), overlap.p());
  }

  private static Turnover turnover(Ranked from, Ranked to, Where where) {
    SortedSet<Integer> either = new TreeSet<>(from.set);
    either.addAll(to.set);
    double drift = either.stream().mapToDouble(j -> Math.abs(from.rank(j) - to.rank(j)))
        .average().orElse(Double.NaN) / from.width();
    return new Turnover(from.checkpoint, to.checkpoint, where.dataset(), where.hook(), where.kind(),
        either.stream().filter(j -> from.set.contains(j) && to.set.contains(j)).toList(),
        either.stream().filter(j -> !from.set.contains(j)).toList(),
        either.stream().filter(j -> !to.set.contains(j)).toList(), drift);
  }

  private static List<Life> lives(List<Ranked> trained, Where where) {
    SortedSet<Integer> ever = new TreeSet<>();
    trained.forEach(one -> ever.addAll(one.set));
    List<Life> lives = new ArrayList<>();
    for (int coordinate : ever) {
      List<Ranked> present = trained.stream().filter(one -> one.set.contains(coordinate)).toList();
      int row = 0;
      int longest = 0;
      for (Ranked one : trained) {
        row = one.set.contains(coordinate) ? row + 1 : 0;
        longest = Math.max(longest, row);
      }
      lives.add(new Life(where.dataset(), where.hook(), where.kind(), coordinate, present.getFirst().checkpoint,
          present.getLast().checkpoint, present.size(), trained.size(), longest));
    }
    return lives;
  }
}
