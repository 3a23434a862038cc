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
  /// What each version answers to all cases. Where this fails, answers have changed: raise the version in [AnswerGrader] and write
  /// the new sum, so that runs of before are known to be stale. (Of `math` what is read and its form; the cases hold its rewards.)
  @ParameterizedTest
  @CsvSource({"number, 8, e0da6345109b3f2b", "math, 8, ccb264d30b398420", "latex, 8, 62e7c6e64caaa797",
      "choice, 8, 83692aaafa8abf0c", "exact, 3, fe551599ec9ff508"})
  void answersBelongToAVersion(String name, int version, String sum) throws IOException {
    AnswerGrader grader = AnswerGrader.named(name);
    assertThat(grader.version()).isEqualTo(version);
    StringBuilder answers = new StringBuilder();
    for (Case one : all()) {
      if (grader == AnswerGrader.MATH) {
        answers.append(grader.answer(one.completion()).orElse("-"));
      } else {
        Grade grade = grader.grade(one.answer(), one.completion(), Reading.USUAL);
        answers.append(grade.read().orElse("-")).append(grade.reward());
      }
      answers.append('\n');
    }
    assertThat(Sha256.of(answers.toString().getBytes(StandardCharsets.UTF_8)).hex()).startsWith(sum);
  }

  private static List<Case> all() throws IOException {
    List<Case> all = new ArrayList<>();
    for (String file : List.of("cases.jsonl", "further-cases.jsonl", "fresh-cases.jsonl", "tried-cases.jsonl",
        "math-style.jsonl", "later-cases.jsonl", "blind-cases.jsonl", "near-misses.jsonl", "contested-cases.jsonl",
        "committed-cases.jsonl", "uncommitted-cases.jsonl", "stranger-cases.jsonl", "weak-points.jsonl",
        "attributed-cases.jsonl", "prose-cases.jsonl", "usual-cases.jsonl", "math-verify.jsonl")) {
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
