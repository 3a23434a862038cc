package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.striatum.probe.rollout.Grade;

class ReadingTest {
  private static final Reading REASONER = new Reading("[T]", "[/T]", true, List.of());

  @Test
  void theAnswerStandsBehindTheThinking() {
    assertThat(Reading.USUAL.graded("<think>4? 5!</think>It is 6.")).contains("It is 6.");
    assertThat(Reading.USUAL.graded("<think>4</think>5<think>6</think>7")).contains("7");
    assertThat(Reading.USUAL.graded("no thinking: 8")).contains("no thinking: 8");
    assertThat(Reading.USUAL.graded("4</think>9")).as("begun by the prompt").contains("9");
    assertThat(REASONER.graded("4[/T]9")).contains("9");
  }

  @Test
  void whatIsCutOffInsideTheThinkingHasNoAnswer() {
    assertThat(Reading.USUAL.graded("<think>it is \\boxed{4}")).isEmpty();
    assertThat(Reading.USUAL.graded("<think>4</think>5<think>6")).isEmpty();
    assertThat(REASONER.graded("it is 4")).isEmpty();
    assertThat(new Reading("", "", false, List.of()).graded("<think>4")).contains("<think>4");
  }

  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  void noGraderReadsTheThinking(AnswerGrader grader) {
    String right = grader == AnswerGrader.CHOICE ? "B" : "7";
    String other = grader == AnswerGrader.CHOICE ? "C" : "8";
    assertThat(grader.grade(right, "<think>" + other + "</think>" + right, Reading.USUAL).reward()).isEqualTo(1);
    assertThat(grader.grade(right, "<think>" + right + "</think>" + other, Reading.USUAL).reward()).isZero();
    assertThat(grader.grade(right, "<think>" + right, Reading.USUAL)).isEqualTo(Grade.none());
  }

  @Test
  void aStopEndsTheAnswer() {
    Reading stopped = Reading.USUAL.withStops(List.of("\n\n", "Question:"));
    assertThat(stopped.graded("18 Question: 2\n\n3")).contains("18 ");
    assertThat(AnswerGrader.NUMBER.grade("18", "so 18\n\nQ: 1+1\nA: 2", stopped))
        .isEqualTo(new Grade(1, Optional.of("18"), false));
    assertThat(AnswerGrader.CHOICE.grade("B", " B\n\nThe answer is C", stopped).reward()).isEqualTo(1);
  }

  @Test
  void halfAMarkerIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Reading("<think>", "", false, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new Reading("", "", true, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Reading.USUAL.withStops(List.of("")));
  }
}
