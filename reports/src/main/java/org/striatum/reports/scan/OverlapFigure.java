package org.striatum.reports.scan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.striatum.probe.transfer.SetSize;
import org.striatum.reports.page.Channel;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.reports.page.MatrixChart;
import org.striatum.reports.page.Notation;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.OverlapMatrix;
import org.striatum.studies.series.SeriesResults.Place;
import org.striatum.studies.series.SeriesResults.SetOverlap;

/// Which sets of two checkpoints overlap, as a square of cells. A page holds at most [#CELLS] of them: where there are more, means over
/// hook points are shown, and if these are still too many, checkpoints in even distances, with the first and the last.
record OverlapFigure(SeriesResults results) {
  static final int CELLS = 24_000;

  /// The chart; null if no two checkpoints share a basis.
  Figure figure() {
    if (results.overlaps().isEmpty()) {
      return null;
    }
    long all = results.overlaps().stream().mapToLong(matrix -> (long) matrix.places().size()
        * (matrix.places().size() - 1)).sum();
    return all <= CELLS ? ofEveryHook() : ofMeans();
  }

  private Figure ofEveryHook() {
    List<String> order = results.checkpoints().stream().map(Place::name).toList();
    List<List<Object>> rows = new ArrayList<>();
    results.pairs().forEach(one -> {
      for (boolean forth : new boolean[]{true, false}) {
        rows.add(Chart.row(forth ? one.first() : one.second(), forth ? one.second() : one.first(),
            one.dataset() + ", " + ScanFigures.place(one.kind(), one.hook()), one.iou(), iou(one.iou()),
            chance(one.chance()), one.shared() + " of " + one.k(), Notation.p(one.p())));
      }
    });
    rows.sort(Comparator.comparingInt(row -> order.indexOf(row.getFirst())));
    return figure(List.of("first", "second", "where", "iou", "_iou", "_chance", "_shared", "_p"), rows,
        Channel.titles("first", "checkpoint", "second", "and", "_iou", "IoU", "_chance", "chance", "_shared", "shared",
            "_p", "p, uncorrected"),
        ". The tooltip shows chance and the hypergeometric p.");
  }

  /// Sums over hook points of one dataset and kind, by the places of two checkpoints among those that are shown.
  private record Sums(double[][] iou, double[][] chance, int[][] hooks) {
    Sums(int n) {
      this(new double[n][n], new double[n][n], new int[n][n]);
    }
  }

  private Figure ofMeans() {
    SequencedMap<String, List<OverlapMatrix>> groups = new LinkedHashMap<>();
    results.overlaps().forEach(matrix -> groups
        .computeIfAbsent(matrix.dataset() + ", " + ScanFigures.places(matrix.kind()), _ -> new ArrayList<>())
        .add(matrix));
    int[] shown = shown(results.checkpoints().size(), groups.size());
    List<List<Object>> rows = new ArrayList<>();
    groups.forEach((where, matrices) -> {
      Sums sums = sums(matrices, shown);
      for (int i = 0; i < shown.length; i++) {
        for (int j = 0; j < shown.length; j++) {
          int hooks = sums.hooks()[i][j];
          if (hooks > 0) {
            double iou = sums.iou()[i][j] / hooks;
            rows.add(Chart.row(name(shown[i]), name(shown[j]), where, iou, iou(iou),
                chance(sums.chance()[i][j] / hooks)));
          }
        }
      }
    });
    String fewer = shown.length < results.checkpoints().size()
        ? ". Of %d checkpoints %d are shown, in even distances; the results database has all pairs.".formatted(
            results.checkpoints().size(), shown.length)
        : ". The results database has every hook point.";
    return figure(List.of("first", "second", "where", "iou", "_iou", "_chance"), rows, Channel.titles("first",
        "checkpoint", "second", "and", "_iou", "mean IoU", "_chance", "chance"),
        ", the mean over hook points" + fewer);
  }

  private static Sums sums(List<OverlapMatrix> matrices, int[] shown) {
    Sums sums = new Sums(shown.length);
    for (OverlapMatrix matrix : matrices) {
      Map<Integer, SetOverlap> byShared = new HashMap<>();
      int[] rowOf = IntStream.of(shown).map(matrix.places()::indexOf).toArray();
      for (int i = 0; i < shown.length; i++) {
        for (int j = i + 1; j < shown.length; j++) {
          int shared = rowOf[i] < 0 || rowOf[j] < 0 ? -1 : matrix.shared().get(rowOf[j] - 1).get(rowOf[i]);
          if (shared >= 0) {
            SetOverlap figures = byShared.computeIfAbsent(shared, matrix::figures);
            add(sums, i, j, figures);
            add(sums, j, i, figures);
          }
        }
      }
    }
    return sums;
  }

  private static void add(Sums sums, int i, int j, SetOverlap found) {
    sums.iou()[i][j] += found.iou();
    sums.chance()[i][j] += found.chance();
    sums.hooks()[i][j]++;
  }

  /// Indices of the checkpoints whose pairs fit on a page, with the first and the last.
  static int[] shown(int checkpoints, int groups) {
    int most = Math.max(2, (int) ((1 + Math.sqrt(1 + 4.0 * CELLS / groups)) / 2));
    return checkpoints <= most
        ? IntStream.range(0, checkpoints).toArray()
        : IntStream.range(0, most).map(i -> (int) Math.round(i * (checkpoints - 1.0) / (most - 1))).toArray();
  }

  private Figure figure(List<String> columns, List<List<Object>> rows, SequencedMap<String, String> titles,
      String remark) {
    Chart chart = MatrixChart.of("series-overlap", "Overlap of the sets of two checkpoints", "iou", columns, rows,
        "_iou", titles, 0, 1,
        ScanFigures.choice(rows.stream().map(row -> (String) row.get(2)).distinct().sorted().toList()), "", "");
    return new Figure("Which sets overlap?", "Intersection over union of the best "
        + new SetSize(results.size()).words() + " of two checkpoints that share a basis" + remark, chart);
  }

  private String name(int checkpoint) {
    return results.checkpoints().get(checkpoint).name();
  }

  private static String iou(double value) {
    return Notation.decimals(value, 2);
  }

  private static String chance(double value) {
    return Notation.decimals(value, 3);
  }
}
