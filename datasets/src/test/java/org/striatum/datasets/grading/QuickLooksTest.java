package org.striatum.datasets.grading;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/// Looks that spare an expression: where one says no, the expression finds nothing. A word that is added to the one and not to the other
/// would leave answers unread without a word.
class QuickLooksTest {
  private record Look(String name, Predicate<String> may, Pattern expression) {}

  private static final List<Look> LOOKS = List.of(
      new Look("speaks", Wording.MAY_SPEAK::mayBeIn, Wording.SPOKEN),
      new Look("said", Wording.MAY_BE_SAID::mayBeIn, Wording.SAID),
      new Look("is the answer", Wording.MAY_BE_ANSWER::mayBeIn, Wording.IS_ANSWER),
      new Look("undecided", Commitment.MAY_BE_UNDECIDED::mayBeIn, Commitment.UNDECIDED),
      new Look("ends", Sentences::mayEnd, Sentences.END),
      new Look("emphasis", Sentences::isMarked, Sentences.EMPHASIS),
      new Look("pictures", Sentences::isMarked, Sentences.PICTURES),
      new Look("slanted", Sentences::isMarked, Sentences.SLANTED),
      new Look("total", Sentences::isMarked, Sentences.TOTAL_ROW),
      new Look("scale", NumberText::mayBeScaled, NumberText.SHORT_SCALE));
  private static final List<String> PARTS = List.of("the", "answer", "answers", "Answer is", "is", "are", "our", "as",
      "Respuesta", "RÉPONSE", "la réponse", "lösung", "antwort", "resposta", "risposta", "ответ", "答案", "答え", "정답",
      "correct", "right", "stands", "result", "total", "solutions", "choice", "option", "one", "must be", "therefore",
      "verdict", "my", "pick", "final", "best", "fit", "letter", "ans.", "I", "we", "I'll", "go", "went", "going",
      "with", "choose", "chose",
      "select", "opt for", "gives", "choix", "proposition", "est", "resultado", "alternativa", "es", "risultato",
      "opzione", "la", "ergebnis",
      "ist", "richtig", "korrekt", "antwoord", "optie", "svar", "svaret", "vastaus", "on", "odpowied", "cevap",
      "jawaban", "jawabannya",
      "adalah", ":", "=",
      "cannot", "can't", "can’t", "n't", "can not", "be", "determined", "tell", "know", "unable", "impossible",
      "insufficient", "not", "enough", "do", "am", "sure", "sum", "So", "Thus", "Therefore", "Hence", "Final Answer",
      "5", "3.2", "$5K", "€4M", "12,000B", "7K", "k", "K", "M", "x", "abc", "approx", "A", "Б", "é", " ", "  ",
      "\u00a0",
      "\u2003", "\t", ".", "!", "?", "…", ")", "(", "[", "\"", "”", "'", "$", "}", "\\", "。", "！", "？", "😀", "⌚", "❌",
      "\uFE0F", "*", "**", "_", "__", "`", "```json", "<b>", "</b>", "<br/>", "<", "|", "| Total | – | 7 |", ":)",
      ":-)",
      ":", "-", ",");

  @Provide
  static Arbitrary<String> texts() {
    return Arbitraries.of(PARTS).list().ofMinSize(1).ofMaxSize(9).map(parts -> String.join("", parts));
  }

  @Provide
  static Arbitrary<String> sentences() {
    return Arbitraries.of(PARTS).list().ofMinSize(1).ofMaxSize(9).map(parts -> String.join(" ", parts));
  }

  /// What a sentence ends with and the next begins with, so few that each pair occurs.
  @Provide
  static Arbitrary<String> ends() {
    return Arbitraries.of("5", "x", "abc", ".", "!", "…", ")", "”", "$", "}", "。", "So", "Thus", "Therefore", "Hence",
        "Final Answer", "A", "é", "7", " ", " ", " ", "\u00a0").list().ofMinSize(2).ofMaxSize(4)
        .map(parts -> String.join("", parts));
  }

  @Property(tries = 3000)
  void norAnEnd(@ForAll("ends") String text) {
    missNothing(text);
  }

  @Property(tries = 3000)
  void aLookMissesNothing(@ForAll("texts") String text) {
    missNothing(text);
  }

  @Property(tries = 3000)
  void norInSentences(@ForAll("sentences") String text) {
    missNothing(text);
  }

  private static void missNothing(String text) {
    for (Look look : LOOKS) {
      // The end of the whole text ends no sentence within it.
      boolean found = look.expression.matcher(text).results().anyMatch(match -> match.start() < text.length());
      assertThat(!found || look.may.test(text)).as("%s in '%s'", look.name, text).isTrue();
    }
  }

  /// The texts above hold every kind: else the properties could not fail.
  @Test
  void everyExpressionFindsSomething() {
    List<String> found = List.of("the answer is 5", "the answer is 5", "5 is the correct answer",
        "cannot be determined", "It is. So 5",
        "**x**", "x ⌚", "a *b* c", "| Total | – | 7 |", "$5K");
    for (int i = 0; i < LOOKS.size(); i++) {
      assertThat(LOOKS.get(i).expression.matcher(found.get(i)).find()).as(LOOKS.get(i).name).isTrue();
      assertThat(LOOKS.get(i).may.test(found.get(i))).as(LOOKS.get(i).name).isTrue();
      assertThat(LOOKS.get(i).may.test("x = 12 m")).as("spared by " + LOOKS.get(i).name).isFalse();
    }
  }

  /// Texts by chance hold some words too seldom: here each has a sentence that is found for it alone.
  @Test
  void everyWordOfWhatIsSaidIsNeeded() {
    List<String> sentences = List.of("ans: 5", "the verdict is 5", "I pick B", "final result: 5", "correct: B",
        "the right one is B", "the best fit is B", "I opt for B", "the choice is B", "I choose B", "I chose B",
        "I select B", "I go with B",
        "I went with B", "choix : B", "proposition : B", "respuesta: 5", "resultado: 5", "alternativa: B",
        "resposta: 5", "risposta: 5",
        "risultato: 5", "opzione: B", "antwort: 5", "ergebnis: 5", "richtig ist B", "korrekt ist B", "antwoord is B",
        "svar: 5",
        "vastaus: 5", "cevap : 5", "jawaban: B");
    List<String> words = Wording.MAY_BE_SAID.words();
    assertThat(sentences).hasSameSizeAs(words)
        .allSatisfy(sentence -> assertThat(Wording.SAID.matcher(sentence).find()).isTrue());
    for (int i = 0; i < words.size(); i++) {
      List<String> others = new ArrayList<>(words);
      String word = others.remove(i);
      assertThat(Wording.MAY_BE_SAID.mayBeIn(sentences.get(i))).as(word).isTrue();
      assertThat(AnyWord.of(others.toArray(String[]::new)).mayBeIn(sentences.get(i))).as("without " + word).isFalse();
    }
  }

  @Test
  void wordsBeginWithASmallLetter() {
    for (String word : new String[]{"Answer", "’t", "5"}) {
      assertThatIllegalArgumentException().isThrownBy(() -> AnyWord.of(word));
    }
  }
}
