package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.striatum.datasets.grading.GradingCases.Agreement;
import org.striatum.datasets.grading.GradingCases.Case;

class GradingCasesTest {
  @Test
  void everyCaseIsGradedAsItSays() throws IOException {
    assertThat(GradingCases.read("cases.jsonl", "math"))
        .allSatisfy(one -> assertThat((int) one.grade().reward()).as("%s", one).isEqualTo(one.reward()));
  }

  /// The reference verifier's own tests, and forms that models write, not all of which are read: see ORIGIN.md.
  @ParameterizedTest
  @ValueSource(strings = {"math-verify.jsonl", "further-cases.jsonl", "committed-cases.jsonl",
      "uncommitted-cases.jsonl", "fresh-cases.jsonl", "tried-cases.jsonl", "math-style.jsonl",
      "later-cases.jsonl", "blind-cases.jsonl", "near-misses.jsonl", "contested-cases.jsonl", "stranger-cases.jsonl",
      "weak-points.jsonl", "attributed-cases.jsonl", "prose-cases.jsonl", "usual-cases.jsonl", "examined-cases.jsonl"})
  void mostCasesAgreeAndNoneIsAcceptedWrongly(String file) throws IOException {
    Map<String, Agreement> counts = GradingCases.agreement(GradingCases.read(file, "math"));
    Agreement total = GradingCases.total(counts);
    assertThat(total.accepted()).as("%s", counts).isZero();
    assertThat(total.agreed()).as("%s", counts).isGreaterThanOrEqualTo((int) Math.ceil(0.95 * total.cases()));
  }

  /// A wrong reference is not met by the same completions: a grader that accepts everything fails here.
  @Test
  void theSameAnswersAreWrongForAnotherReference() throws IOException {
    List<Case> right = GradingCases.read("further-cases.jsonl", "math").stream().filter(one -> one.reward() == 1)
        .toList();
    assertThat(right).hasSizeGreaterThan(300).allSatisfy(one -> {
      String other = one.grader().equals("choice") ? "Z" : one.grader().equals("exact") ? "Rome" : "98765";
      assertThat(AnswerGrader.named(one.grader()).grade(other, one.completion(), Reading.USUAL).reward()).as("%s", one)
          .isZero();
    });
  }

  @ParameterizedTest
  @CsvSource({"cases.jsonl", "further-cases.jsonl", "fresh-cases.jsonl", "tried-cases.jsonl", "math-style.jsonl",
      "later-cases.jsonl", "blind-cases.jsonl", "near-misses.jsonl", "contested-cases.jsonl",
      "committed-cases.jsonl", "uncommitted-cases.jsonl", "stranger-cases.jsonl", "weak-points.jsonl",
      "attributed-cases.jsonl", "prose-cases.jsonl", "usual-cases.jsonl", "examined-cases.jsonl", "math-verify.jsonl"})
  @Tag("slow")
  void theManualHoldsTheTables(String file) throws IOException {
    String table = GradingCases.table(GradingCases.agreement(GradingCases.read(file, "math")));
    assertThat(Files.readString(Path.of("..", "docs", "grading.md"))).contains(table);
  }
}
