package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WrittenAnswerTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      The answer is 5. \\boxed{6}                     | 6
      $\\boxed{1}$ and $\\boxed{2}$                   | 1, 2
      \\fbox{9}                                       | 9
      "Answer: 3. No, the answer is 5."               | 5
      The answer is not 3 but $4$                     | 4
      "**Answer:** $x = 4$"                           | x = 4
      "We get $3$. So the value is $4$."              | 4
      "It costs $5 each. The total is $6"             | $6
      "5 eggs\\n#### 18\\nThe answer is \\boxed{2}"   | 18
      """)
  void whichAnswer(String text, String read) {
    assertThat(WrittenAnswer.of(text.replace("\\n", "\n"))).contains(read);
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
      ""
      I do not know
      \\boxed{
      The answer is 3. Then 4 more.
      The answer is 5. \\boxed{6} and 7 are wrong.
      "We get $3$, which is not the value."
      \\boxed{3} and \\boxed{4
      $\\boxed{1}$ so that $\\boxed{2}$
      """)
  void noAnswer(String text) {
    assertThat(WrittenAnswer.of(text)).isEmpty();
  }
}
