package org.striatum.reports.mnist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.reports.browser.HeadlessChromium;

/// The MNIST report in a real browser. Pictures are left in `target/screenshots`.
@Tag("browser")
class MnistReportBrowserTest {
  @TempDir
  static Path folder;

  private static HeadlessChromium browser;

  @BeforeAll
  static void start() throws Exception {
    List<Path> installed = HeadlessChromium.installed();
    assumeFalse(installed.isEmpty(), "no Chromium on this machine: install one to run the browser tests");
    browser = new HeadlessChromium(installed.getFirst(), folder.resolve("profile"));
    MnistReport.write(ExampleMnist.whole(), "{}", folder.resolve("report.html"));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"360, false", "800, false", "1280, true"})
  void drawsEveryChartAndPictureWithinTheWidth(int width, boolean dark) throws Exception {
    Path file = folder.resolve("report.html");
    browser.open(file, width, dark);
    browser.screenshot(Path.of("target", "screenshots").resolve("mnist-" + width + (dark ? "-dark" : "") + ".png"));
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.chart')].filter(c =>
          c.querySelectorAll('svg .role-mark path, svg .role-mark line, svg .role-mark rect').length < 2).map(c => c.id)
        """)).isEmpty();
    assertThat(browser.evaluate("document.querySelectorAll('.chart').length").asInt()).isEqualTo(8);
    assertThat(browser.evaluate("[...document.images].filter(i => i.naturalWidth === 28).length").asInt()).isEqualTo(2);
    assertThat(browser.evaluate("document.documentElement.scrollWidth - window.innerWidth").asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).allSatisfy(request -> assertThat(request).matches("(file|data):.*"));
  }
}
