package org.striatum.reports.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.striatum.probe.intervention.InterventionResults.Intervention;
import org.striatum.probe.value.DatasetControls;
import org.striatum.reports.page.Notation;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;
import org.striatum.studies.answer.Question;
import org.striatum.studies.answer.StudyConclusion;
import org.striatum.studies.splits.SplitsResults.AnswerShares;

/// Head, answers, sections and charts of one page are of one set of figures: read from the page itself.
class HeadTest {
  private static final RunReport.Content CONTENT = ExampleRun.content();
  private static final String PAGE = RunReport.render(CONTENT);
  private static final AnswerMatrix MATRIX = AnswerMatrix.of(CONTENT.answers());

  /// A cell of the matrix as the page shows it.
  private record Shown(String tone, String text) {}

  @Test
  void everyCellOfTheMatrixIsAnAnswer() {
    List<Shown> shown = cells(section("verdict"));
    List<Cell> expected = MATRIX.asked().stream()
        .flatMap(row -> Stream.concat(Head.of(CONTENT).cells(row).stream(), Head.of(CONTENT).beside(row).stream()))
        .toList();
    assertThat(shown).hasSameSizeAs(expected).hasSizeGreaterThan(10);
    for (int i = 0; i < shown.size(); i++) {
      Cell cell = expected.get(i);
      assertThat(shown.get(i).tone()).isEqualTo(Tone.of(cell.verdict()));
      assertThat(shown.get(i).text()).contains(cell.verdict().printed(), Head.figure(cell), cell.span());
    }
  }

  @Test
  void headAnswersAndSectionsSayTheSame() {
    StudyConclusion conclusion = StudyConclusion.of(MATRIX);
    assertThat(text(section("verdict"))).contains(conclusion.carries(), conclusion.uses(),
        conclusion.untested(), conclusion.power(), conclusion.decides());
    for (Row row : MATRIX.asked()) {
      String own = text(section(Head.section(row.question())));
      assertThat(own).as(row.question().text()).contains(StudyConclusion.sentence(row));
      String answers = text(section("answers"));
      for (Finding finding : row.answer().findings()) {
        assertThat(answers).contains(finding.of() + ": " + finding.verdict().printed() + ".", finding.because());
      }
      row.cells().stream().flatMap(cell -> cell.evidence().stream().limit(1))
          .forEach(evidence -> assertThat(own).contains(evidence.printed()));
    }
  }

  /// What most splits say is the answer, with their figure: in the head, among the answers and in the section on splits.
  @Test
  void answersOverSplitsAreThoseOfTheHead() {
    String section = text(section("splits"));
    for (AnswerShares one : CONTENT.results().splits().answers()) {
      Cell cell = MATRIX.row(one.question()).cells().stream().filter(at -> one.of().equals(at.task())).findFirst()
          .orElseThrow();
      assertThat(cell.verdict()).isEqualTo(one.verdict());
      assertThat(section).contains(one.printed(), one.unit().of(one.effect().value()), one.unit().span(one.effect()));
      cell.evidence()
          .ifPresent(evidence -> assertThat(evidence.printed()).isEqualTo(one.unit().of(one.effect())));
    }
  }

  @Test
  void theProbeOfTheHeadlineIsNamedAndIsThatOfTheControls() {
    assertThat(CONTENT.values().controls()).isNotEmpty();
    for (DatasetControls on : CONTENT.values().controls()) {
      assertThat(text(section("verdict"))).contains(on.dataset() + " at " + on.hook());
      assertThat(text(section("controls"))).contains(Notation.auroc(on.whole()),
          on.sparsity().difference().signed(3), on.rotation().difference().signed(3));
    }
    assertThat(MATRIX.row(Question.READABLE).answer().findings().getFirst().because())
        .contains(Notation.auroc(CONTENT.values().controls().getFirst().whole()));
  }

  /// An effect stands in the chart, in the table and among the arms: one text each time.
  @Test
  void anEffectHasOneTextInChartTableAndArms() throws IOException {
    List<Intervention> all = CONTENT.firstInterventions().interventions();
    String section = text(section("interventions"));
    List<String> drawn = new ArrayList<>();
    for (JsonNode chart : charts()) {
      if (chart.get("id").asText().startsWith("interventions-")) {
        chart.get("rows").forEach(row -> {
          if (row.get(0).asText().equals("words")) {
            drawn.add(row.get(2).asText());
          }
        });
      }
    }
    assertThat(drawn).hasSameSizeAs(all);
    for (Intervention one : all) {
      String effect = Notation.effect(one.effect(), one.outcome());
      assertThat(drawn).anyMatch(words -> words.contains(effect + ", " + one.verdict().printed()));
      assertThat(section).contains(Notation.effect(one.effect().value(), one.outcome()),
          Notation.effectInterval(one.effect(), one.outcome()));
    }
  }

  /// One sign for minus, and intervals with "to", in everything that is read.
  @Test
  void figuresAreWrittenInOneWay() {
    String page = text(PAGE.replaceAll("(?s)<(script|style|pre)[^>]*>.*?</\\1>", ""));
    assertThat(Pattern.compile("(?<![\\w.%])-\\d|\\[[−+]?\\d[\\d.]*, [−+]?\\d|\\d e-\\d").matcher(page).results()
        .map(found -> page.substring(Math.max(0, found.start() - 30), Math.min(page.length(), found.end() + 10))))
        .isEmpty();
  }

  @Test
  void steeringIsDrawnThroughItsKnownZero() throws IOException {
    int steered = 0;
    for (JsonNode chart : charts()) {
      if (chart.get("id").asText().startsWith("curve-") && chart.toString().contains("α")) {
        steered++;
        assertThat(chart.get("rows")).anySatisfy(row -> {
          assertThat(row.get(0).asDouble()).isZero();
          assertThat(row.get(2).asDouble()).isZero();
        });
      }
    }
    assertThat(steered).isPositive();
  }

  @Test
  void aRunOfNothingSaysSo() {
    assertThat(RunReport.render(ExampleRun.with(List.of()))).contains("No question was put to this run.")
        .doesNotContain("class=\"matrix\"");
  }

  private static List<Shown> cells(String section) {
    List<Shown> cells = new ArrayList<>();
    Matcher found = Pattern.compile("(?s)<td class=\"(answer-[a-z-]+)\"[^>]*>(.*?)</td>").matcher(section);
    while (found.find()) {
      cells.add(new Shown(found.group(1), text(found.group(2))));
    }
    return cells;
  }

  private static String section(String id) {
    int from = PAGE.indexOf("<section id=\"" + id + "\"");
    assertThat(from).as(id).isNotNegative();
    return PAGE.substring(from, PAGE.indexOf("</section>", from));
  }

  private static String text(String html) {
    return html.replaceAll("<[^>]*>", "").replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'")
        .replace("&amp;", "&");
  }

  private static JsonNode charts() throws IOException {
    String start = "<script type=\"application/json\" id=\"charts\">";
    int from = PAGE.indexOf(start) + start.length();
    return JsonMapper.builder().build().readTree(PAGE.substring(from, PAGE.indexOf("</script>", from))).get("charts");
  }
}
