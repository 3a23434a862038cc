package org.striatum.datasets.grading;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// The letter of a choice, as models write it.
final class ChoiceText {
  private static final String LETTER = "\\(?\\s?([A-Za-z])(?![\\w'’])\\)?";
  private static final Pattern SAID = Pattern
      .compile("(?i:answer)\\s?(?i:is|:|=)\\s?:?\\s?(?:\\*\\*|\\$)?(?:\\\\text\\{)?\\(?([A-Z])(?![\\w'’])");
  private static final Pattern FIRST = Pattern.compile("^\\s*+\\(?([A-Z])(?:[).:,]|\\s*+$|\\s*+\\R)");
  private static final Pattern BRACKETED = Pattern.compile("\\(([A-Z])\\)");
  private static final Pattern ALONE = Pattern.compile("(?m)^\\s*+([A-Z])[.)]?\\s*+$");
  private static final Pattern WHOLE = Pattern.compile("\\s*+" + LETTER + "[.:]?\\s*+");

  private ChoiceText() {}

  /// In order of reliability: the last box, the last “answer is”, a letter at the beginning, the last in brackets, the last
  /// alone on a line. A bare letter inside a sentence does not count: `A` and `I` are words.
  static Optional<String> answer(String text) {
    return LatexText.lastBoxed(text).map(LatexText::normalised).flatMap(ChoiceText::reference)
        .or(() -> last(SAID, text)).or(() -> last(FIRST, text)).or(() -> last(BRACKETED, text))
        .or(() -> last(ALONE, text));
  }

  /// A text that is a letter, in brackets or not.
  static Optional<String> reference(String text) {
    return Optional.of(WHOLE.matcher(text)).filter(whole -> whole.matches())
        .map(whole -> whole.group(1).toUpperCase(Locale.ROOT));
  }

  private static Optional<String> last(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult found) -> found.group(1)).reduce((before, after) -> after);
  }
}
