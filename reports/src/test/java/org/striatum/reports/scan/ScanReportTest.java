package org.striatum.reports.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.reports.page.Chart;
import org.striatum.reports.page.Figure;
import org.striatum.studies.series.SeriesStudy;

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
    ScanReport.Content content = new ScanReport.Content("Scan", SeriesStudy.DEFAULT.run(List.of(), List.of()),
        List.of(), List.of(), "{}");
    assertThat(ScanReport.render(content)).contains("0 of 0 checkpoints studied", "No checkpoint has figures to show.",
        "Every checkpoint was studied.");
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
