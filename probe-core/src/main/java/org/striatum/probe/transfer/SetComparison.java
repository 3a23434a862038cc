package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

/// Compares the top coordinates of two places, by the linear probe's weights and by the runs' own ranking.
final class SetComparison {
  static final String LINEAR_WEIGHT = "linear-weight";
  /// What a run's own ranking is called here.
  static final String STUDIED = "study";

  private SetComparison() {}

  /// Overlaps of two places at one hook point, q not yet known.
  static List<SetOverlap> of(FittedPlace a, FittedPlace b, List<String> sizes) {
    List<SetOverlap> overlaps = new ArrayList<>();
    for (String size : sizes) {
      int k = new SetSize(size).of(a.width());
      double halves = iou(a.halves().between(b.halves(), k, 0));
      double ceiling = iou(HalfSets.mean(a.halves().within(k, 0), b.halves().within(k, 0)));
      overlaps.add(overlap(a, b, LINEAR_WEIGHT, size, k, a.orders().linear(), b.orders().linear(), halves, ceiling));
      if (a.orders().studied() != null && b.orders().studied() != null) {
        overlaps
            .add(overlap(a, b, STUDIED, size, k, a.orders().studied(), b.orders().studied(), Double.NaN, Double.NaN));
      }
    }
    return overlaps;
  }

  /// The largest set of these sizes in a layer.
  static int largest(TransferSettings settings, int width) {
    return Stream.concat(settings.sizes().stream(), Stream.of(settings.refitted()))
        .mapToInt(size -> new SetSize(size).of(width)).max().orElseThrow();
  }

  /// Every overlap, in its place, with its q over all of its ranking.
  static List<SetOverlap> adjusted(List<SetOverlap> overlaps) {
    SetOverlap[] adjusted = new SetOverlap[overlaps.size()];
    for (String ranking : List.of(LINEAR_WEIGHT, STUDIED)) {
      int[] family = IntStream.range(0, overlaps.size()).filter(i -> overlaps.get(i).ranking().equals(ranking))
          .toArray();
      double[] q = FalseDiscovery
          .benjaminiHochberg(Arrays.stream(family).mapToDouble(i -> overlaps.get(i).p()).toArray());
      for (int i = 0; i < q.length; i++) {
        SetOverlap o = overlaps.get(family[i]);
        adjusted[family[i]] = new SetOverlap(o.first(), o.second(), o.hook(), o.ranking(), o.size(), o.k(), o.width(),
            o.shared(), o.iou(), o.chance(), o.p(), q[i], o.halves(), o.ceiling());
      }
    }
    return List.of(adjusted);
  }

  private static SetOverlap overlap(FittedPlace a, FittedPlace b, String ranking, String size, int k, int[] first,
      int[] second, double halves, double ceiling) {
    Overlap overlap = Overlap.of(head(first, k), head(second, k), a.width());
    return new SetOverlap(a.place(), b.place(), a.hook(), ranking, size, k, a.width(), overlap.shared(), overlap.iou(),
        overlap.expectedIou(), overlap.p(), Double.NaN, halves, ceiling);
  }

  /// Of two sets of one size, from the share that they have in common.
  private static double iou(double shared) {
    return shared / (2 - shared);
  }

  private static List<Integer> head(int[] order, int k) {
    return Arrays.stream(order, 0, k).boxed().toList();
  }
}
