package org.striatum.reports.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.model.HookPoint;
import org.striatum.probe.transfer.TransferResults.Basis;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.studies.results.StudyResults;
import org.striatum.studies.series.SeriesCheckpoint;
import org.striatum.studies.series.SeriesResults;
import org.striatum.studies.series.SeriesResults.Kind;
import org.striatum.studies.series.SeriesResults.Turnover;

class ScanReportTest {
  @Test
  void everyCheckpointWithItsReportAndEveryFailure() {
    String page = ScanReport.render(ExampleSeries.content());
    assertThat(page).contains("2 of 3 checkpoints studied, 1 failed, 1 with the same files as another.",
        "href=\"./step300/report.html\"", "href=\"./step1000/report.html\"",
        "step600 &lt;b&gt;#1&lt;/b&gt;", "model.safetensors is truncated &lt;/script&gt;",
        "/models/step300-copy has the same files as step300",
        "chain-arithmetic: V(s₀) predicts success at 2 of 2 checkpoints (interval of the AUROC above ½); from step300 to "
            + "step1000 accuracy changes from 62.1 % to 62.1 %",
        "Value sets (best 5 % of coordinates): 1 of 1 pairs of checkpoints share a basis; their sets overlap with a mean IoU of 1.000");
  }

  @Test
  void accuracyAurocAndOverlapOverSteps() {
    List<Figure> figures = new ScanFigures(ExampleSeries.results()).all();
    assertThat(figures).extracting(figure -> figure.chart().id()).containsExactly("series-curves", "series-turnover",
        "series-overlap");
    String page = ScanReport.render(ExampleSeries.content());
    assertThat(figures).allSatisfy(figure -> {
      assertThat(figure.chart().rows()).isNotEmpty();
      assertThat(page).contains("id=\"" + figure.chart().id() + "\"");
    });
    Chart curves = figures.getFirst().chart();
    assertThat(curves.rows()).extracting(row -> row.get(curves.columns().indexOf("x"))).contains(300L, 1000L);
    assertThat(curves.choice().options()).contains("accuracy", "AUROC of V(s₀)", "AUROC of prompt length");
  }

  @Test
  void aScanWithoutResultsSaysSo() {
    ScanReport.Content content = new ScanReport.Content("Scan", ExampleSeries.compared(List.of(), List.of()),
        List.of(), List.of(), "{}");
    assertThat(ScanReport.render(content)).contains("0 of 0 checkpoints studied", "No checkpoint has figures to show.",
        "Every checkpoint was studied.");
  }

  /// The page of a few hundred checkpoints opens with its sentences and charts, not with a table of all figures.
  @Test
  void whatIsLongIsFolded() {
    StudyResults results = ExampleSeries.checkpoints().getFirst().results();
    List<SeriesCheckpoint> many = IntStream.range(1, 30)
        .mapToObj(step -> new SeriesCheckpoint("step" + step, results, List.of())).toList();
    List<Basis> refused = IntStream.range(1, 29).mapToObj(step -> new Basis("step" + step, "step" + (step + 1), false,
        "no common basis", 40, 0.1, 0.1, 0, 0.5)).toList();
    String page = ScanReport.render(new ScanReport.Content("Many", ExampleSeries.compared(many, refused), List.of(),
        List.of(), "{}"));
    inOrder(page, "<details class=\"more\"", "The figures of all checkpoints and tasks",
        "href=\"./step29/report.html\"", "</details>");
    inOrder(page, "<summary>28 pairs of checkpoints without a common basis", "step1 and step2:", "step28 and step29:",
        "</details>");
    assertThat(ScanReport.render(ExampleSeries.content())).doesNotContain("The figures of all checkpoints",
        "of checkpoints without a common basis");
  }

  /// As `containsSubsequence`, which takes minutes for a page.
  private static void inOrder(String page, String... parts) {
    int from = 0;
    for (String part : parts) {
      int at = page.indexOf(part, from);
      assertThat(at).as(part).isNotNegative();
      from = at + part.length();
    }
  }

  /// One line a task and kind where points of every hook point would be too many.
  @Test
  void persistenceAsMeansOverHookPoints() {
    List<Turnover> turnovers = new ArrayList<>();
    for (int step = 1; step <= 100; step++) {
      for (int hook = 0; hook < 60; hook++) {
        turnovers.add(new Turnover("step" + step, "step" + (step + 1), "mul", HookPoint.residPost(hook), Kind.VALUE,
            hook % 2 == 0 ? List.of(1, 2) : List.of(1), hook % 2 == 0 ? List.of() : List.of(3),
            hook % 2 == 0 ? List.of() : List.of(2), 0.25));
      }
    }
    SeriesResults few = new SeriesResults(List.of(), "5%", List.of(), List.of(), List.of(), turnovers.subList(0, 600),
        List.of(), List.of());
    SeriesResults many = new SeriesResults(List.of(), "5%", List.of(), List.of(), List.of(), turnovers, List.of(),
        List.of());
    assertThat(new ScanFigures(few).all().getFirst().chart().rows()).hasSize(600);
    Chart chart = new ScanFigures(many).all().getFirst().chart();
    assertThat(chart.rows()).hasSize(100)
        .allSatisfy(row -> assertThat(row.get(chart.columns().indexOf("kept"))).isEqualTo(75.0));
  }

  @Test
  void linksLeadBesideThePageWhateverTheName() {
    assertThat(ScanReport.Page.link("a b#c?d%e:ü")).isEqualTo("./a%20b%23c%3Fd%25e%3A%C3%BC/report.html");
    assertThat(ScanReport.Page.link("javascript:alert(1)")).startsWith("./javascript%3A");
    // Half a surrogate pair, as a file system may hold one.
    assertThat(ScanReport.Page.link("a\ud800")).isEqualTo("./a%3F/report.html");
  }

  @Test
  void equalResultsGiveEqualBytes() {
    assertThat(ScanReport.render(ExampleSeries.content())).isEqualTo(ScanReport.render(ExampleSeries.content()));
  }
}
