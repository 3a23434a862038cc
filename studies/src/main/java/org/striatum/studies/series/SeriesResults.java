package org.striatum.studies.series;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.transfer.TransferResults.Basis;

/// The comparison of a series of checkpoints: a plain record of figures.
///
/// @param checkpoints in order
/// @param size of the sets that are compared, as in `5%`
/// @param points one row per checkpoint and dataset
/// @param bases one row per tested pair of checkpoints: whether coordinates can be compared one by one
/// @param overlaps one matrix per dataset, hook point and kind of set; see [#pairs]
/// @param turnovers one row per dataset, hook point, kind and neighbours in training that share a basis
/// @param lives one row per neuron that was in the set of any checkpoint of the trained series
/// @param notes what could not be compared, and why
public record SeriesResults(List<Place> checkpoints, String size, List<Point> points, List<Basis> bases,
    List<OverlapMatrix> overlaps, List<Turnover> turnovers, List<Life> lives, List<String> notes) {
  public SeriesResults {
    checkpoints = List.copyOf(checkpoints);
    points = List.copyOf(points);
    bases = List.copyOf(bases);
    overlaps = List.copyOf(overlaps);
    turnovers = List.copyOf(turnovers);
    lives = List.copyOf(lives);
    notes = List.copyOf(notes);
  }

  /// The overlap of every two sets whose checkpoints share a basis, matrix by matrix, computed as they are asked for: their number
  /// grows with the square of that of the checkpoints.
  public Stream<SetOverlap> pairs() {
    return overlaps.stream().flatMap(matrix -> matrix.pairs(checkpoints));
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
  public record Place(String name, Long step) {
    private static final Pattern STEP = Pattern.compile("(?:^|\\D)(\\d{1,15})$");

    /// The place of a checkpoint of this name: `step3000` and `checkpoint-500` end with their step.
    public static Place of(String name) {
      Matcher matcher = STEP.matcher(name);
      return new Place(name, matcher.find() ? Long.valueOf(matcher.group(1)) : null);
    }

    /// Checkpoints along training: by step, then those without one as they are given.
    static List<String> along(List<String> names) {
      return names.stream().map(Place::of)
          .sorted(Comparator.comparing(Place::step, Comparator.nullsLast(Comparator.naturalOrder()))).map(Place::name)
          .toList();
    }
  }

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

  /// How many coordinates the sets of every two checkpoints share, on one dataset at one hook point.
  ///
  /// @param k number of coordinates in each set
  /// @param width number of coordinates they are drawn from
  /// @param places the checkpoints that have such a set, as indices in the list of all, rising
  /// @param shared one row per place but the first: what its set shares with that of each place before it; −1 where the two share no
  ///     basis
  public record OverlapMatrix(String dataset, HookPoint hook, Kind kind, int k, int width, List<Integer> places,
      List<List<Integer>> shared) {
    public OverlapMatrix {
      places = List.copyOf(places);
      shared = shared.stream().map(List::copyOf).toList();
      if (!shared.stream().map(List::size).toList().equals(IntStream.range(1, places.size()).boxed().toList())) {
        throw new IllegalArgumentException("a matrix of overlaps must have a row per place but the first, of one number more than the"
            + " one before, found " + shared.size() + " rows for " + places.size() + " places");
      }
    }

    /// The pairs that share a basis, by the first and then by the second checkpoint.
    ///
    /// @param all checkpoints
    public Stream<SetOverlap> pairs(List<Place> all) {
      Map<Integer, SetOverlap> byShared = new HashMap<>(); // the figures depend on nothing else
      return IntStream.range(0, places.size()).boxed().flatMap(i -> IntStream.range(i + 1, places.size())
          .filter(j -> shared.get(j - 1).get(i) >= 0)
          .mapToObj(j -> byShared.computeIfAbsent(shared.get(j - 1).get(i), this::figures).of(name(all, i), name(all, j))));
    }

    /// The figures of two sets that share so many; it names no checkpoints.
    public SetOverlap figures(int count) {
      Overlap overlap = new Overlap(width, k, k, count);
      return new SetOverlap(null, null, dataset, hook, kind, k, width, count, overlap.iou(), overlap.expectedIou(),
          overlap.p());
    }

    private String name(List<Place> all, int place) {
      return all.get(places.get(place)).name();
    }
  }

  /// The overlap of the sets of two checkpoints.
  ///
  /// @param k number of coordinates in each
  /// @param width number of coordinates they are drawn from
  /// @param chance mean IoU of random sets of this size
  /// @param p hypergeometric upper tail of the shared count, uncorrected
  public record SetOverlap(String first, String second, String dataset, HookPoint hook, Kind kind, int k, int width,
      int shared, double iou, double chance, double p) {
    SetOverlap of(String one, String other) {
      return new SetOverlap(one, other, dataset, hook, kind, k, width, shared, iou, chance, p);
    }
  }

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
