package org.striatum.studies.series;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Function;
import org.striatum.probe.dopamine.DopamineResults;
import org.striatum.probe.dopamine.DopamineVerdict;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.probe.transfer.SetSize;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.probe.value.ProbeKind;
import org.striatum.probe.value.ValueNeuronResults.DatasetSummary;
import org.striatum.probe.value.ValueNeuronResults.LayerProbes;
import org.striatum.probe.value.ValueNeuronResults.ProbeAuroc;
import org.striatum.studies.series.ComparedSets.Where;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.Point;

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

  /// Compares. Checkpoints are read once, one at a time, along training; of each are kept its figures and its sets as bits.
  ///
  /// @param names of the checkpoints, distinct, in order
  /// @param read a checkpoint by its name
  /// @param bases of pairs, with the names of the checkpoints; two that no pair tests are compared where tested pairs link them
  public SeriesResults run(List<String> names, Function<String, SeriesCheckpoint> read, List<Basis> bases) {
    CommonBases common = new CommonBases(bases);
    Map<String, List<Point>> points = new HashMap<>();
    Map<Where, ComparedSets> compared = new HashMap<>();
    for (String name : Place.along(names)) {
      SeriesCheckpoint checkpoint = read.apply(name);
      points.put(name,
          checkpoint.results().values().datasets().stream().map(dataset -> point(checkpoint, dataset)).toList());
      int index = names.indexOf(name);
      int at = 0;
      for (Map.Entry<Where, List<Integer>> ranking : rankings(checkpoint).entrySet()) {
        compared.computeIfAbsent(ranking.getKey(), where -> new ComparedSets(where, names, common))
            .add(index, at++, ranking.getValue(), size.of(ranking.getValue().size()));
      }
    }
    List<ComparedSets> sets = compared.values().stream().sorted().toList();
    return new SeriesResults(names.stream().map(Place::of).toList(), size.name(),
        names.stream().flatMap(name -> points.get(name).stream()).toList(), bases,
        sets.stream().flatMap(one -> one.overlaps().stream()).toList(),
        sets.stream().flatMap(one -> one.turnovers().stream()).toList(),
        sets.stream().flatMap(one -> one.lives().stream()).toList(),
        bases.stream().filter(basis -> !basis.common())
            .map(basis -> "%s and %s: %s".formatted(basis.first(), basis.second(), basis.reason())).toList());
  }

  /// The rankings that make sets: of each place and kind the first.
  private static SequencedMap<Where, List<Integer>> rankings(SeriesCheckpoint checkpoint) {
    SequencedMap<Where, List<Integer>> rankings = new LinkedHashMap<>();
    checkpoint.results().values().layers()
        .forEach(layer -> rankings.putIfAbsent(new Where(layer.dataset(), layer.hook(), Kind.VALUE), layer.order()));
    if (checkpoint.results().dopamine() != null) {
      checkpoint.results().dopamine().layers().forEach(
          layer -> rankings.putIfAbsent(new Where(layer.dataset(), layer.hook(), Kind.DOPAMINE), layer.order()));
    }
    rankings.values().removeIf(order -> order.size() < 2);
    return rankings;
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
}
