package org.striatum.reports.figures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Names of checkpoints and tasks reach the index as text.
class FigureIndexTest {
  @ParameterizedTest
  @ValueSource(strings = {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a & b", "</title><b>x</b>",
      "' onload='x"})
  void whatIsWrittenByOthersIsText(String hostile) {
    String html = new FigureIndex(hostile,
        List.of(DrawnFigure.of("roc--x", hostile, hostile, hostile, hostile, "roc.csv"))).html();
    assertThat(html).doesNotContain("<script", "<img src=x", "<b>x", "a & b");
    assertThat(html.split("<img ", -1)).hasSize(2);
    assertThat(html.replaceAll("(?s).*<img ([^>]*)>.*", "$1")).doesNotContain("' onload='x", "\" onload");
  }

  @Test
  void aFigureLeadsToItsFourFiles() {
    DrawnFigure figure = DrawnFigure.of("roc--add", "", "task", "add", "ROC curves", "roc.csv");
    assertThat(figure.title()).isEqualTo("ROC curves");
    assertThat(new FigureIndex("run", List.of(figure)).html()).contains("href=\"roc--add.svg\"",
        "href=\"roc--add.png\"", "href=\"roc--add.pdf\"", "href=\"roc.csv\"", "src=\"roc--add.svg\"",
        "ROC curves, task add",
        "1 figure,");
  }
}
