package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.striatum.probe.rollout.Grade;
import org.striatum.probe.rollout.Problem;
import org.striatum.probe.rollout.Unread;
import org.striatum.probe.run.UsageException;

class AnswerGraderTest {
  private static double reward(AnswerGrader grader, String answer, String completion) {
    return grader.reward(new Problem("id", "set", "prompt", answer, answer), completion);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      72      | She sold 48/2 = <<48/2=24>>24 clips in May, 48+24 = 72 altogether. #### 72 | 1
      72      | The answer is 72.                          | 1
      72      | The answer is 72. #### 71                  | 0
      72      | The answer is 71. #### 72 each day          | 1
      72      | The answer is 71. #### 72 and so on, 5     | 0
      1234    | so we get $1,234.00                        | 1
      1,234   | #### 1234                                  | 1
      1234567 | 1,234,567                                  | 1
      0.5     | that is \\frac{1}{2}                       | 1
      1/2     | it is .5                                   | 1
      1/2     | \\dfrac12                                  | 1
      50      | it is 50%                                  | 1
      50      | by 50%                                     | 0
      -3      | x = -3                                     | 1
      3       | 10-3                                       | 0
      -3      | 10 - -3                                    | 0
      -3      | −3                                         | 1
      4       | \\boxed{4} because 5 is too many           | 1
      10000   | 1e4                                        | 1
      7       | no figure at all                           | 0
      7       | 7/0                                        | 0
      1       | 1,23                                       | 0
      """)
  void numbers(String answer, String completion, int reward) {
    assertThat(reward(AnswerGrader.NUMBER, answer, completion)).isEqualTo(reward);
  }

  /// Pairs of the MATH evaluation's own `test_is_equiv.py` (github.com/hendrycks/math), and what its `strip_string` says
  /// in its comments.
  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      \\frac{1}{2}       | \\dfrac12                     | 1
      \\frac12           | \\frac{1}{2}                  | 1
      \\frac{1}{\\sqrt{2}} | \\frac 1{\\sqrt2}           | 1
      2\\sqrt{3}         | 2\\sqrt3                      | 1
      10                 | 10\\text{ units}              | 1
      (2,3)              | \\left( 2, \\; 3 \\right)     | 1
      45                 | 45^\\circ                     | 1
      45                 | 45^{\\circ}                   | 1
      36                 | \\$36                         | 1
      50                 | 50\\%                         | 1
      0.5                | .5                            | 1
      0.5                | \\frac{1}{2}                  | 1
      a/b                | \\frac{a}{b}                  | 1
      5                  | x=5                           | 1
      \\text{Evelyn}     | Evelyn                        | 1
      1,000              | 1000                          | 1
      10{,}000           | 10000                         | 1
      3.                 | 3                             | 1
      \\frac{1}{2}       | \\frac{2}{1}                  | 0
      (2,3)              | (3,2)                         | 0
      x^2                | x^{2}                         | 1
      x^2                | x^{3}                         | 0
      x+1                | 1+x                           | 0
      \\sqrt{2}          | 2                             | 0
      """)
  void latex(String answer, String given, int reward) {
    assertThat(reward(AnswerGrader.LATEX, answer, "We find $\\boxed{1}$, no, $\\boxed{" + given + "}$."))
        .isEqualTo(reward);
    assertThat(reward(AnswerGrader.LATEX, answer, "The answer is $" + given + "$.")).as("not in a box")
        .isEqualTo(reward);
  }

  @Test
  void aBoxEndsWhereItsBracesClose() {
    assertThat(WrittenAnswer.boxed("\\boxed{\\frac{1}{\\sqrt{2}}} and }")).contains("\\frac{1}{\\sqrt{2}}");
    assertThat(WrittenAnswer.boxed("\\boxed{\\{1, 2\\}}")).contains("\\{1, 2\\}");
    assertThat(WrittenAnswer.boxed("\\boxed{3} and \\boxed{4")).as("cut off").contains("3");
    assertThat(WrittenAnswer.boxed("\\fbox{3}")).contains("3");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      B | B                                        | B
      B | ' (B) because it rains'                  | B
      B | The answer is B.                         | B
      B | "The answer is (B), not (C)"             | B
      B | Answer: **B**                            | B
      B | I think that A fits. The answer is $\\boxed{B}$ | B
      B | We weigh (A). It must be (B)             | B
      C | "It is long.\nC\n"                       | C
      c | C                                        | C
        | A dog is no cat.                         |
        | I do not know                            |
        | ''                                       |
      """, quoteCharacter = '"', nullValues = "")
  void choices(String answer, String completion, String read) {
    String text = completion == null ? "" : completion.replace("\\n", "\n").replace("'", "");
    assertThat(AnswerGrader.CHOICE.answer(text)).isEqualTo(Optional.ofNullable(read));
    if (answer != null) {
      assertThat(reward(AnswerGrader.CHOICE, answer, text)).isEqualTo(1);
      assertThat(reward(AnswerGrader.CHOICE, "D", text)).isZero();
    }
  }

  @Test
  void exactTextIsExact() {
    assertThat(reward(AnswerGrader.EXACT, "Paris", " Paris\n")).isEqualTo(1);
    assertThat(reward(AnswerGrader.EXACT, "Paris", "paris")).isZero();
    assertThat(AnswerGrader.EXACT.answer("  ")).isEmpty();
  }

  /// However a number is written, it is the same; another one is not.
  @Property(tries = 300)
  void aNumberIsWhatItIsHoweverWritten(@ForAll @IntRange(min = -9_999_999, max = 9_999_999) int n,
      @ForAll @IntRange(max = 99) int hundredths) {
    BigDecimal number = new BigDecimal(n + "." + (hundredths < 10 ? "0" : "") + hundredths);
    String plain = number.toPlainString();
    for (String written : new String[]{plain, plain + "00", "%,.2f".formatted(number), "$" + plain, plain + "%",
        number.movePointRight(2).toPlainString() + "/100"}) {
      for (AnswerGrader grader : new AnswerGrader[]{AnswerGrader.NUMBER, AnswerGrader.LATEX}) {
        assertThat(reward(grader, plain, "so \\boxed{" + written + "}")).as("%s: %s", grader, written).isEqualTo(1);
        assertThat(reward(grader, number.add(new BigDecimal("0.01")).toPlainString(), "so \\boxed{" + written + "}"))
            .as("%s: %s", grader, written).isZero();
      }
      assertThat(reward(AnswerGrader.NUMBER, plain, "first 5, then " + written + ".")).as(written).isEqualTo(1);
    }
  }

  /// What is counted as a vote is a form of itself, and no text makes a grader fail.
  @Property(tries = 500)
  void anyTextIsReadOnce(@ForAll AnswerGrader grader, @ForAll @From("hostile") String text) {
    Optional<String> read = grader.grade("1", text, Reading.USUAL).read();
    assertThat(grader.answer(text).isPresent()).isEqualTo(read.isPresent());
    if (grader != AnswerGrader.MATH && grader != AnswerGrader.LATEX) {
      grader.answer(text).ifPresent(answer -> {
        assertThat(grader.reference(answer)).as("of %s", answer).contains(answer);
        assertThat(reward(grader, answer, text)).isEqualTo(1);
      });
    }
  }

  @Provide
  Arbitrary<String> hostile() {
    Arbitrary<String> pieces = Arbitraries.of("\\boxed{", "}", "{", "\\frac", "\\sqrt", "\\text{", "####", "1", "23",
        ",",
        ".", "/", "-", "e9", " ", "%", "(A)", "B", "\\left(", "^\\circ", "$", "=", "x", "answer is ", "\n", "\\", "é");
    return Arbitraries.oneOf(pieces.list().ofMaxSize(20).map(parts -> String.join("", parts)),
        Arbitraries.strings().all().ofMaxLength(60));
  }

  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  void longTextsEndSoon(AnswerGrader grader) {
    repeated(grader, 4_000);
  }

  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  @Tag("slow")
  void longerTextsEndSoon(AnswerGrader grader) {
    repeated(grader, 20_000);
  }

  private static void repeated(AnswerGrader grader, int times) {
    for (String piece : new String[]{"\\boxed{", "1,", "1", "\\frac{1", "(", " ", "\\text{", "-", "\n", "\n A",
        "answer is ", "1,111", "1/", "$", "\\(", "#### ", "A. x\n", "so ", "She has 3. ", "**", "**5** ", "x = 1, ",
        "the number of "}) {
      assertThat(grader.grade("7", piece.repeat(times), Reading.USUAL).reward()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  @Tag("slow")
  @Timeout(60)
  void textsOfAMegabyteEndSoon(AnswerGrader grader) {
    for (int length = 125_000; length <= 1_000_000; length *= 2) {
      for (String piece : new String[]{"1,111,", "\n", "\\boxed{"}) {
        assertThat(grader.grade("7", piece.repeat(length / piece.length()), Reading.USUAL).reward()).isZero();
      }
    }
  }

  /// Beyond its limits a grader says so, and decides nothing in silence.
  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  void whatIsBeyondTheLimitsIsSaid(AnswerGrader grader) {
    String most = "a ".repeat(ReadingWork.LONGEST / 2);
    assertThat(grader.grade("7", most, Reading.USUAL).unread()).isEmpty();
    assertThat(grader.grade("7", most + "a", Reading.USUAL)).isEqualTo(Grade.unread(Unread.TOO_LONG));
    assertThat(grader.grade("7", "<think>" + most + "a</think>7", Reading.USUAL).unread()).as("a thought").isEmpty();
    assertThat(grader.answer(most + "a")).isEmpty();
    assertThat(grader.reference(most + "a")).isEmpty();
  }

  /// A text that goes on with one question after another, and answers none, is read again before each.
  @ParameterizedTest
  @EnumSource(value = AnswerGrader.class, mode = Mode.EXCLUDE, names = "EXACT")
  @Tag("slow")
  void workIsLimited(AnswerGrader grader) {
    String text = "So we go on and look at all of it again here. ".repeat(4000) + "\n---\n".repeat(40);
    assertThat(text).hasSizeLessThan(ReadingWork.LONGEST);
    assertThat(grader.grade("7", text, Reading.USUAL)).isEqualTo(Grade.unread(Unread.TOO_MUCH_WORK));
  }

  @ParameterizedTest
  @EnumSource(AnswerGrader.class)
  @Tag("slow")
  @Timeout(60)
  void textsUpToTheLimitEndSoon(AnswerGrader grader) {
    for (String piece : new String[]{"\\boxed{1} ", "\nQuestion: ", "\n\nWhat is it? ", "\\begin{align}",
        "The total is 5. ",
        "$1$ ", "(", "A"}) {
      String text = piece.repeat(ReadingWork.LONGEST / piece.length());
      assertThat(grader.grade("7", text, Reading.USUAL).reward()).isZero();
      assertThat(grader.grade("7", "The answer is 7. " + text, Reading.USUAL, true).read().orElse(""))
          .isNotEqualTo("8");
    }
  }

  @Test
  void gradersAreFoundByName() {
    assertThat(AnswerGrader.named("latex")).isEqualTo(AnswerGrader.LATEX);
    assertThatThrownBy(() -> AnswerGrader.named("regex")).isInstanceOf(UsageException.class)
        .hasMessage("unknown grader 'regex': the graders are number, math, latex, choice, exact");
  }
}
