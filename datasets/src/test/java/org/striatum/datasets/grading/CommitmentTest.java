package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A sentence gives an answer if the grammar knows every word of it, and nothing behind it can change it.
class CommitmentTest {
  /// Sentences of each form, the value last or with what may follow it.
  private static final String[] FORMS = {"The answer is %d.", "So the final answer is %d dollars.", "Answer: %d",
      "Therefore, she sells %d eggs per day.", "There are %d left.", "That leaves %d.", "He has %d apples in total.",
      "The total cost is $%d.", "So x = %d.", "3 * 6 = %d", "It is %d.", "%d is the answer.", "Total: %d"};
  private static final String[] BEHIND = {"Wait, that's wrong.", "But this counts one twice.", "Then there are 7 more.",
      "Is that right?", "That overlooks the tax.", "The answer is 7.", "Now we add the rest.", "Or maybe 7."};
  /// No word of the grammar, whatever stands beside it.
  private static final String STRANGE = "zorply";

  @Property(tries = 200)
  void everyFormIsRead(@ForAll @IntRange(min = 11, max = 9999) int n, @ForAll @IntRange(min = 0, max = 12) int form) {
    assertThat(number(FORMS[form].formatted(n))).as(FORMS[form]).isEqualTo(Integer.toString(n));
  }

  /// Between the first word and the value: behind it a strange word may be a unit, and another clause may stand before.
  @Property(tries = 400)
  void aSentenceWithAWordThatTheGrammarDoesNotKnowGivesNoAnswer(@ForAll @IntRange(min = 11, max = 9999) int n,
      @ForAll @IntRange(min = 0, max = 12) int form, @ForAll @IntRange(min = 1, max = 4) int place) {
    Assume.that(!FORMS[form].contains("=")); // before the sign a word may be what the value belongs to
    List<String> words = new ArrayList<>(Arrays.asList(FORMS[form].formatted(n).split(" ", -1)));
    int value = 0;
    while (!words.get(value).contains(Integer.toString(n))) {
      value++;
    }
    words.add(Math.min(place, value), STRANGE);
    assertThat(number(String.join(" ", words))).as("%s", words).isEmpty();
  }

  @Property(tries = 200)
  void whatCouldChangeAnAnswerBehindItTakesItBack(@ForAll @IntRange(min = 11, max = 9999) int n,
      @ForAll @IntRange(min = 0, max = 12) int form, @ForAll @IntRange(min = 0, max = 7) int behind) {
    String text = FORMS[form].formatted(n) + "\n\n" + BEHIND[behind];
    assertThat(number(text)).as(text).isNotEqualTo(Integer.toString(n));
    String boxed = "\\boxed{%d}\n\n%s".formatted(n, BEHIND[behind]);
    assertThat(number(boxed)).as(boxed).isNotEqualTo(Integer.toString(n));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Tom has 5 apples and Ann has 18 apples.",
      "The number of red ones is 12, and the number of blue ones is 18.",
      "If x were 3, the answer would be 18.", "The answer to part (a) is 18.", "x = 3 and y = 18", "2x = 18",
      "Tom has 3 x 4 = 12 and Ann has 3 x 6 = 18 apples.", "Given: she has $18.", "The answer is 18, I guess.",
      "Sam's answer is 18.", "Allegedly, the answer is 18.", "According to Bob, the answer is 18.",
      "The answer for Tom is 5 and for Ann is 18.", "I don't know. There are 18 eggs."})
  void noAnswerInIt(String text) {
    assertThat(number(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"The answer is 18. I hope this helps!", "The answer is 18.\n\nExplanation: 9 * 2 = 18.",
      "\\boxed{18}\n\nThe answer is 18.", "The total is 5, and the answer is 18.", "Wait, the answer is 18.",
      "The answer is 5.\n\nActually, the answer is 18.", "The answer is not 5 but 18.", "The answer is 18, not 20."})
  void theAnswerStands(String text) {
    assertThat(number(text)).isEqualTo("18");
  }

  @Test
  void aRuleThatTheGrammarHasNotIsAnError() {
    assertThat(Grammar.rule("said").matcher("The answer is ").matches()).isTrue();
    assertThatIllegalArgumentException().isThrownBy(() -> Grammar.rule("sung"));
  }

  private static String number(String text) {
    return NumberText.answer(text).map(NumberText::form).orElse("");
  }
}
