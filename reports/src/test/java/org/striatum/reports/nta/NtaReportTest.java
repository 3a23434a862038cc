package org.striatum.reports.nta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.striatum.reports.page.Figure;

class NtaReportTest {
  @Test
  void saysHowManyExpectedFiguresHoldAndWhichFail() {
    String page = NtaReport.render(ExampleNta.experiments(), "{}");
    assertThat(page).contains("1 of 2 expected figures hold, 1 fail, 0 are undecided over 3 experiments.",
        "0.0400 [0.0300 to 0.0500]", "<td>no</td>", "a note");
  }

  @Test
  void everyChartHasItsPlace() {
    String page = NtaReport.render(ExampleNta.experiments(), "{}");
    List<Figure> figures = NtaReport.Page.of(ExampleNta.experiments(), "{}").frame().figures();
    assertThat(figures).extracting(figure -> figure.chart().id()).containsExactly("nta-curves-1", "nta-blocks-1",
        "nta-gates-1", "nta-grid-2", "nta-exact-3");
    assertThat(figures).allSatisfy(figure -> assertThat(page).contains("id=\"" + figure.chart().id() + "\""));
  }

  @Test
  void nothingToShowIsRefused() {
    assertThatThrownBy(() -> NtaReport.render(List.of(), "{}")).isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a report needs at least one experiment, found none");
  }
}
