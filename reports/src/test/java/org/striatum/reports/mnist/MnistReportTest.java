package org.striatum.reports.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.striatum.reports.page.Picture;

class MnistReportTest {
  @Test
  void saysTheVerdictInFiguresOfTheTable() {
    String page = MnistReport.render(ExampleMnist.whole(), "{}");
    assertThat(page)
        .contains("5 of 10 cells lie within 0.015 of the paper's; 1 of 1 claims about the table hold over 10 seeds")
        .contains("Gating adds +1.5 points at 45° with 512 values and changes 0° by −1.5 points; full fine-tuning adds"
            + " +5.5 points with 118,282 and changes 0° by −5.5 points.");
    assertThat(page).contains("alt=\"a handwritten 2, 45°\"", "data:image/png;base64,");
  }

  @Test
  void everyChartHasItsPlaceAndItsFigures() {
    String page = MnistReport.render(ExampleMnist.whole(), "{}");
    MnistFigures figures = new MnistFigures(ExampleMnist.whole());
    assertThat(figures.all()).hasSize(8).allSatisfy(figure -> {
      assertThat(page).contains("id=\"" + figure.chart().id() + "\"");
      assertThat(figure.chart().rows()).isNotEmpty();
    });
  }

  @Test
  void partsThatWereNotRunAreSaidToBeAbsent() {
    String page = MnistReport.render(ExampleMnist.empty(), "{}");
    assertThat(page).contains("The table was not part of this run.").contains("This part was not run.");
    assertThat(new MnistFigures(ExampleMnist.empty()).all()).isEmpty();
  }

  @Test
  void equalResultsGiveEqualBytes() {
    assertThat(MnistReport.render(ExampleMnist.whole(), "{}"))
        .isEqualTo(MnistReport.render(ExampleMnist.whole(), "{}"));
  }

  @Test
  void aPictureNeedsAllItsPixels() {
    assertThatThrownBy(() -> Picture.grey(2, 2, new int[3])).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 × 2").hasMessageContaining("found 3");
  }
}
