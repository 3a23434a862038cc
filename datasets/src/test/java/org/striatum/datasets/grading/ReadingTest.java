package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Grader;
import org.striatum.probe.rollout.Problem;

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

  /// Each prompt by itself: only one that ends with the marker has begun a thought.
  @Test
  void promptsBeginThoughtsOneByOne() {
    Reading reading = Reading.USUAL;
    for (String opened : List.of("Q: 1+1<think>", "2<think></think>3<think>\n", "a <think>\n\n")) {
      assertThat(reading.behind(opened).graded("it is 4")).as(opened).isEmpty();
      assertThat(reading.behind(opened).graded("4</think>9")).contains("9");
      assertThat(reading.isDoubtful(opened)).isFalse();
    }
    for (String plain : List.of("Q: 1+1=", "<think>\n\n</think>\n\n", "x<think>y</think>z")) {
      assertThat(reading.behind(plain).graded("it is 4")).as(plain).contains("it is 4");
      assertThat(reading.isDoubtful(plain)).isFalse();
    }
    String asked = "What does <think> mean?\nAnswer:";
    assertThat(reading.behind(asked).graded("a marker")).as("a question about the marker").contains("a marker");
    assertThat(reading.isDoubtful(asked)).isTrue();
  }

  @Test
  void oneRunGradesBothKindsOfPrompts() {
    Grader grader = new ReadingGrader(AnswerGrader.NUMBER, Reading.USUAL);
    assertThat(grader.reward(new Problem("a", "d", "1+1=<think>\n", "", "2"), "it is 2")).isZero();
    assertThat(grader.answer(new Problem("a", "d", "1+1=<think>\n", "", "2"), "it is 2")).isEmpty();
    assertThat(grader.reward(new Problem("b", "d", "1+1=", "", "2"), "it is 2")).isEqualTo(1);
  }

  /// What gpt-oss writes, with the special tokens of its tokenizer.
  private static final Reading HARMONY = new Reading("<|channel|>analysis<|message|>", "<|end|>", false, List.of());
  private static final String ANALYSIS = "<|channel|>analysis<|message|>4? No, 5.<|end|>";
  private static final String FINAL = "<|start|>assistant<|channel|>final<|message|>";

  @Test
  void theFinalChannelIsTheAnswer() {
    assertThat(HARMONY.graded(ANALYSIS + FINAL + "It is 6.")).contains("It is 6.");
    assertThat(HARMONY.graded(ANALYSIS + FINAL + "It is 6.<|return|>")).contains("It is 6.");
    assertThat(HARMONY.graded(ANALYSIS + FINAL + "It is 6.<|end|>")).as("as the next turn has it").contains("It is 6.");
    assertThat(HARMONY.graded("<|channel|>final<|message|>6")).as("without a thought").contains("6");
    assertThat(HARMONY.graded(ANALYSIS + FINAL + "5<|end|>" + FINAL + "6")).as("the last").contains("6");
    assertThat(HARMONY.graded(ANALYSIS + "<|start|>assistant<|channel|>commentary<|message|>5<|end|>" + FINAL + "6"))
        .contains("6");
    assertThat(HARMONY.graded("<|channel|>final <|constrain|>json<|message|>{\"a\": 6}")).contains("{\"a\": 6}");
    assertThat(HARMONY.graded("6<|return|>")).as("where the prompt opened the final channel").contains("6");
    assertThat(AnswerGrader.NUMBER.grade("6", ANALYSIS + FINAL + "6", HARMONY).reward()).isEqualTo(1);
    assertThat(AnswerGrader.EXACT.grade("6", ANALYSIS + FINAL + "6", HARMONY).reward()).isEqualTo(1);
  }

  /// As servers give it that leave special tokens out.
  @Test
  void harmonyWithoutItsSpecialTokens() {
    assertThat(HARMONY.graded("analysis4? No, 5.assistantfinalIt is 6.")).contains("It is 6.");
    assertThat(HARMONY.graded("analysisSo it is 6. But check")).as("cut off inside").isEmpty();
    assertThat(HARMONY.thoughtEnd("analysis4?assistantfinal6")).hasValue("analysis4?assistantfinal".length());
    assertThat(HARMONY.graded("6")).as("no thought").contains("6");
  }

  @Test
  void withoutAFinalChannelThereIsNoAnswer() {
    for (String cut : List.of("<|channel|>analysis<|message|>it is 4", ANALYSIS, ANALYSIS + "<|start|>assistant",
        ANALYSIS + "<|start|>assistant<|channel|>commentary<|message|>4")) {
      assertThat(HARMONY.graded(cut)).as(cut).isEmpty();
      assertThat(HARMONY.thoughtEnd(cut)).as(cut).isEmpty();
    }
    assertThat(HARMONY.behind("…<|start|>assistant<|channel|>analysis<|message|>").graded("it is 4")).isEmpty();
    assertThat(HARMONY.behind("…<|start|>assistant<|channel|>analysis<|message|>").graded("4<|end|>" + FINAL + "6"))
        .contains("6");
  }

  @Test
  void aThoughtEndsBehindItsMarker() {
    assertThat(Reading.USUAL.thoughtEnd("<think>4</think>5")).hasValue(16);
    assertThat(Reading.USUAL.thoughtEnd("4</think>5")).hasValue(9);
    assertThat(Reading.USUAL.thoughtEnd("<think>4</think>5<think>6</think>7")).as("before the answer").hasValue(33);
    assertThat(Reading.USUAL.thoughtEnd("<think>4</think>5<think>6")).isEmpty();
    assertThat(Reading.USUAL.thoughtEnd("no thought")).isEmpty();
    assertThat(Reading.USUAL.withStops(List.of("Q:")).thoughtEnd("5Q:</think>6")).as("behind a stop").isEmpty();
    assertThat(HARMONY.thoughtEnd(ANALYSIS + FINAL + "6<|end|>")).hasValue(ANALYSIS.length());
    assertThat(HARMONY.thoughtEnd("<|channel|>final<|message|>6")).isEmpty();
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

  /// Whatever ends a turn, what a model goes on with behind it is not read; the header of its own turn is passed over.
  @ParameterizedTest
  @ValueSource(strings = {"<|im_end|>", "<|endoftext|>", "</s>", "<|eot_id|>", "<|end_of_text|>", "<end_of_turn>",
      "<eos>",
      "<|end|>", "<|im_start|>", "<\uFF5Cend▁of▁sentence\uFF5C>", "[INST]", "<|user|>", "<|eot|>"})
  void whatStandsBehindTheEndOfATurnIsNotRead(String end) {
    for (AnswerGrader grader : AnswerGrader.values()) {
      String right = grader == AnswerGrader.CHOICE ? "B" : "7";
      String other = grader == AnswerGrader.CHOICE ? "C" : "8";
      String said = grader == AnswerGrader.EXACT ? right : "The answer is " + right + ".";
      String runOn = said + end + "\nThe answer is " + other + ". \\boxed{" + other + "}\n#### " + other;
      assertThat(grader.grade(right, runOn, Reading.USUAL).reward()).as("%s %s", grader, end).isEqualTo(1);
      assertThat(grader.grade(other, runOn, Reading.USUAL).reward()).as("%s %s", grader, end).isZero();
      assertThat(grader.grade(right, "<think>" + other + "</think>" + runOn, Reading.USUAL).reward()).isEqualTo(1);
      assertThat(grader.grade(right, end + right, Reading.USUAL).read()).as("no answer before it").isEmpty();
    }
    assertThat(Reading.USUAL.thoughtEnd("<think>4</think>5" + end + "<think>6</think>7")).hasValue(16);
  }

  @Test
  void theHeaderOfTheModelsOwnTurnIsNoAnswer() {
    for (String header : List.of("<|im_start|>assistant\n", "<|start_header_id|>assistant<|end_header_id|>\n\n", "<s>",
        "<start_of_turn>model\n", "<|begin_of_text|>", "<|assistant|>")) {
      assertThat(AnswerGrader.EXACT.grade("7", header + "7", Reading.USUAL).reward()).as(header).isEqualTo(1);
    }
  }

  @Test
  void halfAMarkerIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Reading("<think>", "", false, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> new Reading("", "", true, List.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> Reading.USUAL.withStops(List.of("")));
  }

  /// What a server takes apart is read as the whole is, in every kind of markers.
  @Test
  void aThoughtAndItsAnswerAreOneCompletion() {
    for (Reading reading : List.of(Reading.USUAL, Reading.USUAL.behind("2+2=<think>\n"),
        new Reading("<|channel|>analysis<|message|>", "<|end|>", false, List.of()))) {
      assertThat(reading.graded(reading.joined("not 3", "It is 4.", true))).contains("It is 4.");
      assertThat(reading.thoughtEnd(reading.joined("not 3", "It is 4.", true))).isPresent();
      assertThat(reading.graded(reading.joined("not 3", "", false))).as("cut off in it").isEmpty();
    }
    assertThat(new Reading("", "", false, List.of()).joined("not 3", "4", true)).isEqualTo("4");
  }

  /// A scale, a fraction or a number of things is no unit, and what is still to be computed no number.
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      #### $5K | 5 | 5000
      The house costs $120K. | 120 | 120000
      #### 120K | 120 | 120000
      Total revenue: **$1.5M** | 1.5 | 1500000
      The profit is $70k | 70 | 70000
      The temperature is 300 K. | 300000 | 300
      The answer is 3 tenths. | 3 | -
      The answer is 3 hundredths. | 3 | -
      The answer is 3 quarters. | 3 | -
      She gets 5 eighths. | 5 | -
      #### 5 gross | 5 | -
      12+35 | 47 | -
      7*4 | 28 | -
      #### 12+35 | 47 | -
      The answer is 12+35. | 47 | -
      Answer: 3*(4+5) | 27 | -
      """)
  void aScaleIsNoUnitAndACalculationNoNumber(String text, String wrong, String right) {
    assertThat(AnswerGrader.NUMBER.grade(wrong, text, Reading.USUAL).reward()).isZero();
    if (!right.equals("-")) {
      assertThat(AnswerGrader.NUMBER.grade(right, text, Reading.USUAL).reward()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"5\n6\n7", "- 5\n- 7", "3\n\n7"})
  void ofLinesOfNumbersNoneIsTheAnswer(String text) {
    assertThat(AnswerGrader.NUMBER.grade("7", text, Reading.USUAL).read()).isEmpty();
  }

  /// What touches the end of a text that the token limit cut off may be the beginning of something else.
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {"The answer is 1|none", "#### 1|none", "So $\\boxed{1|none", "\\boxed{1}|1",
      "The answer is 1.|none", "The answer is 1,|none", "The answer is 1!|1", "The answer is **1**|1",
      "The answer is **1|none",
      "The answer is $1$|1", "The answer is \\(\\frac{1}{1}|none", "<answer>1|none", "<answer>1</answer>|1",
      "#### 1\\nQuestion: Wh|1", "答案是1|none"})
  void anAnswerAtTheEndOfWhatWasCutOffIsNotRead(String text, String read) {
    String completion = text.replace("\\n", "\n");
    Problem one = new Problem("a", "d", "q", "1", "1");
    for (AnswerGrader grader : List.of(AnswerGrader.NUMBER, AnswerGrader.MATH, AnswerGrader.LATEX)) {
      Grader behind = new ReadingGrader(grader, Reading.USUAL);
      Grade whole = behind.grade(one, completion);
      assertThat(behind.grade(one, completion, false)).isEqualTo(whole);
      Grade cut = behind.grade(one, completion, true);
      assertThat(cut).as("%s: %s", grader, text).isEqualTo(read.equals("none") ? Grade.none() : whole);
    }
    assertThat(new ReadingGrader(AnswerGrader.NUMBER, Reading.USUAL).grade(one, completion, true).reward())
        .isEqualTo(read.equals("none") ? 0 : 1);
  }

  @Test
  void aLetterAtTheEndOfWhatWasCutOffIsNotRead() {
    Grader choice = new ReadingGrader(AnswerGrader.CHOICE, Reading.USUAL);
    Problem asked = new Problem("a", "d", "q", "B", "B");
    for (String open : List.of("Because B", "The answer is B", "<think>A</think>The answer is (B", "\\boxed{B")) {
      assertThat(choice.grade(asked, open, true)).as(open).isEqualTo(Grade.none());
    }
    for (String said : List.of("B", " B", "(B", "The answer is B.", "(B)", "\\boxed{B}",
        "The answer is B.\n\nIt is said th")) {
      assertThat(choice.grade(asked, said, true)).as(said).isEqualTo(choice.grade(asked, said));
      assertThat(choice.grade(asked, said, true).reward()).as(said).isOne();
    }
    assertThat(new ReadingGrader(AnswerGrader.EXACT, Reading.USUAL).grade(asked, "B", true).reward()).isOne();
    assertThat(new ReadingGrader(Grader.AFTER_LAST_HASH, Reading.USUAL).grade(asked, "#B", true).reward())
        .as("a rule of the set's own").isOne();
  }
}
