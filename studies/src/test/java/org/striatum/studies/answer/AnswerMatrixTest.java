package org.striatum.studies.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.stats.Estimate;
import org.striatum.probe.stats.Verdict;
import org.striatum.studies.answer.Answer.Finding;
import org.striatum.studies.answer.AnswerMatrix.Cell;
import org.striatum.studies.answer.AnswerMatrix.Row;

class AnswerMatrixTest {
  private static final Power KNOWN = new Power(Planted.CODES, 0.7, 0.95, 0.62, 450, 300, 200);
  private static final Power WEAK = new Power(Planted.DROPS, 0.1, 0.5, 0.16, 100, 256, 200);

  private static Finding auroc(String task, Verdict verdict, double value, double low, double high) {
    return Finding.on(task, verdict, "", new Evidence("AUROC", Unit.AUROC, new Estimate(value, low, high), KNOWN));
  }

  private static final StudyAnswers ANSWERS = StudyAnswers.of("model", Map.of(
      Question.READABLE, List.of(auroc("mul", Verdict.YES, 0.715, 0.666, 0.762),
          auroc("add", Verdict.UNDECIDED, 0.53, 0.48, 0.58)),
      Question.BASIS_ALIGNED, List.of(auroc("mul", Verdict.NO, 0.01, -0.01, 0.015),
          Finding.on("add", Verdict.NOT_TESTED, "no code")),
      Question.USED, List.of(
          new Finding("mul, value@1% of L1", Verdict.UNDECIDED, "", null, "mul",
              new Evidence("accuracy beyond matched sets",
                  Unit.POINTS, new Estimate(-0.01, -0.03, 0), WEAK)),
          new Finding("mul, dopamine@1% of L1", Verdict.YES, "", null, "mul", null)),
      Question.TASKS, List.of(new Finding("between the tasks", Verdict.UNDECIDED, "", null))));

  private static final AnswerMatrix MATRIX = AnswerMatrix.of(ANSWERS);

  @Test
  void everyFindingStandsInOneCell() {
    assertThat(MATRIX.tasks()).containsExactly("mul", "add");
    assertThat(MATRIX.rows()).extracting(Row::question).containsExactly(Question.values());
    for (Row row : MATRIX.rows()) {
      assertThat(row.found().stream().flatMap(cell -> cell.findings().stream()))
          .containsExactlyInAnyOrderElementsOf(row.answer().findings());
    }
  }

  @Test
  void whatNobodyAskedIsNoRowOfTheAsked() {
    assertThat(MATRIX.unasked()).contains(Question.SPARSE, Question.SEARCH).doesNotContain(Question.TASKS);
    assertThat(MATRIX.asked()).hasSize(4);
  }

  /// The question is about value neurons: another set beside them does not decide its cell.
  @Test
  void theFirstFindingOfATaskIsItsCell() {
    Cell used = MATRIX.row(Question.USED).cells().getFirst();
    assertThat(used.verdict()).isEqualTo(Verdict.UNDECIDED);
    assertThat(used.figure()).isEqualTo("−1.0");
    assertThat(used.span()).isEqualTo("−3.0 to 0.0");
    assertThat(used.others()).extracting(Finding::verdict).containsExactly(Verdict.YES);
  }

  @Test
  void whatWasNotTestedShowsNoFigure() {
    Finding figured = Finding.on("mul", Verdict.NOT_TESTED, "", ANSWERS.to(Question.READABLE).findings().getFirst()
        .evidence());
    Cell cell = AnswerMatrix.of(StudyAnswers.of("model", Map.of(Question.SPARSE, List.of(figured))))
        .row(Question.SPARSE).cells().getFirst();
    assertThat(cell.evidence()).isEmpty();
    assertThat(cell.figure()).isEmpty();
  }

  /// Every figure of a sentence is one of the matrix, as the matrix writes it.
  @Test
  void theConclusionSaysTheMatrix() {
    StudyConclusion conclusion = StudyConclusion.of(MATRIX);
    assertThat(conclusion.carries())
        .startsWith("The state at the end of the prompt predicts success on mul (AUROC: 0.715"
            + " [0.666 to 0.762]); undecided on add (0.530 [0.480 to 0.580])")
        .contains("not aligned with coordinates on mul");
    assertThat(conclusion.uses()).startsWith("It is undecided whether zeroing").contains("−1.0 points");
    assertThat(conclusion.power()).isEqualTo("aligned with coordinates: codes of AUROC 0.7 are found in 95 %");
    assertThat(conclusion.decides()).isEqualTo("used: about 256 test problems (100 here)");
  }

  /// A task has more problems than test problems: no number of problems without saying which.
  @ParameterizedTest
  @EnumSource(Planted.class)
  void everyNumberOfProblemsSaysWhich(Planted planted) {
    Power power = new Power(planted, 0.5, 0.4, 0.6, 100, 256, 20);
    assertThat(power.needs()).isEqualTo("about 256 " + planted.counted() + " (100 here)");
    assertThat(planted.counted()).isNotEqualTo("problems");
    assertThatThrownBy(() -> new Power(planted, 0.5, 0.4, 0.6, 100, Double.NaN, 20).needs())
        .isInstanceOf(IllegalStateException.class);
  }

  /// A share of few is no percentage: 10 of 10 may be 70 in a hundred.
  @ParameterizedTest
  @CsvSource({"10,1,10 of 10", "8,0.75,6 of 8", "99,0.5,50 of 99", "24,0,0 of 24"})
  void aShareOfFewIsACount(int tried, double found, String words) {
    for (Planted planted : Planted.values()) {
      assertThat(new Power(planted, 0.5, found, 0.6, 100, 256, tried).words()).startsWith(words)
          .doesNotContain("found in");
    }
    assertThat(new Power(Planted.CODES, 0.7, 0.98, 0.6, 100, 256, 100).words()).endsWith("98 %");
    assertThat(new Power(Planted.CODES, 0.7, 0.98, 0.6, 100, 256, null).words()).endsWith("98 %");
    assertThat(new Power(Planted.CODES, 0.7, Double.NaN, Double.NaN, 100, Double.NaN, 0).words()).isEmpty();
  }

  /// Where nothing that was planted is found often enough, no number of problems follows: that is said too.
  @Test
  void tooFewToSayIsSaid() {
    Power blind = new Power(Planted.CODES, 0.7, 0.1, Double.NaN, 18, Double.NaN, 20);
    AnswerMatrix matrix = AnswerMatrix.of(StudyAnswers.of("m", Map.of(Question.READABLE, List.of(Finding.on("mul",
        Verdict.UNDECIDED, "", new Evidence("AUROC", Unit.AUROC, Estimate.exact(0.5), blind))))));
    assertThat(StudyConclusion.of(matrix).decides()).isEqualTo("predictable: " + blind.tooFew())
        .contains("18 test problems");
  }

  /// The verdict says why something was not tested, each reason once.
  @Test
  void whatWasNotTestedSaysWhy() {
    AnswerMatrix matrix = AnswerMatrix.of(StudyAnswers.of("m", Map.of(
        Question.READABLE, List.of(Finding.on("mul", Verdict.NOT_TESTED, "all are right")),
        Question.USED, List.of(Finding.on("mul", Verdict.NOT_TESTED, "all are right"),
            new Finding("primary", Verdict.NOT_TESTED, "no neurons", null)))));
    assertThat(StudyConclusion.of(matrix).untested()).isEqualTo("mul: all are right; no neurons");
    assertThat(StudyConclusion.of(MATRIX).untested()).isEmpty();
    AnswerMatrix blind = AnswerMatrix.of(StudyAnswers.of("m", Map.of(Question.READABLE, List.of(Finding.on("mul",
        Verdict.NOT_TESTED, "many figures", new Evidence("AUROC", Unit.AUROC, Estimate.exact(0.5), WEAK))))));
    assertThat(StudyConclusion.of(blind).untested()).startsWith("mul: on 100 test problems")
        .doesNotContain("many figures");
  }

  @Test
  void nothingAskedIsSaidAsThat() {
    StudyConclusion conclusion = StudyConclusion.of(AnswerMatrix.of(StudyAnswers.of("model", Map.of())));
    assertThat(conclusion.carries()).startsWith("It was not tested whether");
    assertThat(conclusion.uses()).startsWith("It was not tested whether");
    assertThat(conclusion.power()).isEmpty();
  }

  @Test
  void figuresAreNumbersInTheFile() throws Exception {
    byte[] json = RecordJson.compact(ANSWERS);
    assertThat(new String(json, StandardCharsets.UTF_8)).contains(
        "\"estimate\":{\"value\":0.715,\"low\":0.666,\"high\":0.762}",
        "\"planted\":\"codes\"", "\"unit\":\"accuracy difference\"");
    assertThat(RecordJson.parse(json, StudyAnswers.class, "answers")).isEqualTo(ANSWERS);
  }

  /// As a version before figures were kept wrote it.
  @Test
  void answersWithoutFiguresAreStillRead() throws Exception {
    String old = """
        {"checkpoint":"m","answers":[{"question":"readable","findings":[
        {"of":"add","verdict":"yes","because":"AUROC 0.672","remark":null}]}]}""";
    Finding read = RecordJson.parse(old.getBytes(StandardCharsets.UTF_8), StudyAnswers.class, "answers")
        .to(Question.READABLE).findings().getFirst();
    assertThat(read.evidence()).isNull();
    assertThat(read.task()).isNull();
  }

  /// A figure reads back as itself to its last place, in any locale, and never as `-0`.
  @Property
  void digitsSayTheFigure(@ForAll @DoubleRange(min = -1, max = 1) double value) {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.GERMANY);
      for (Unit unit : Unit.values()) {
        String digits = unit.digits(value);
        double read = Double.parseDouble(digits.replace('−', '-'));
        double scaled = unit == Unit.POINTS || unit == Unit.SHARE ? 100 * value : value;
        int places = digits.contains(".") ? digits.length() - digits.indexOf('.') - 1 : 0;
        assertThat(read).isCloseTo(scaled, Offset.offset(0.5001 * Math.pow(10, -places)));
        assertThat(digits).doesNotMatch("−0(\\.0*)?");
      }
    } finally {
      Locale.setDefault(before);
    }
  }
}
