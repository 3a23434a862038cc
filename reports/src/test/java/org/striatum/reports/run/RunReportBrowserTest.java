package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.striatum.reports.browser.HeadlessChromium;

/// What only the run report can do, in a real browser; what holds of every kind is in
/// [org.striatum.reports.browser.ReportBrowserTest].
@Tag("browser")
class RunReportBrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");

  private static final int CHARTS = Page.of(ExampleRun.content()).frame().figures().size();
  private static final int SCREEN = 900;

  @TempDir
  static Path folder;

  private static HeadlessChromium browser;

  @BeforeAll
  static void start() throws Exception {
    browser = HeadlessChromium.orSkip(folder.resolve("profile"));
    RunReport.write(ExampleRun.content(), folder.resolve("report.html"));
    RunReport.write(ExampleRun.study(), folder.resolve("study.html"));
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
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
                  [...document.querySelectorAll('.chart svg')].filter(s => s.style.backgroundColor !== 'rgb(255, 255, 255)').length), 0))
                """)
        .asInt()).isZero();
    assertThat(browser.evaluate("document.querySelectorAll('.chart svg').length").asInt()).isBetween(1, CHARTS - 1);
    // The head, the answers in words and what the sections open with; the rest is named and lies in the file.
    int whole = pages("report.pdf");
    assertThat(browser.complaints()).isEmpty();
    browser.open(folder.resolve("study.html"), 1280, true);
    int study = pages("study.pdf");
    assertThat(study).isBetween(4, 12);
    assertThat(whole).isBetween(study, study + 4);
  }

  private static int pages(String name) throws Exception {
    Path pdf = PICTURES.resolve(name);
    browser.print(pdf);
    assertThat(Files.size(pdf)).isGreaterThan(100_000);
    try (PDDocument paper = Loader.loadPDF(pdf.toFile())) {
      return paper.getNumberOfPages();
    }
  }

  /// Head, one sentence and one figure a section are open, the rest is a click away: a study takes at most eight screens, each of the
  /// four studies that are asked for beside it less than one.
  @Test
  void isShortAsDelivered() throws Exception {
    browser.open(folder.resolve("study.html"), 1280, false);
    int study = browser.evaluate("document.documentElement.scrollHeight").asInt();
    assertThat(study).isLessThanOrEqualTo(8 * SCREEN);
    browser.open(folder.resolve("report.html"), 1280, false);
    assertThat(browser.evaluate("document.documentElement.scrollHeight").asInt()).isBetween(study,
        study + 4 * SCREEN);
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('main > section')].map(s => [...s.querySelectorAll('.chart')]
          .filter(c => c.checkVisibility()).length).every(shown => shown <= 1)
        """).asBoolean()).isTrue();
    assertThat(browser.evaluate("document.querySelectorAll('.chart').length").asInt()).isEqualTo(CHARTS);
  }

  @Test
  void showsAndExportsTheFiguresBehindAChart() throws Exception {
    browser.open(folder.resolve("report.html"), 800, false);
    assertThat(browser.evaluate("document.querySelectorAll('.chart').length").asInt()).isEqualTo(CHARTS);
    assertThat(browser.evaluate("""
        document.getElementById('auroc-by-layer-1').closest('figure').querySelector('details').open = true
        """).asBoolean()).isTrue();
    browser.waitFor("document.querySelector('.figure-data table') !== null");
    // Two baselines, and at each of twelve layers four probes and their null.
    assertThat(browser.evaluate("document.querySelectorAll('.figure-data tbody tr').length").asInt())
        .isEqualTo(2 + 12 * (4 + 1));
    browser.evaluate("document.querySelector('.export').focus()");
    String csv = browser.evaluate("decodeURIComponent(document.querySelector('.export').href)").asText();
    assertThat(csv).startsWith("data:text/csv;charset=utf-8,kind,series,layer,auroc,low,high,validation\r\n")
        .contains("\"baseline\",\"prompt length\",,0.658,0.611,0.704,\r\n");
    assertThat(browser.complaints()).isEmpty();
  }

  @Test
  void redrawsForAnotherLayerAndKeepsItInTheDark() throws Exception {
    browser.open(folder.resolve("report.html"), 800, false);
    unfold("auroc-by-pruning-1");
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
  void aTokenTellsItsValueWhenTappedOrReachedByKeys() throws Exception {
    browser.open(folder.resolve("report.html"), 360, false);
    browser.evaluate("document.querySelector('#rollouts details').open = true");
    browser.click(".tokens span");
    browser.waitFor("document.querySelector('.reading').textContent.startsWith('t = 1: V = 0.')");
    browser.evaluate("document.querySelector('.tokens').focus()");
    browser.press("ArrowRight", 39);
    browser.waitFor("document.querySelector('.reading').textContent.startsWith('t = 2: V = 0.')");
    assertThat(browser.evaluate("document.querySelector('.reading').textContent").asText())
        .contains("δ = ", "its step: V̂ before 0.50, δ 0.13");
  }

  @Test
  void aLinkToANeuronOpensItsPage() throws Exception {
    browser.open(folder.resolve("report.html"), 1280, false);
    assertThat(browser.evaluate("document.querySelectorAll('.neuron[open], .neuron svg').length").asInt()).isZero();
    browser.evaluate("document.querySelectorAll('#interventions details').forEach(d => { d.open = true; })");
    browser.evaluate("document.querySelector('#interventions .neuron-link').click()");
    browser.waitFor("document.querySelectorAll('.neuron[open]').length === 1"
        + " && document.querySelector('.neuron[open] .chart svg') !== null");
    assertThat(browser.evaluate("'#' + document.querySelector('.neuron[open]').id === location.hash").asBoolean())
        .isTrue();
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.neuron-link')].filter(a => !document.getElementById(a.hash.slice(1))).length
        """).asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  /// Opens what a chart lies in, and waits until it is drawn.
  private static void unfold(String chart) throws Exception {
    browser.evaluate("location.hash = '#" + chart + "'");
    browser.waitFor("document.querySelector('#" + chart + " svg') !== null");
  }
}
