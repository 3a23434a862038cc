package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
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
  private static final String[] REFUSING = {"not", "maybe", "wrongly", "hardly", "neither", "never", "unless",
      "perhaps", "possibly", "without"};
  /// No word of the grammar, whatever stands beside it.
  private static final String STRANGE = "zorply";

  @Property(tries = 200)
  void everyFormIsRead(@ForAll @IntRange(min = 11, max = 9999) int n, @ForAll @IntRange(min = 0, max = 12) int form) {
    assertThat(number(FORMS[form].formatted(n))).as(FORMS[form]).isEqualTo(Integer.toString(n));
  }

  /// Between the first word and the value of a sentence that speaks of the answer: behind it a strange word may be a unit.
  @Property(tries = 100)
  void aSentenceOfTheAnswerWithAWordThatTheGrammarDoesNotKnowGivesNone(
      @ForAll @IntRange(min = 11, max = 9999) int n, @ForAll @IntRange(min = 0, max = 2) int form,
      @ForAll @IntRange(min = 1, max = 4) int place) {
    assertThat(number(inserted(STRANGE, FORMS[form].formatted(n), n, place))).isEmpty();
  }

  /// In any sentence: a word by which it says something else than the value.
  @Property(tries = 400)
  void aWordThatDoubtsDeniesOrComparesRefusesInEveryForm(@ForAll @IntRange(min = 11, max = 9999) int n,
      @ForAll @IntRange(min = 0, max = 12) int form, @ForAll @IntRange(min = 1, max = 4) int place,
      @ForAll @IntRange(min = 0, max = 9) int word) {
    Assume.that(!FORMS[form].contains("=")); // before the sign a word may be what the value belongs to
    String text = inserted(REFUSING[word], FORMS[form].formatted(n), n, place);
    assertThat(number(text)).as(text).isEmpty();
  }

  /// Where a word stands before the value, or directly before it if the place is behind it.
  private static String inserted(String word, String sentence, int n, int place) {
    List<String> words = new ArrayList<>(Arrays.asList(sentence.split(" ", -1)));
    int value = 0;
    while (!words.get(value).contains(Integer.toString(n))) {
      value++;
    }
    words.add(Math.min(place, value), word);
    return String.join(" ", words);
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

  /// A value in bold marks itself, in a sentence of any words.
  @ParameterizedTest
  @ValueSource(strings = {"So **18%** of the pupils have a dog.",
      "The town collects a total of **$18** in property tax.",
      "There are 3 × 12 = 36 eggs and 18 are broken, leaving **18** whole eggs.",
      "The number of downloads over the three months is **18**.\n\nHere is how we get there:\n- First month: 6\n- Second month: 2 × 6 = 12 downloads, 6 + 12 = 18",
      "So, y = 18, and Brandon's phone is **18** years old.", "The guests eat __18__ cakes before 6:30 PM."})
  void aValueInBoldIsTheAnswer(String text) {
    assertThat(number(text)).isEqualTo("18");
  }

  /// Every word that refuses a sentence refuses its bold value too.
  @ParameterizedTest
  @ValueSource(strings = {"So it is not **18** eggs.", "A student got **18** eggs.", "If x is 3, it is **18** eggs.",
      "She starts with **18** eggs. She sells 5 of them and the rest spoils.",
      "That is **18** red and **5** blue marbles.",
      "It is at most **18** eggs, I would guess.", "He has **18** eggs, so he sells 12 and keeps 6.", "**18?**",
      "**Step 18**\nWe multiply.", "For part (a) we use **18** eggs.", "Is it **18** eggs?",
      "It looked like **18** eggs, but that counts one twice."})
  void aValueInBoldThatIsTakenBackIsNone(String text) {
    assertThat(number(text)).as(text).isNotEqualTo("18");
  }

  /// Every form with a question mark behind its value.
  @ParameterizedTest
  @ValueSource(strings = {"The answer is %s?", "Answer: %s ?", "#### %s?", "\\boxed{%s?}", "\\boxed{%s}?", "%s?",
      "**%s?**",
      "<answer>%s?</answer>", "{\"answer\": \"%s?\"}", "$%s$?", "The answer is %s (right?)", "**%s** ?!", "\\boxed{%s?",
      "答案是%s?", "答案是%s吗?"})
  void aQuestionGivesNoAnswer(String form) {
    assertThat(number(form.formatted("50"))).as(form).isEmpty();
    for (AnswerGrader grader : List.of(AnswerGrader.MATH, AnswerGrader.LATEX)) {
      assertThat(grader.grade("50", form.formatted("50"), Reading.USUAL).reward()).as(form).isZero();
    }
    assertThat(AnswerGrader.CHOICE.grade("B", form.formatted("B"), Reading.USUAL).reward()).as(form).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"the correct one is 45", "before tax; after tax it is 55", "too low", "intermediate result",
      "this is only the first part", "for now", "then subtract 3", "plus 20 for the tip", "at least", "before tax",
      "the rest is 20", "half of it", "not yet rounded"})
  void anAsideMayNotSayAnotherValueOrTakeThisOneBack(String aside) {
    for (String form : List.of("The answer is 50 (%s).", "**50** (%s)", "So she sells 50 eggs (%s).",
        "The total is $50 (%s)")) {
      String text = form.formatted(aside);
      assertThat(number(text)).as(text).isEmpty();
      assertThat(AnswerGrader.MATH.grade("50", text, Reading.USUAL).reward()).as(text).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rounded to the nearest integer", "in dollars", "25 + 25 = 50", "9 * 5 + 5", "that is 100/2",
      "after rounding", "two twenties and a ten"})
  void anAsideMayHoldAUnitAReasonOrACalculation(String aside) {
    assertThat(number("The answer is 50 (%s).".formatted(aside))).isEqualTo("50");
  }

  @ParameterizedTest
  @ValueSource(strings = {"We can rule out %s.", "We exclude %s.", "Reject %s.", "It differs from %s.",
      "It is more than %s.",
      "This exceeds %s.", "It is close to %s.", "Hence it is at least %s.", "The result is double %s.", "Add 5 to %s.",
      "Now multiply %s by 2.", "%s was Tom's answer.", "Tom's answer was %s.", "An upper bound is %s.",
      "A naive solution gives %s.", "The next step uses %s.", "%s is too large.", "%s, which is too large.",
      "%s fails the check.",
      "%s is a lower bound.",
      "%s overcounts the corners.", "%s plus the tax.", "%s or more", "Ignore %s.", "Replace %s by the true value.",
      "It ranges up to %s.", "It lies between %s and 60.", "Someone else got %s.", "Half of the answer is %s.",
      "%s (before tax)", "%s (the correct one is 45).", "%s is what Tom claims.", "Put the final answer in %s",
      "The placeholder is %s.",
      "%s mod 7 is the remainder, the quotient is the answer: 9.", "The old answer is below %s."})
  void aBoxThatItsClauseRejectsOrBoundsIsNone(String clause) {
    for (String box : List.of("\\boxed{50}", "$\\boxed{50}$", "\\(\\boxed{50}\\)")) {
      assertThat(number(clause.formatted(box))).as(clause).isEmpty();
      assertThat(WrittenAnswer.of(clause.formatted(box))).as(clause).isEmpty();
    }
    assertThat(ChoiceText.answer(clause.formatted("\\boxed{B}"))).as(clause).isEmpty();
  }

  /// Who says a value, and under what condition, is no list of words: what the grammar does not know gives none, in every form of a value.
  @ParameterizedTest
  @ValueSource(strings = {"Many students get %s.", "Many students get:\n%s", "A common mistake gives %s.",
      "He said %s.", "He got %s.",
      "They get %s.", "Most people answer %s.", "The textbook says %s.", "My friend says that the answer is %s.",
      "Bob's answer: %s", "Bob's result is %s.", "The total that Bob computed is %s.", "Using Bob's method, we get %s.",
      "An incorrect computation leads to %s.", "A classmate of mine got %s.", "The store claims it is %s.",
      "For part (a), the answer is %s.", "For part (a) we have %s.", "In case 1, we get %s.",
      "The value for part (b) is %s.",
      "(a) %s", "Part (a): %s", "Answer to (a): %s", "The answer to the first question is %s.",
      "The answer is %s for part (a).",
      "If x = 2, we get %s.", "When x = 2, we get %s.", "For x = 2 we get %s.",
      "Provided that x > 0, the answer is %s.",
      "Unless it rains, the answer is %s.", "Assuming no rain, the total is %s.", "Without the tax, the total is %s.",
      "In the worst case there are %s.", "The answer is %s when x is 2.", "The answer is %s with x = 1.",
      "Using the wrong sign, we get %s.", "Forgetting the tax, we get %s.", "By mistake, we get %s.", "not %s",
      "Instead of %s.",
      "rather than %s", "Example: %s", "Guess: %s", "Initially we get %s.", "We want %s.",
      "We are told that there are %s.",
      "The answer ends in %s.", "Twice the answer is %s.", "The answer plus 1 is %s.", "The answer was %s."})
  void aValueOfSomebodyElseOrUnderAConditionIsNone(String sentence) {
    for (String value : List.of("50", "\\boxed{50}", "$\\boxed{50}$", "\\[\\boxed{50}\\]", "\\boxed 50",
        "<answer>50</answer>")) {
      String text = sentence.formatted(value);
      boolean alone = value.startsWith("<") && !sentence.endsWith("%s."); // a tag on its line says what it says
      assertThat(alone ? "" : number(text)).as(text).isEmpty();
    }
    assertThat(WrittenAnswer.of(sentence.formatted("$\\boxed{50}$"))).as(sentence).isEmpty();
    assertThat(ChoiceText.answer(sentence.formatted("\\boxed{B}"))).as(sentence).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\boxed{40}\n\n\\boxed{50}", "The answer is \\boxed{40}.\nThe answer is \\boxed{50}.",
      "$$\\boxed{40}$$ \\boxed{50}", "First method: \\boxed{40}. Second method: \\boxed{50}.",
      "It is \\boxed{50} or 60.",
      "\\boxed{40} and then \\boxed{50"})
  void boxesThatContradictGiveNone(String text) {
    assertThat(number(text)).isEmpty();
    assertThat(WrittenAnswer.of(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\boxed{40}\n\nWait, that is wrong.\n\n\\boxed{50}",
      "So the side is \\boxed{40}.\nSo the area is \\boxed{50}.",
      "\\boxed{40}\n\nThe final answer is \\boxed{50}.", "\\boxed{50}\n\nThe answer is \\boxed{50}."})
  void theLastBoxStandsWhereItDoesNotContradict(String text) {
    assertThat(number(text)).isEqualTo("50");
  }

  @ParameterizedTest
  @ValueSource(strings = {"She sold 50 more than yesterday.", "They have 50 more apples than Tom.", "50 percent of it",
      "She sold 50 fewer.",
      "So Kim is 50 inches taller than Sam.", "~~50~~", "<del>50</del>", "$\\cancel{\\boxed{50}}$"})
  void aDifferenceAShareOrWhatIsStruckOutIsNoValue(String text) {
    assertThat(number(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"There is no solution.", "The equation has no real solutions.",
      "\\boxed{\\text{no solution}}", "$\\boxed{\\emptyset}$",
      "The solution set is $\\varnothing$."})
  void noSolutionIsTheEmptySet(String text) {
    for (String reference : List.of("\\emptyset", "\\text{No solution}", "\\{\\}")) {
      assertThat(AnswerGrader.MATH.grade(reference, text, Reading.USUAL).reward()).as(text).isOne();
    }
    assertThat(AnswerGrader.MATH.grade("0", text, Reading.USUAL).reward()).as(text).isZero();
  }

  /// In a formula, what stands before a box must be a sign of equality or the like.
  @ParameterizedTest
  @ValueSource(strings = {"x > \\boxed{50}", "x \\neq \\boxed{50}", "2 \\cdot \\boxed{50}", "3x = \\boxed{50} - y",
      "x \\le \\boxed{50}", "\\boxed{50} + C"})
  void aBoxThatIsAPartOfAFormulaIsNone(String formula) {
    assertThat(number("$" + formula + "$")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"The farmer harvested ", "Janet earned a total of ", "", "So ", "The answer is: ",
      "There are ", "This simplifies to ", "We get ",
      "Sam needs to buy ",
      "So Tina makes ", "Each friend gets ", "It takes John ", "We get a total of ",
      "The number of integers less than 10 is ",
      "The probability that at least two dice match is ", "Thus the area, in square meters, is ",
      "The price went up by ",
      "She can fill ", "Thus $x=50$, so ", "La réponse est ", "Die Antwort lautet ", "答案是 "})
  void aBoxIsReadBehindWhatLeadsToAValue(String before) {
    for (String text : List.of(before + "$\\boxed{50}$.", before + "\\boxed{50} minutes.",
        before + "$x = \\boxed{50}$.",
        before + "\\boxed{50}")) {
      assertThat(number(text)).as(text).isEqualTo("50");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"So, Josh made a profit of **$50**.", "Josh made $50 in profit.", "He made a profit of $50.",
      "It takes Mark 50 minutes to get to work.", "Thus, it takes Mark **50 minutes**.", "所以,答案是50。", "所以，答案是50。",
      "答案是 $50$。", "答案是 **50**。", "答案:50", "因此,答案为 50。", "由于每人10个,所以答案是50。", "答えは50です。", "정답은 50입니다.",
      "**Ergebnis:** $50$", "Das Ergebnis ist 50.", "Die Antwort ist 50.", "La réponse est 50.", "Le résultat est 50.",
      "La respuesta correcta es **50**.", "El resultado es 50.", "La risposta è 50.", "A resposta é 50.", "Ответ: 50."})
  void sentencesOfOneAnswer(String text) {
    assertThat(number(text)).isEqualTo("50");
    assertThat(AnswerGrader.MATH.grade("50", text, Reading.USUAL).reward()).as(text).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"答案不是50。", "如果每人10个,所以答案是50。", "小明认为,答案是50。", "答案可能是50或60。", "答案是50。但是,应该是45。",
      "Das Ergebnis ist nicht 50.", "Die Antwort ist 50 oder 60.", "Das Zwischenergebnis ist 50."})
  void deniedSupposedOrSomebodyElses(String text) {
    assertThat(number(text)).isEmpty();
    assertThat(AnswerGrader.MATH.grade("50", text, Reading.USUAL).reward()).as(text).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"综上所述,故选C。", "光速在真空中是恒定的,所以正确答案是C。", "因为光速恒定,正确答案是C。", "我选择C。",
      "答案:C\n\n解析:根据牛顿第二定律,F = ma。",
      "The correct answer is **C. oxytocin**.\n\nHere's why the other options are incorrect:\n\n* **A. insulin:** regulates blood sugar.\n* **B. cortisol:** is a stress hormone.\n* **D. melatonin:** regulates sleep.",
      "The correct answer is C. oxytocin.\n\nThe other options are incorrect:\n\n* A is a hormone that regulates blood sugar.\n* B is a stress hormone.",
      "**C. oxytocin**\n\n**Why the other options are wrong:**\n\nA. Insulin regulates blood sugar.\nB. Cortisol is a stress hormone."})
  void choicesSaid(String text) {
    assertThat(ChoiceText.answer(text)).as(text).contains("C");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C. Nope.", "C. Not really.", "Answer: C. elegans, or rather option B.",
      "The answer is C. Photosynthesis or option B.",
      "1. A\n2. B\n3. C", "1) A\n2) C", "我不选C。", "答案是C吗?", "答案:C\n\n解析:正确答案是B。", "答案:C\n\n解析:但是B也对。",
      "The answer is C.\n\nThe other options are incorrect:\n* A is wrong.\n* B is in fact the right one.",
      "The answer is C.\n\nThe other options are incorrect:\n* A is wrong.\n* C is a stress hormone.",
      "The answer is C.\n\nHere's why the other options are incorrect:\n* A: regulates sugar.\n* B: however, it also helps, so B."})
  void choicesNotSaid(String text) {
    assertThat(ChoiceText.answer(text)).as(text).isEmpty();
  }

  /// The patterns need no deep stack, and no time that grows with the square of the length: this test would not end.
  @ParameterizedTest
  @ValueSource(strings = {"a", "why ", "\\\\text{", "\\\\n", "? ", "* A x\n", "the other options are wrong:\n", "(",
      "因为"})
  @Tag("slow")
  void aLongerTextIsRead(String part) {
    isRead(part, 100_000);
  }

  /// Long enough for a stack.
  @ParameterizedTest
  @ValueSource(strings = {"a", "why ", "\\\\text{", "\\\\n", "? ", "* A x\n", "the other options are wrong:\n", "(",
      "因为"})
  void aLongTextIsRead(String part) {
    isRead(part, 10_000);
  }

  private static void isRead(String part, int length) {
    String heading = "The other options are wrong:\n";
    for (AnswerGrader grader : AnswerGrader.values()) {
      for (String end : List.of("\\boxed{50}", "", "\nThe answer is 50.")) {
        String text = heading + part.repeat(length / part.length()) + end;
        assertThatCode(() -> grader.answer(text)).doesNotThrowAnyException();
      }
    }
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
