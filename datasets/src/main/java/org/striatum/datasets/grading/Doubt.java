package org.striatum.datasets.grading;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Words by which a text does not say what it seems to say: it doubts, denies, supposes or takes back an answer.
final class Doubt {
  /// As far from an answer as such words are looked for.
  private static final int NEAR = 120;
  private static final String NOT = "(?:\\bnot\\b|\\bcannot\\b|n['’]t\\b|\\bnever\\b)";
  private static final String WRONG = "(?:not|wrong|incorrect|false|untrue|impossible|invalid|extraneous|a\\h(?:mistake|contradiction)|an\\herror|too\\h(?:much|many|high|low|big|large|small|few|long|short|little))\\b";
  /// Up to the words “the answer is”: `I doubt that`, `If you think`, `Some may say`.
  private static final Pattern BEFORE = Pattern.compile("(?i)(?:\\bdoubt(?:ful)?\\b|\\bunlikely\\b|" + NOT
      + "\\h(?:\\w++\\h){0,2}?(?:think|believe|say|claim|mean|sure|true|certain|clear|the\\hcase|follow)\\b|\\b(?:nobody|no\\hone|no\\hway)\\b|" + NOT + "\\h(?:\\w++\\h)?$"
      + "|\\b(?:false|wrong|incorrect|a\\hmistake|tempting)\\h(?:to\\h(?:say|think|claim|conclude)\\b|that\\b)"
      + "|\\b(?:if|suppose|supposing|assume|assuming|whether|unless|say|imagine|pretend)\\h(?:that\\h)?(?:(?:the|your|my|his|her)\\h)?(?:\\w++\\h){0,2}+$"
      + "|\\bif\\h(?:you|we|one|someone)\\h(?:think|thought|say|said|believe|believed|guess|guessed|answer|answered)\\b|\\bunless\\b"
      + "|\\b(?:might|may|could|would|some|many|most|people|students?)\\h(?:\\w++\\h){0,2}?(?:think|thought|say|said|believe|guess|argue|argued|assume|conclude|answer|expect|claim)\\b)(?:(?!\\b(?:but|however|yet)\\b)[^.!?;\\n])*$");
  /// The same where something is said to be the answer: `at first glance`.
  private static final Pattern IMPRESSION = Pattern
      .compile("(?i)\\b(?:at\\hfirst(?:\\h(?:glance|sight))?|seems?\\h(?:to\\hbe|that|like)|initially)\\b(?:(?!\\b(?:but|however|yet)\\b)[^.!?;\\n])*$");
  /// Behind an answer: `is wrong`, `does not satisfy`, `but that is impossible`, `? No`.
  private static final Pattern BEHIND = Pattern.compile(
      "(?i)[$)}\\]*_\"'”%]{0,6}+(?:,?\\h(?:(?:but|which|and|although|yet|so|because|since)\\h)?(?:(?:that|this|it|which)(?:['’]s|\\h))?\\h?(?:is|was|are|were|would\\hbe|seems|looks)\\h(?:\\w++\\h){0,2}?"
          + WRONG + "|,?\\h(?:is|was|does|do|did|can|could|would|has|are|were)n['’]t\\b|,?\\h(?:does|do|did|can|could|would|has)\\hnot\\b|\\hcannot\\b|,?\\h(?:you|they|he|she)\\h(?:are|is|were|made|would\\hbe)\\h(?:wrong|a\\hmistake|mistaken|incorrect)\\b"
          + "|,\\h(?:which\\his\\h)?(?:a\\hcontradiction|impossible|wrong|incorrect)\\b|[^.!?\\n]{0,40}\\b(?:changed\\hmy\\hmind|(?:I|we)\\h(?:was|were|am)\\h(?:wrong|mistaken))\\b|,?\\hbut\\h(?:the|my)\\h(?:\\w++\\h){0,2}?(?:answer|value|result)\\b|\\haccording\\hto\\h(?:some|many|others)\\b|\\h(?:contradicts|fails|failed)\\b|\\?[\\h\"”]{0,2}(?:no|not|wrong|hmm|wait|but|actually|I\\hdon['’]t)\\b)");
  /// Behind the rest of an answer's sentence: the answer is taken back.
  private static final Pattern RETRACTED = Pattern.compile(
      "(?i)(?:[^.!?…\\n]|\\.\\d){0,60}?[\\s.,!?…)$}\\]*_\"”:–—-]{0,12}(?<![a-z])(?:(?:but|oh|hmm+|well|ah|wait|however)[,.!…]{0,3}\\s){0,3}"
          + "(?:(?:that|this|it)(?:['’]s|\\h(?:is|was|can))\\h?(?:also\\h|clearly\\h|actually\\h|obviously\\h)?(?:not\\h(?:right|correct)|n['’]t\\h(?:right|correct)|wrong\\b(?!\\h(?:to|in|for|of|with|about)\\b)|incorrect|a\\hmistake|impossible\\b(?!\\h(?:to|for)))"
          + "|(?:that|this|it)\\hisn['’]t\\h(?:right|correct)|oops|scratch\\hthat|correction\\b|strike\\hthat|sorry|my\\hmistake|I\\h(?:made|have\\hmade)\\han?\\h(?:mistake|error)|I\\hmeant"
          + "|or\\his\\hit\\b|no,|no\\hwait\\b|(?:that|this|it)\\hwas\\h[^.!?\\n]{0,40}?\\b(?:wrong|incorrect|mistaken|not\\hright)\\b|(?:actually|in\\hfact|really),?\\h(?:it(?!\\h(?:is|was)\\h(?:right|correct))|the\\hanswer|that)|(?:it|that)(?:['’]s|\\h(?:is|was))\\h(?:actually|really|in\\hfact)\\b|wait,?\\hno\\b)");

  private Doubt() {}

  /// Whether the sentence up to an assertion makes it none.
  ///
  /// @param start where the assertion begins
  static boolean before(String text, int start) {
    String before = text.substring(Math.max(0, start - NEAR), start);
    return BEFORE.matcher(before).find() || IMPRESSION.matcher(before).find();
  }

  /// Whether a clause doubts what stands behind it.
  static boolean in(String clause) {
    return BEFORE.matcher(clause).find();
  }

  /// Whether what stands directly behind an answer denies it.
  ///
  /// @param end the index behind the answer
  static boolean behind(String text, int end) {
    return BEHIND.matcher(text).region(end, Math.min(text.length(), end + NEAR)).lookingAt();
  }

  /// The index behind the words that take an answer back, which follow its sentence; −1 if there are none.
  ///
  /// @param end an index in the answer or directly behind it
  static int retracted(String text, int end) {
    Matcher words = RETRACTED.matcher(text).region(end, Math.min(text.length(), end + 2 * NEAR))
        .useTransparentBounds(true);
    return words.lookingAt() ? words.end() : -1;
  }
}
