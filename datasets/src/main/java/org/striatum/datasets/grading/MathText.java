package org.striatum.datasets.grading;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.Expr.Head;
import org.striatum.datasets.grading.Expr.Num;
import org.striatum.probe.rollout.Grade;

/// Answers as mathematical objects.
final class MathText {
  /// Of one comparison.
  static final Duration LIMIT = Duration.ofSeconds(3);
  /// `2,74` of a model that writes decimals so, where the reference is a number; `1,5` is a list, and so is a reference `3,14`.
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[-−]?(?:\\d++,(?:\\d{2}+|\\d{4,}+)|0,\\d{3,}+)");
  /// The same of a reference.
  private static final Pattern ZERO_COMMA = Pattern.compile("[-−]?0,\\d{3,}+");

  /// That there is no solution, and the empty set that they make, are one answer.
  private static final Pattern EMPTY = Pattern.compile(
      "(?i)\\W*(?:text\\s?\\{\\s?)?(?:no\\s(?:real\\s)?solutions?(?:\\sexists?)?|(?:the\\s)?empty\\sset)\\W*");
  private static final String EMPTY_SET = "\\emptyset";

  private MathText() {}

  /// An answer in one form; what is no mathematics, as text.
  static String normalised(String written) {
    String answer = named(written);
    return MathForm.of(answer).map(MathForm::text).orElseGet(() -> LatexText.form(answer));
  }

  /// Whether a given answer is the reference. The written forms decide where they are equal, or where one is no mathematics;
  /// else the objects do.
  static Grade graded(String expectedAnswer, String given, Algebra algebra) {
    Grade grade = compared(named(expectedAnswer), named(given), algebra);
    return new Grade(grade.reward(), Optional.of(given), grade.timeLimit());
  }

  private static String named(String answer) {
    return EMPTY.matcher(answer).matches() ? EMPTY_SET : answer;
  }

  private static Grade compared(String reference, String given, Algebra algebra) {
    if (Measure.differ(reference, given)) {
      return new Grade(0, Optional.of(given), false);
    }
    String spelled = spelled(reference);
    boolean alike = !spelled.isEmpty() && spelled.equals(spelled(given));
    if (alike || reference.equals(given)) {
      return new Grade(1, Optional.of(given), false);
    }
    Optional<Expr> expected = MathForm.of(reference);
    Optional<Expr> actual = MathForm.of(given);
    if (expected.isEmpty() || actual.isEmpty()) {
      boolean same = LatexText.form(reference).equals(LatexText.form(given));
      return new Grade(same ? 1 : 0, Optional.of(given), false);
    }
    MathComparison comparison = new MathComparison(algebra);
    boolean text = LatexText.words(reference) && spelled.length() > 3; // no product of its letters
    boolean equal = !text && comparison.equal(decimal(expected.get(), reference, actual.get(), ZERO_COMMA),
        decimal(actual.get(), given, expected.get(), DECIMAL_COMMA));
    return new Grade(equal ? 1 : 0, Optional.of(given), comparison.timeLimit());
  }

  private static Expr decimal(Expr expr, String written, Expr other, Pattern comma) {
    return Expr.is(expr, Head.LIST) && other instanceof Num && comma.matcher(written.strip()).matches()
        ? NumberText.value(written.strip()).map(Expr.class::cast).orElse(expr)
        : expr;
  }

  /// The letters of an answer that is a text: `\text{Evelyn}`, `(C)`, `odd`.
  private static String spelled(String answer) {
    if (!LatexText.words(answer.replaceAll("[().]", " "))) {
      return "";
    }
    String letters = TexTokens.of(answer.replaceAll("[().]", " ")).orElseThrow().stream().map(TexTokens.Token::text)
        .reduce("", String::concat).replace(" ", "");
    return letters.length() == 1 ? letters : letters.toLowerCase(Locale.ROOT);
  }
}
