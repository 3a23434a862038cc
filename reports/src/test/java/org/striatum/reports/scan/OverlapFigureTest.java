package org.striatum.reports.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.probe.model.HookPoint;
import org.striatum.reports.page.Chart;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.OverlapMatrix;
import org.striatum.studies.series.SeriesResults.Place;

/// A page has a bounded number of cells, however many checkpoints and hook points there are.
class OverlapFigureTest {
  private static SeriesResults series(int checkpoints, int hooks, int datasets) {
    Random random = new Random(1);
    List<OverlapMatrix> matrices = new ArrayList<>();
    for (int d = 0; d < datasets; d++) {
      for (int hook = 0; hook < hooks; hook++) {
        List<List<Integer>> shared = new ArrayList<>();
        for (int i = 1; i < checkpoints; i++) {
          shared.add(IntStream.range(0, i).mapToObj(_ -> random.nextInt(10)).toList());
        }
        matrices.add(new OverlapMatrix("task" + d, HookPoint.residPost(hook), Kind.VALUE, 10, 200,
            IntStream.range(0, checkpoints).boxed().toList(), shared));
      }
    }
    return new SeriesResults(IntStream.range(1, checkpoints + 1).mapToObj(i -> Place.of("step" + i)).toList(), "5%",
        List.of(), List.of(), matrices, List.of(), List.of(), List.of());
  }

  private static Chart chart(SeriesResults results) {
    return new OverlapFigure(results).figure().chart();
  }

  @Test
  void fewPairsAtEveryHookPoint() {
    Chart chart = chart(series(8, 3, 2));
    assertThat(chart.rows()).hasSize(8 * 7 * 3 * 2);
    assertThat(chart.choice().options()).hasSize(6);
  }

  @ParameterizedTest
  @CsvSource({"40, 16, 4, 4", "150, 1, 1, 1", "150, 3, 1, 1", "150, 32, 4, 4", "1000, 2, 3, 3"})
  void manyAsMeansWithTheFirstAndTheLast(int checkpoints, int hooks, int datasets, int options) {
    Chart chart = chart(series(checkpoints, hooks, datasets));
    assertThat(chart.rows().size()).isBetween(OverlapFigure.CELLS / 4, OverlapFigure.CELLS);
    assertThat(chart.choice().options()).hasSize(options);
    List<Object> shown = chart.rows().stream().map(List::getFirst).distinct().toList();
    assertThat(shown).startsWith("step1").endsWith("step" + checkpoints);
    assertThat(chart.rows().size()).isEqualTo(shown.size() * (shown.size() - 1) * options);
  }

  @Test
  void aMeanIsThatOfTheHookPoints() {
    SeriesResults results = series(60, 8, 1);
    Chart chart = chart(results);
    List<Object> row = chart.rows().stream()
        .filter(one -> one.get(0).equals("step3") && one.get(1).equals("step60")).findFirst().orElseThrow();
    assertThat((double) row.get(3)).isEqualTo(results.pairs()
        .filter(one -> one.first().equals("step3") && one.second().equals("step60"))
        .mapToDouble(SeriesResults.SetOverlap::iou).sum() / 8);
    List<Integer> shown = IntStream.of(OverlapFigure.shown(1000, 4)).boxed().toList();
    assertThat(shown).doesNotHaveDuplicates().isSortedAccordingTo(Integer::compare).startsWith(0).endsWith(999);
    List<Integer> gaps = IntStream.range(1, shown.size()).mapToObj(i -> shown.get(i) - shown.get(i - 1)).toList();
    assertThat(Collections.max(gaps) - Collections.min(gaps)).isLessThanOrEqualTo(1);
  }
}
