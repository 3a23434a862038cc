package org.striatum.probe.transfer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.striatum.probe.stats.FalseDiscovery;
import org.striatum.probe.stats.Overlap;
import org.striatum.probe.transfer.TransferResults.SetOverlap;

/// Compares the top coordinates of two places, by the linear probe's weights (which are cheap enough to rank halves by,
/// for a ceiling) and by the runs' own ranking.
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
      double halves = mean(
          opposite(a.orders().halves(), b.orders().halves()).stream().mapToDouble(two -> iou(two[0], two[1], k)));
      double ceiling = mean(Stream.of(a, b).flatMap(place -> place.orders().halves().stream())
          .filter(own -> own.length == 2).mapToDouble(own -> iou(own[0], own[1], k)));
      overlaps.add(overlap(a, b, LINEAR_WEIGHT, size, k, a.orders().linear(), b.orders().linear(), halves, ceiling));
      if (a.orders().studied() != null && b.orders().studied() != null) {
        overlaps
            .add(overlap(a, b, STUDIED, size, k, a.orders().studied(), b.orders().studied(), Double.NaN, Double.NaN));
      }
    }
    return overlaps;
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

  /// A half of the one beside the opposite half of the other, both ways: no problem is in both.
  private static List<int[][]> opposite(List<int[][]> a, List<int[][]> b) {
    List<int[][]> pairs = new ArrayList<>();
    for (int h = 0; h < a.size(); h++) {
      if (a.get(h).length == 2 && b.get(h).length == 2) {
        pairs.add(new int[][]{a.get(h)[0], b.get(h)[1]});
        pairs.add(new int[][]{a.get(h)[1], b.get(h)[0]});
      }
    }
    return pairs;
  }

  private static double iou(int[] first, int[] second, int k) {
    return Overlap.of(head(first, k), head(second, k), first.length).iou();
  }

  private static List<Integer> head(int[] order, int k) {
    return Arrays.stream(order, 0, k).boxed().toList();
  }

  private static double mean(DoubleStream values) {
    return values.average().orElse(Double.NaN);
  }
}
