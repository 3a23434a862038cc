package org.striatum.datasets.grading;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What may stand between a value and the end of its sentence: a unit, what it is of, and how it came about.
final class Unit {
  private static final Pattern TAIL = Grammar.rule("tail");
  /// A further number in words, or an operation, makes another value of it.
  private static final Pattern COUNTED = Grammar.rule("counted");
  /// `during the three months`, and a clause of what it is: they count nothing more.
  private static final Pattern SUCH_MANY = Grammar.rule("such-many");
  private static final Pattern ASIDE = Grammar.rule("aside");
  private static final Pattern ASIDE_NOT = Grammar.rule("aside-not");
  /// Why a value is one: it may deny others.
  private static final Pattern REASON = Pattern.compile("(?i),?\\h(?:since|because|as)\\b");
  private static final Pattern WOULD = Pattern.compile("(?i)\\bwould\\b");
  private static final Pattern PERCENT = Pattern.compile("\\h?(?:\\\\?%|percent)");

  private Unit() {}

  /// Whether a text is an aside that says another value than the one before it, or that this one is a part, a step or wrong.
  static boolean takesBack(String text) {
    return ASIDE.matcher(text).matches() && ASIDE_NOT.matcher(text).find();
  }

  /// Where the unit ends that a text begins with; empty if the text has anything else.
  static Optional<Integer> end(String text) {
    Matcher tail = TAIL.matcher(text);
    if (!tail.matches()) {
      return Optional.empty();
    }
    String unit = tail.group("unit");
    String of = tail.group("of");
    String worked = tail.group("worked") == null ? "" : tail.group("worked");
    boolean share = PERCENT.matcher(unit).matches() && of.startsWith(" of");
    boolean where = !of.isEmpty() && worked.strip().startsWith("="); // `at x = 1`
    boolean counted = COUNTED.matcher(SUCH_MANY.matcher(unit + of).replaceAll("")).find();
    boolean reason = REASON.matcher(worked).lookingAt();
    boolean doubted = Stream.of(unit, of, reason ? "" : worked).anyMatch(part -> Wording.DOUBT.matcher(part).find())
        || (reason && Wording.TURN.matcher(WOULD.matcher(worked).replaceAll("")).find());
    return share || where || counted || doubted || takesBack(worked) ? Optional.empty() : Optional.of(tail.end("unit"));
  }
}
