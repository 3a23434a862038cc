package org.striatum.reports.nta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.reports.page.Figure;
import org.striatum.reports.browser.HeadlessChromium;

class NtaReportTest {
  @TempDir
  private Path folder;

  @Test
  void saysHowManyExpectedFiguresHoldAndWhichFail() {
    String page = NtaReport.render(ExampleNta.experiments(), "{}");
    assertThat(page).contains("1 of 2 expected figures hold, 1 fail, 0 are undecided over 3 experiments.",
        "0.0400 [0.0300, 0.0500]", "fails", "a note");
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

  @ParameterizedTest
  @Tag("browser")
  @ValueSource(ints = {360, 800, 1280})
  void drawsEveryChartWithinTheWidth(int width) throws Exception {
    List<Path> installed = HeadlessChromium.installed();
    assumeFalse(installed.isEmpty(), "no Chromium on this machine: install one to run the browser tests");
    Path file = folder.resolve("report.html");
    NtaReport.write(ExampleNta.experiments(), "{}", file);
    try (HeadlessChromium browser = new HeadlessChromium(installed.getFirst(), folder.resolve("profile"))) {
      browser.open(file, width, false);
      browser.screenshot(Path.of("target", "screenshots").resolve("nta-" + width + ".png"));
      assertThat(browser.evaluate(
          """
              [...document.querySelectorAll('.chart')].filter(c =>
                c.querySelectorAll('svg .role-mark path, svg .role-mark line, svg .role-mark rect').length < 1).map(c => c.id)
              """))
          .isEmpty();
      assertThat(browser.evaluate("document.querySelectorAll('.chart').length").asInt()).isEqualTo(5);
      assertThat(browser.evaluate("document.documentElement.scrollWidth - window.innerWidth").asInt()).isZero();
      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests()).containsOnly(file.toUri().toString());
    }
  }
}
