package org.striatum.studies.series;

import java.util.List;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.transfer.TransferResults.Basis;

/// The comparison of a series of checkpoints: a plain record of figures.
///
/// @param checkpoints in order
/// @param size of the sets that are compared, as in `5%`
/// @param points one row per checkpoint and dataset
/// @param bases one row per pair of checkpoints: whether coordinates can be compared one by one
/// @param overlaps one row per dataset, hook point, kind of set and pair of checkpoints that share a basis
/// @param turnovers one row per dataset, hook point, kind and neighbours in training that share a basis
/// @param lives one row per neuron that was in the set of any checkpoint of the trained series
/// @param notes what could not be compared, and why
public record SeriesResults(List<Place> checkpoints, String size, List<Point> points, List<Basis> bases,
    List<SetOverlap> overlaps, List<Turnover> turnovers, List<Life> lives, List<String> notes) {
  public SeriesResults {
    checkpoints = List.copyOf(checkpoints);
    points = List.copyOf(points);
    bases = List.copyOf(bases);
    overlaps = List.copyOf(overlaps);
    turnovers = List.copyOf(turnovers);
    lives = List.copyOf(lives);
    notes = List.copyOf(notes);
  }

  /// Which sets are compared.
  public enum Kind {
    /// The best coordinates of the value study's ranking.
    VALUE,
    /// The best coordinates of the dopamine study's ranking; they need not pass the signature test.
    DOPAMINE
  }

  /// A checkpoint's position in the series.
  ///
  /// @param step of training; null if its name does not end with one
  public record Place(String name, Long step) {}

  /// The figures of a checkpoint on a dataset.
  ///
  /// @param accuracy mean reward
  /// @param promptLength test AUROC of the prompt's length
  /// @param hook where the linear probe is best on validation problems; null if none could be fitted
  /// @param value test AUROC of V(s₀) by the linear probe there
  /// @param significant coordinates that pass the signature test of dopamine neurons, over all hook points; null where nothing
  ///     is known: it was not made, no hook point could be studied, or nothing that was planted was found
  public record Point(String checkpoint, Long step, String dataset, Estimate accuracy, Estimate promptLength,
      HookPoint hook, Estimate value, Integer significant) {}

  /// The overlap of the sets of two checkpoints.
  ///
  /// @param k number of coordinates in each
  /// @param width number of coordinates they are drawn from
  /// @param chance mean IoU of random sets of this size
  /// @param p hypergeometric upper tail of the shared count, uncorrected
  public record SetOverlap(String first, String second, String dataset, HookPoint hook, Kind kind, int k, int width,
      int shared, double iou, double chance, double p) {}

  /// The change of a set from one checkpoint to the next.
  ///
  /// @param kept in both sets; born, only in the later; lost, only in the earlier
  /// @param drift mean change of rank of those in either set, as a share of the width
  public record Turnover(String from, String to, String dataset, HookPoint hook, Kind kind, List<Integer> kept,
      List<Integer> born, List<Integer> lost, double drift) {}

  /// A neuron along the series.
  ///
  /// @param first first checkpoint whose set contains it; `last` is the last one
  /// @param present number of checkpoints whose sets contain it; `of` is the number studied
  /// @param longest largest number of checkpoints in a row
  public record Life(String dataset, HookPoint hook, Kind kind, int coordinate, String first, String last, int present,
      int of, int longest) {}
}
