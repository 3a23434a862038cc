package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.reports.browser.HeadlessChromium;
import org.striatum.reports.page.VisibleText;

/// The report in a real browser. Pictures of every run are left in `target/screenshots`.
@Tag("browser")
class RunReportBrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");

  /// By layer, by pruning and by path on three datasets, rankings, controls, interventions, curves, gates, rollouts.
  private static final int CHARTS = 3 + 3 + 3 + 1 + 2 + 4 + 2 + 2 + 2;

  @TempDir
  static Path folder;

  private static HeadlessChromium browser;

  @BeforeAll
  static void start() throws Exception {
    List<Path> installed = HeadlessChromium.installed();
    assumeFalse(installed.isEmpty(), "no Chromium on this machine: install one to run the browser tests");
    browser = new HeadlessChromium(installed.getFirst(), folder.resolve("profile"));
    RunReport.write(ExampleRun.content(), folder.resolve("report.html"));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"360, false", "800, false", "1280, false", "360, true", "1280, true"})
  void drawsEveryChartWithinTheWidth(int width, boolean dark) throws Exception {
    Path file = folder.resolve("report.html");
    browser.open(file, width, dark);
    browser.screenshot(PICTURES.resolve("report-" + width + (dark ? "-dark" : "") + ".png"));
    int charts = browser.evaluate("document.querySelectorAll('.chart').length").asInt();
    assertThat(charts).isEqualTo(CHARTS);
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.chart')].filter(c =>
          c.querySelectorAll('svg .role-mark path, svg .role-mark line, svg .role-mark rect').length < 3).map(c => c.id)
        """)).isEmpty();
    assertThat(overflow()).isZero();
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.chart svg')].filter(s =>
          s.getBoundingClientRect().right > s.closest('figure').getBoundingClientRect().right + 1).length
        """).asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).containsOnly(file.toUri().toString());
  }

  /// Pixels by which the page is wider than the window.
  private static int overflow() throws Exception {
    return browser.evaluate("document.documentElement.scrollWidth - window.innerWidth").asInt();
  }

  @Test
  void printsOnLightPaper() throws Exception {
    browser.open(folder.resolve("report.html"), 1280, true);
    // Every chart is redrawn by the time the event's own work is over: the browser lays out no page before that.
    assertThat(browser
        .evaluate(
            """
                dispatchEvent(new Event('beforeprint'));
                new Promise(done => setTimeout(() => done(
                  [...document.querySelectorAll('.chart svg')].filter(s => s.style.backgroundColor === 'rgb(255, 255, 255)').length), 0))
                """)
        .asInt()).isEqualTo(CHARTS);
    Path pdf = PICTURES.resolve("report.pdf");
    browser.print(pdf);
    assertThat(Files.size(pdf)).isGreaterThan(100_000);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void showsAndExportsTheFiguresBehindAChart() throws Exception {
    browser.open(folder.resolve("report.html"), 800, false);
    assertThat(browser.evaluate("""
        document.getElementById('auroc-by-layer-1').closest('figure').querySelector('details').open = true
        """).asBoolean()).isTrue();
    browser.waitFor("document.querySelector('.figure-data table') !== null");
    // Two baselines, and at each of twelve layers four probes and their null.
    assertThat(browser.evaluate("document.querySelectorAll('.figure-data tbody tr').length").asInt())
        .isEqualTo(2 + 12 * (4 + 1));
    String csv = browser.evaluate("decodeURIComponent(document.querySelector('.figure-data a').href)").asText();
    assertThat(csv).startsWith("data:text/csv;charset=utf-8,kind,series,layer,auroc,low,high,validation\r\n")
        .contains("\"baseline\",\"prompt length\",,0.658,0.611,0.704,\r\n");
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.vega-actions a')].map(a => a.textContent).filter(t => t === 'PNG').length
        """).asInt()).isEqualTo(CHARTS);
    // The export links fill themselves when pressed.
    browser.evaluate("""
        document.querySelectorAll('.vega-actions a').forEach(a => a.dispatchEvent(new MouseEvent('mousedown')))
        """);
    browser.waitFor(
        """
            [...document.querySelectorAll('.vega-actions a')].every(a => /^(data:image\\/png|blob:|data:image\\/svg)/.test(a.href))
            """);
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void redrawsForAnotherLayerAndKeepsItInTheDark() throws Exception {
    browser.open(folder.resolve("report.html"), 800, false);
    String line = "document.querySelector('#auroc-by-pruning-1 svg .mark-line path').getAttribute('d')";
    String chosen = browser.evaluate(line).asText();
    browser.evaluate(
        """
            (select => { select.value = '0'; select.dispatchEvent(new Event('input')); select.dispatchEvent(new Event('change')); })(
              document.getElementById('auroc-by-pruning-1').closest('figure').querySelector('select'))
            """);
    browser.waitFor(line + " !== '" + chosen + "'");
    String first = browser.evaluate(line).asText();
    browser.scheme(true);
    browser.waitFor(
        "document.querySelector('#auroc-by-pruning-1 svg')?.style.backgroundColor === 'rgb(21, 25, 30)'");
    browser.waitFor(line + " === '" + first + "'");
    assertThat(browser.evaluate("""
        document.getElementById('auroc-by-pruning-1').closest('figure').querySelectorAll('select').length
        """).asInt()).isOne();
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aSeriesPickedInTheLegendStandsAlone() throws Exception {
    browser.open(folder.resolve("report.html"), 800, false);
    String faded = """
        [...document.querySelectorAll('#auroc-by-layer-1 svg .mark-line path')].filter(
          line => Number(line.getAttribute('opacity') ?? 1) < 0.1).length
        """;
    assertThat(browser.evaluate(faded).asInt()).isZero();
    browser.click("#auroc-by-layer-1 svg .role-legend-symbol path");
    browser.waitFor(faded + " === 3");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void aTokenTellsItsValueWhenTapped() throws Exception {
    browser.open(folder.resolve("report.html"), 360, false);
    browser.click(".tokens span");
    browser.waitFor("document.querySelector('.reading').textContent.startsWith('V(0) = 0.')");
  }

  @ParameterizedTest
  @ValueSource(ints = {360, 1280})
  void strangersTextStaysText(int width) throws Exception {
    Path file = folder.resolve("hostile.html");
    RunReport.write(HostileRun.content(), file);
    browser.open(file, width, false);
    browser.screenshot(PICTURES.resolve("hostile-" + width + ".png"));
    assertThat(browser.evaluate("window.hacked === undefined").asBoolean()).isTrue();
    assertThat(
        browser.evaluate("document.querySelectorAll('main script, main img, main iframe, svg script').length").asInt())
        .isZero();
    assertThat(overflow()).isZero();
    for (String text : HostileRun.TEXTS) {
      assertThat(
          browser.evaluate("[...document.querySelectorAll('.text')].map(t => t.textContent).join('\\0')").asText())
          .contains(VisibleText.of(text));
    }
    browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
    browser.waitFor(
        "document.querySelectorAll('.figure-data table').length === document.querySelectorAll('.chart').length");
    assertThat(overflow()).isZero();
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).containsOnly(file.toUri().toString());
  }
}
