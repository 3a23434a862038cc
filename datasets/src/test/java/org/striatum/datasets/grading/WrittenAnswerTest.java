package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.striatum.datasets.grading.WrittenAnswer.Place;

class WrittenAnswerTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      \\boxed{3} and \\boxed{4                       | 3                  | BOX
      The answer is 5. \\boxed{6} and 7               | 6                  | BOX
      \\boxed{\\frac{1}{\\sqrt{2}}} and }             | \\frac{1}{\\sqrt{2}} | BOX
      $\\boxed{1}$ and $\\boxed{2}$                   | 1, 2               | BOX
      $\\boxed{1}$ so that $\\boxed{2}$               | 2                  | BOX
      \\fbox{9}                                       | 9                  | BOX
      "The answer is 3. Then 4 more"                  | 3                  | SAID
      "Answer: 3. No, the answer is 5."               | 5                  | SAID
      The answer is not 3 but $4$                     | 4                  | FORMULA
      "**Answer:** $x = 4$ of 10"                     | x = 4              | SAID
      "We get $3$, then $4$."                         | 4                  | FORMULA
      "We get $3$, then 4 of them."                   | 4                  | NUMBER
      It costs $5 and then $6                         | $6                 | NUMBER
      "5 eggs\\n#### 18\\nThe answer is \\boxed{2}"   | 18                 | MARK
      """)
  void whichAnswer(String text, String read, Place place) {
    assertThat(WrittenAnswer.of(text.replace("\\n", "\n"))).contains(new WrittenAnswer(read.replace("$6", "6"), place));
  }

  @Test
  void noAnswer() {
    assertThat(WrittenAnswer.of("")).isEmpty();
    assertThat(WrittenAnswer.of("I do not know")).isEmpty();
    assertThat(WrittenAnswer.of("\\boxed{")).isEmpty();
  }
}
