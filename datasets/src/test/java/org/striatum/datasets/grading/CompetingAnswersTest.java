package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;

/// What holds of every number and letter: of two that compete none is read, and none that a text denies or doubts.
class CompetingAnswersTest {
  private static final String[] TOGETHER = {"%d or %d", "%d and %d", "%d to %d", "%d, %d and 7", "%d squared plus %d",
      "%d times %d", "%d more than %d", "%d less than %d", "%d%% of %d", "%d hours %d minutes",
      "%d hours and %d minutes",
      "%d feet %d inches", "%d divided by %d", "(%d, %d)", "x = %d and y = %d", "%d remainder %d",
      "%d cats and %d dogs",
      "between %d and %d"};
  private static final String[] ALONE = {"at least %d", "more than %d", "less than %d", "up to %d", "twice %d",
      "half of %d",
      "not %d", "the square root of %d", "%d squared", "%d cubed", "0x%d", "%d or more"};
  private static final String[] DENIED = {"The answer cannot be %d.", "The answer can't be %d.",
      "%d is not the answer.",
      "%d is wrong.", "x = %d is not a solution.", "I get %d, but that is impossible.",
      "I doubt that the answer is %d.",
      "If the answer were %d, we would be done.", "The answer is %d. Wait, that's wrong.",
      "Some might say the answer is %d.",
      "It is not %d.", "Let x = %d.", "\\boxed{%d} is wrong."};
  private static final String[] SAID = {"The answer is %s.", "#### %s", "\\boxed{\\text{%s}}", "So it is %s.",
      "<answer>%s</answer>",
      "{\"answer\": \"%s\"}"};
  private static final String[] TWO = {"The answer is %s or %s.", "The answer is %s as well as %s.", "%s\n\n%s",
      "%s, %s", "%s. %s.",
      "Both (%s) and (%s)", "\\boxed{%s} or \\boxed{%s}",
      "The answer is %s according to some, but %s according to others.",
      "Either %s is correct or %s is correct."};
  private static final String[] DOUBTED = {"I doubt that the answer is %s.", "It is unlikely that the answer is %s.",
      "If you think the answer is %s, you are wrong.", "The answer is not %s.", "The answer is %s. Oops.",
      "The answer is %s.\n\nWait, that's wrong.", "\\boxed{%s} is wrong.", "(%s) would be correct if x were 0.",
      "So we can exclude (%s).", "Eliminate (%s).", "See Figure (%s).", "The opposite of (%s).",
      "Nobody says the answer is %s."};
  private static final String[] CORRECTED = {"The answer is not %s but %s.", "It's not %s, it's %s.",
      "You might think the answer is %s, but it is %s.", "Some may say the answer is %s. In fact, the answer is %s.",
      "The answer is %s.\n\nWait, that's wrong. The answer is %s."};

  @Property(tries = 300)
  void ofTwoNumbersNoneIsRead(@ForAll @IntRange(min = 11, max = 49) int a, @ForAll @IntRange(min = 51, max = 99) int b,
      @ForAll @IntRange(min = 0, max = 17) int together, @ForAll @IntRange(min = 0, max = 5) int said) {
    String text = SAID[said].formatted(TOGETHER[together].formatted(a, b));
    assertThat(number(text)).as(text).isNotIn(Integer.toString(a), Integer.toString(b));
  }

  @Property(tries = 200)
  void aBoundOrAnOperandIsNoValue(@ForAll @IntRange(min = 11, max = 99) int a,
      @ForAll @IntRange(min = 0, max = 11) int alone, @ForAll @IntRange(min = 0, max = 5) int said) {
    String text = SAID[said].formatted(ALONE[alone].formatted(a));
    assertThat(number(text)).as(text).isNotEqualTo(Integer.toString(a));
  }

  @Property(tries = 200)
  void whatIsDeniedIsNotRead(@ForAll @IntRange(min = 11, max = 99) int a,
      @ForAll @IntRange(min = 0, max = 12) int denied) {
    String text = DENIED[denied].formatted(a);
    assertThat(number(text)).as(text).isEmpty();
  }

  @Property(tries = 200)
  void ofTwoLettersNoneIsRead(@ForAll @CharRange(from = 'A', to = 'D') char a,
      @ForAll @CharRange(from = 'E', to = 'H') char b,
      @ForAll @IntRange(min = 0, max = 8) int two) {
    String text = TWO[two].formatted(a, b);
    assertThat(ChoiceText.answer(text)).as(text).isEmpty();
  }

  @Property(tries = 200)
  void aLetterInDoubtIsNotRead(@ForAll @CharRange(from = 'A', to = 'F') char a,
      @ForAll @IntRange(min = 0, max = 12) int doubted) {
    String text = DOUBTED[doubted].formatted(a);
    assertThat(ChoiceText.answer(text)).as(text).isEmpty();
  }

  @Property(tries = 200)
  void aClearCorrectionIsRead(@ForAll @CharRange(from = 'A', to = 'C') char a,
      @ForAll @CharRange(from = 'D', to = 'F') char b,
      @ForAll @IntRange(min = 0, max = 4) int corrected) {
    String text = CORRECTED[corrected].formatted(a, b);
    assertThat(ChoiceText.answer(text)).as(text).contains(Character.toString(b));
  }

  @Example
  void aUnitOfAnotherSizeIsAnotherMeasure() {
    assertThat(Measure.differ("5\\text{ cm}", "5\\text{ km}")).isTrue();
    assertThat(Measure.differ("5\\text{ cents}", "\\$5")).isTrue();
    assertThat(Measure.differ("5\\text{ m}^2", "5\\text{ cm}^2")).isTrue();
    assertThat(Measure.differ("5\\text{ m}", "5\\text{ meters}")).isFalse();
    assertThat(Measure.differ("5\\text{ m}", "5\\text{ s}")).as("another quantity is left to the reader").isFalse();
    assertThat(Measure.differ("5", "5\\text{ km}")).isFalse();
  }

  private static String number(String text) {
    return NumberText.answer(text).map(NumberText::form).orElse("");
  }
}
