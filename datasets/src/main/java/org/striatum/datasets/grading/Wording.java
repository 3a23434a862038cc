package org.striatum.datasets.grading;

import java.util.regex.Pattern;

/// What the words of a sentence do to an answer in it: doubt, turn, deny, ask, give it to somebody else.
final class Wording {
  /// Words by which a text doubts, supposes, turns to something else or denies. They only refuse.
  static final Pattern DOUBT = Grammar.rule("doubt");
  /// Of these, the words by which it doubts, supposes or turns to something else.
  static final Pattern TURN = Grammar.rule("turn");
  static final Pattern DENIAL = Grammar.rule("denial");
  static final Pattern ERROR = Grammar.rule("error");
  static final Pattern CONTRAST = Grammar.rule("contrast");
  static final Pattern SUPPOSED = Grammar.rule("hypothesis");
  static final Pattern SAID = Grammar.rule("said");
  static final Pattern SPOKEN = Grammar.rule("speaks-of-it");
  static final Pattern IS_ANSWER = Grammar.rule("is-the-answer");
  static final Pattern OURS_IF = Grammar.rule("ours-if");
  /// Of a value's own words: that it comes from an error, or from somebody else.
  static final Pattern MISLED = Grammar.rule("misled");
  static final Pattern OTHERS = Grammar.rule("others");
  /// A text that asks.
  private static final Pattern ASKS = Pattern.compile("\\?[\\s!)\"'”’}\\]$*_.\\\\]*$");
  /// The last step of a calculation that does not come to its end.
  private static final Pattern CUT_OFF = Pattern.compile("(?:[−+×÷=^(/]|\\h-|\\\\(?:times|cdot|div))\\h*$");
  /// `the number of points that could be in it`.
  private static final Pattern POSSIBLE = Pattern
      .compile("\\bthat\\h(?:could|can|may|might)\\hbe\\b");
  private static final Pattern WHICH_ARE_NOT = Pattern
      .compile(
          "\\bthe\\h(?:false|incorrect|wrong)\\h(?:statement|option|equation|claim|one)\\h(?=is\\b)|\\bwithout\\hbound\\b|\\bthe\\hunknown\\h(?=number|value|side|angle|length|quantity)|\\b(?:who|that|which)\\h(?:is|are|was|were|do|does|did|have|has|had|can)(?:\\hnot|n['’]t)\\b"
              + "|(?<=\\b[Ii]\\h)would(?=\\h(?:choose|pick|select|go\\hwith|opt\\hfor)\\b)"
              + "|\\band\\hno\\h(?:smaller|larger|greater|lower|higher|bigger|other)\\h\\p{Ll}+\\h(?:works?|exists?|satisf(?:y|ies)|is\\hpossible|does|do)\\b"
              + "|\\bin\\hwhich\\h(?:nobody|no\\hone|none)\\b"
              + "|(?i)\\bstatement\\h(?:\\d|I{1,3})\\his\\hfalse\\b");
  static final int LONGEST_SENTENCE = 1500;
  /// [#SPOKEN] has no ASCII words but these.
  static final AnyWord MAY_SPEAK = AnyWord.of("answer", "respuesta", "antwort", "resposta", "risposta");
  /// [#SAID] needs one of these, or a letter beyond ASCII.
  static final AnyWord MAY_BE_SAID = AnyWord.of("ans", "verdict", "pick", "final", "correct", "right", "best", "opt",
      "choice", "choose", "chose", "select", "go", "went", "choix", "proposition", "respuesta",
      "resultado", "alternativa", "resposta", "risposta", "risultato", "opzione", "antwort", "ergebnis", "richtig",
      "korrekt", "antwoord", "svar", "vastaus", "cevap", "jawaban");
  /// [#IS_ANSWER] needs one of these.
  static final AnyWord MAY_BE_ANSWER = AnyWord.of("stands", "answer", "solution", "choice", "option", "one",
      "result", "total", "correct", "right");

  private Wording() {}

  /// Whether a text ends with a question mark or in the middle of a calculation: it says nothing then.
  static boolean isOpen(String text) {
    return ASKS.matcher(text).find() || CUT_OFF.matcher(text).find();
  }

  /// Whether words doubt, suppose, turn or deny; `who are not among them` only says which.
  static boolean doubts(String words) {
    return DOUBT.matcher(WHICH_ARE_NOT.matcher(POSSIBLE.matcher(words).replaceAll("")).replaceAll("")).find();
  }

  /// Whether the words before a value neither doubt it nor give it to somebody else or to an error.
  static boolean unattributed(String before) {
    return !doubts(before) && !MISLED.matcher(before).find() && !OTHERS.matcher(before).find();
  }

  /// Whether a sentence speaks of an answer, in whatever way.
  static boolean speaks(String sentence) {
    return (MAY_SPEAK.mayBeIn(sentence) && SPOKEN.matcher(sentence).find()) || sentence.length() > LONGEST_SENTENCE
        || (MAY_BE_SAID.mayBeIn(sentence) && SAID.matcher(sentence).find())
        || (MAY_BE_ANSWER.mayBeIn(sentence) && IS_ANSWER.matcher(sentence).find());
  }
}
