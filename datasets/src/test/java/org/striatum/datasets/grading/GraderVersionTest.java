package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.datasets.grading.GradingCases.Case;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.run.Sha256;

class GraderVersionTest {
  /// Of the cases of other graders every one of so many.
  private static final int OTHERS = 5;

  /// What each version answers to its cases, and to some of others. Where this fails, answers have changed: raise the version in [AnswerGrader] and write
  /// the new sum, so that runs of before are known to be stale. (Of `math` what is read and its form; the cases hold its rewards.)
  @ParameterizedTest
  @CsvSource({"number, 10, c8a5dc6d04b98797", "math, 10, 96ea13348db1e07a", "latex, 10, 922c51f1d18b79d9",
      "choice, 10, 2a4552ad5a802d5d", "exact, 4, 9d0f3e4f0eb9c5b3"})
  void answersBelongToAVersion(String name, int version, String sum) throws IOException {
    AnswerGrader grader = AnswerGrader.named(name);
    assertThat(grader.version()).isEqualTo(version);
    StringBuilder answers = new StringBuilder();
    List<Case> all = all();
    for (int i = 0; i < all.size(); i++) {
      Case one = all.get(i);
      if (one.grader().equals(name) || i % OTHERS == 0) {
        Optional<Grade> grade = grader == AnswerGrader.MATH
            ? Optional.empty()
            : Optional.of(one.grader().equals(name)
                ? one.grade()
                : grader.grade(one.answer(), one.completion(), Reading.USUAL));
        answers.append(grade.map(Grade::read).orElseGet(() -> grader.answer(one.completion())).orElse("-"))
            .append(grade.map(found -> Double.toString(found.reward())).orElse("")).append('\n');
      }
    }
    assertThat(Sha256.of(answers.toString().getBytes(StandardCharsets.UTF_8)).hex()).startsWith(sum);
  }

  private static List<Case> all() throws IOException {
    List<Case> all = new ArrayList<>();
    for (String file : List.of("cases.jsonl", "further-cases.jsonl", "fresh-cases.jsonl", "tried-cases.jsonl",
        "math-style.jsonl", "later-cases.jsonl", "blind-cases.jsonl", "near-misses.jsonl", "contested-cases.jsonl",
        "committed-cases.jsonl", "uncommitted-cases.jsonl", "stranger-cases.jsonl", "weak-points.jsonl",
        "attributed-cases.jsonl", "prose-cases.jsonl", "usual-cases.jsonl", "examined-cases.jsonl",
        "math-verify.jsonl")) {
      all.addAll(GradingCases.read(file, "math"));
    }
    return all;
  }

  @Test
  void everyGraderOfThisProgramHasOne() {
    assertThat(GraderVersion.of(AnswerGrader.MATH)).contains(new GraderVersion("math", AnswerGrader.MATH.version()));
    assertThat(GraderVersion.of(Grader.AFTER_LAST_HASH)).isPresent();
    assertThat(GraderVersion.of((_, _) -> 1)).as("a rule of the caller").isEqualTo(Optional.empty());
    assertThatIllegalArgumentException().isThrownBy(() -> new GraderVersion("math", 0));
  }
}
