package org.striatum.reports.browser;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What holds of every kind of report, in a real browser. Pictures of each are left in `target/screenshots`.
@Tag("browser")
@Order(1)
class ReportBrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");
  private static final List<Integer> WIDTHS = List.of(360, 400, 768, 1280);
  /// A4 less margins, in pixels.
  private static final int SHEET = 718;
  private static final String MARKS = resource("marks.js");
  private static final String WORDS = resource("words.js");

  @TempDir
  static Path folder;

  private static HeadlessChromium browser;

  @BeforeAll
  static void start() throws Exception {
    browser = HeadlessChromium.orSkip(folder.resolve("profile"));
    for (ReportKind kind : ReportKind.all()) {
      Files.writeString(file(kind, false), kind.example().get());
      Files.writeString(file(kind, true), kind.hostile().get());
    }
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  static List<ReportKind> kinds() {
    return ReportKind.all();
  }

  static Stream<Arguments> looks() {
    return ReportKind.all().stream().flatMap(kind -> WIDTHS.stream()
        .flatMap(width -> Stream.of(Arguments.of(kind, width, false), Arguments.of(kind, width, true))));
  }

  static Stream<Arguments> strangers() {
    return ReportKind.all().stream().flatMap(kind -> Stream.of(360, 1280).map(width -> Arguments.of(kind, width)));
  }

  @ParameterizedTest
  @MethodSource("looks")
  void fitsTheWindowAndAsksForNothing(ReportKind kind, int width, boolean dark) throws Exception {
    browser.open(file(kind, false), width, dark);
    browser.screenshot(PICTURES.resolve(kind.name() + "-" + width + (dark ? "-dark" : "") + ".png"));
    fits();
    wholeWords();
    openEverything();
    fits();
    wholeWords();
    wholeLetters();
    nothingLiesOutOfSight();
    isQuiet(file(kind, false));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void drawsEveryMark(ReportKind kind) throws Exception {
    browser.open(file(kind, false), 1280, false);
    openEverything();
    assertThat(browser.evaluate("document.querySelectorAll('.chart').length").asInt()).isPositive();
    assertThat(browser.evaluate(MARKS)).isEmpty();
    // Every mark counts: without one, the same script says so.
    browser.evaluate(
        "document.querySelector('.chart svg .mark-symbol.role-mark > path, .chart svg .mark-rect.role-mark > path').remove()");
    assertThat(browser.evaluate(MARKS)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyControlIsReachedByKeysAndShowsIt(ReportKind kind) throws Exception {
    browser.open(file(kind, false), 1280, false);
    int controls = browser.evaluate("""
        (() => {
          window.controls = new Set([...document.querySelectorAll(
            'a[href], button, select, input, summary, [tabindex="0"]')].filter(e => e.checkVisibility()));
          window.bare = [];
          addEventListener('focusin', e => {
            controls.delete(e.target);
            if (getComputedStyle(e.target).outlineStyle === 'none') bare.push(e.target.outerHTML.slice(0, 80));
          });
          return controls.size;
        })()
        """).asInt();
    assertThat(controls).isPositive();
    for (int k = 0; k < controls + 20 && browser.evaluate("controls.size").asInt() > 0; k++) {
      browser.press("Tab", 9);
    }
    assertThat(browser.evaluate("[...controls].map(e => e.outerHTML.slice(0, 80))")).isEmpty();
    assertThat(browser.evaluate("bare")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void aWordIsExplainedOnHoverFocusAndTouch(ReportKind kind) throws Exception {
    browser.open(file(kind, false), 360, false);
    assertThat(browser.evaluate("document.querySelectorAll('.term').length").asInt()).isPositive();
    assertThat(browser.evaluate(
        """
            [...document.querySelectorAll('.term')].filter(t => getComputedStyle(t).display !== 'inline').map(t => t.outerHTML)
            """))
        .as("words that leave their line").isEmpty();
    String told = "!document.getElementById('tip').hidden && document.getElementById('tip').textContent.length > 20";
    String within = "document.getElementById('tip').getBoundingClientRect().right <= innerWidth";
    browser.hover(".term");
    browser.waitFor(told);
    assertThat(browser.evaluate(within).asBoolean()).isTrue();
    browser.hover("h1");
    browser.waitFor("document.getElementById('tip').hidden");
    browser.evaluate("document.querySelector('.term').focus()");
    browser.waitFor(told);
    browser.press("Escape", 27);
    browser.waitFor("document.getElementById('tip').hidden");
    browser.evaluate("document.activeElement.blur()");
    browser.tap(".term");
    browser.waitFor(told);
    assertThat(browser.evaluate(within).asBoolean()).isTrue();
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void everyChartIsAClickAwayFromItsFigures(ReportKind kind) throws Exception {
    browser.open(file(kind, false), 768, false);
    openEverything();
    browser.evaluate("document.querySelectorAll('.vega-actions a, .export').forEach(a => a.focus())");
    browser.waitFor(
        """
            [...document.querySelectorAll('.vega-actions a')].every(a => /^(data:image\\/png|blob:|data:image\\/svg)/.test(a.href))
            """);
    assertThat(browser
        .evaluate(
            """
                [...document.querySelectorAll('figure:has(> .chart)')].filter(f =>
                  f.querySelectorAll('.vega-actions a').length !== 2
                  || !f.querySelector('.export[download$=".csv"]').href.startsWith('data:text/csv')
                  || JSON.parse(decodeURIComponent(f.querySelector('.export[download$=".json"]').href.split(',').slice(1).join(',')))
                       .length !== f.querySelectorAll('.figure-data tbody tr').length).length
                """)
        .asInt()).isZero();
    assertThat(browser.complaints()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void printsWithNoChartCut(ReportKind kind) throws Exception {
    browser.open(file(kind, false), SHEET, false);
    browser.print(PICTURES.resolve(kind.name() + ".pdf"));
    browser.paper(SHEET);
    browser.evaluate("dispatchEvent(new Event('beforeprint'))");
    browser
        .waitFor("[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg') || !c.checkVisibility())");
    // What belongs to the body is open; what a reader opened stays open; the rest is a line that names it.
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('main details[data-print]')].filter(d => !d.open).length
        """).asInt()).isZero();
    fits();
    openEverything();
    fits();
    assertThat(browser.complaints()).isEmpty();
    browser.scheme(false);
  }

  @ParameterizedTest
  @MethodSource("strangers")
  void strangersTextStaysText(ReportKind kind, int width) throws Exception {
    browser.open(file(kind, true), width, false);
    browser.screenshot(PICTURES.resolve(kind.name() + "-hostile-" + width + ".png"));
    openEverything();
    assertThat(browser.evaluate("window.hacked === undefined").asBoolean()).isTrue();
    assertThat(browser
        .evaluate(
            """
                document.querySelectorAll('main script, main img:not([src^="data:image/png"]), main iframe, svg script, svg image,'
                  + ' [onerror], [onmouseover]').length
                """)
        .asInt()).isZero();
    fits();
    isQuiet(file(kind, true));
  }

  @Test
  void whatIsObservedCanFail() throws Exception {
    Path file = folder.resolve("loud.html");
    Files.writeString(file, """
        <!doctype html><html data-drawn="0"><body><div style="width: 3000px">wide</div>
        <img src="http://127.0.0.1:9/pixel.png"><script>console.error('loud'); missing();</script></body></html>
        """);
    browser.open(file, 360, false);
    browser.waitFor("document.readyState === 'complete'");
    assertThat(browser.requests()).contains("http://127.0.0.1:9/pixel.png");
    assertThat(browser.complaints().toString()).contains("loud", "missing");
    assertThat(overflow()).isPositive();
  }

  /// Nothing is wider than the window, and no chart than its place.
  private static void fits() throws Exception {
    assertThat(overflow()).as("overflow, by %s", browser.evaluate("""
        [...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > innerWidth
          && !e.closest('.scroll, .chart, table')).slice(-4)
          .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 60))
        """)).isZero();
    assertThat(browser.evaluate("""
        [...document.querySelectorAll('.chart svg')].filter(s =>
          s.getBoundingClientRect().right > s.closest('figure').getBoundingClientRect().right + 1)
          .map(s => s.closest('.chart').id)
        """)).isEmpty();
  }

  /// No word is broken in its middle, except one that is longer than any line must hold.
  private static void wholeWords() throws Exception {
    assertThat(browser.evaluate(WORDS)).as("words broken").isEmpty();
  }

  /// No letter of a chart is outside its picture, where it would be cut.
  private static void wholeLetters() throws Exception {
    assertThat(browser.evaluate(
        """
            [...document.querySelectorAll('.chart svg')].flatMap(s => {
              const box = s.getBoundingClientRect();
              return [...s.querySelectorAll('text')].filter(t => {
                const r = t.getBoundingClientRect();
                return r.width > 0 && (r.left < box.left - 1 || r.right > box.right + 1 || r.top < box.top - 1 || r.bottom > box.bottom + 1);
              }).map(t => s.closest('.chart').id + ': ' + t.textContent);
            })
            """))
        .as("letters cut").isEmpty();
  }

  /// Nothing has to be scrolled sideways to be seen, but the tables behind charts.
  private static void nothingLiesOutOfSight() throws Exception {
    assertThat(browser.evaluate(
        """
            [...document.querySelectorAll('main *')].filter(e => e.checkVisibility() && !e.closest('svg, .figure-data, .hidden, select')
              && getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1)
              .map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 60))
            """))
        .as("clipped or scrolling").isEmpty();
  }

  /// Pixels by which the page is wider than the window.
  private static int overflow() throws Exception {
    return browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth").asInt();
  }

  private static void openEverything() throws Exception {
    browser.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })");
    browser.waitFor("[...document.querySelectorAll('.chart')].every(c => c.querySelector('svg')"
        + " && c.closest('figure').querySelector('.vega-actions') && c.closest('figure').querySelector('.figure-data table'))");
  }

  private static void isQuiet(Path file) {
    assertThat(browser.complaints()).isEmpty();
    assertThat(browser.requests()).containsOnly(file.toUri().toString());
  }

  private static Path file(ReportKind kind, boolean hostile) {
    return folder.resolve(kind.name() + (hostile ? "-hostile" : "") + ".html");
  }

  private static String resource(String name) {
    try (InputStream in = ReportBrowserTest.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new AssertionError("cannot read " + name, e);
    }
  }
}
