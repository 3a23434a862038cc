package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.NumberText.Literal;

/// A sentence in words of its own that says one number.
///
/// ```
/// Therefore, it will take Kyle 5 weeks to save up the $100 that he needs for the 2 games.
/// ```
///
/// One number is its own; others are given ones (`the 2 games`). Before and behind it nothing doubts, denies, compares, sets a
/// condition, counts a part or a step, or gives it to somebody else.
final class Statement {
  private static final Pattern GIVEN = Grammar.rule("given-number");
  private static final Pattern CIRCUMSTANCE = Grammar.rule("circumstance");
  private static final Pattern LAST_CLAUSE = Grammar.rule("last-clause");
  private static final Pattern COUNTED = Grammar.rule("counted-things");
  private static final Pattern LEADS = Grammar.rule("states");
  private static final Pattern ABROAD = Grammar.rule("states-abroad");
  private static final Pattern ABROAD_NOT = Grammar.rule("abroad-not");
  private static final Pattern LEADS_ELSEWHERE = Grammar.rule("states-not");
  private static final Pattern CONCLUDING = Grammar.rule("concluding");
  private static final Pattern EARLIER = Grammar.rule("earlier-words");
  private static final Pattern STEP = Grammar.rule("step-words");
  private static final Pattern TAIL = Grammar.rule("statement-tail");
  /// `It will take her 6 weeks`: no number that is hers.
  private static final Pattern OBJECT = Pattern.compile(
      "\\b(?:takes?|took|costs?|gives?|gave|leaves?|left|pays?|paid|earns?|earned|makes?|made|needs?|owes?|owed|saves?|saved|gets?|got|brings?|brought)\\h(?:her|it)\\h\\\\?[$€£]?$");
  /// `the bike, which costs $240`
  private static final Pattern RELATIVE = Pattern
      .compile(",\\h(?:which|who|whose|where)\\h(?!(?:means|leaves|gives|makes|is\\h(?:the|what))\\b)[^,]*$");
  private static final Pattern PARTS = Grammar.rule("part-words");
  private static final Pattern SUCH_MANY = Grammar.rule("such-many");
  private static final Pattern COMPARES = Grammar.rule("compares");
  /// `So it would take him`: what follows from the rest is no hedge.
  private static final Pattern SO_WOULD = Pattern
      .compile("(?i)^((?:so|thus|therefore|hence)\\b,?\\h\\p{L}+\\b[^.;:]*?)(?:\\b(?:would|should|could)|['’]d)\\b");
  /// `So both pipes fill it in 57 minutes.`
  private static final Pattern LASTS = Pattern.compile("(?i)^(?:so|thus|therefore|hence)\\b.*\\b(?:in|for)$");
  private static final Pattern TIME = Pattern.compile("\\h(?:seconds|minutes|hours|days|weeks|months|years)");
  private static final Pattern SUBJECT = Grammar.rule("subject-of-numbers");
  /// Behind a number with which a sentence begins.
  private static final Pattern PASSIVE = Pattern.compile("\\h(?:are|were|is|was|remain(?:s|ed)?)\\b");
  private static final Pattern FROM = Pattern.compile("\\bfrom\\h[$€£]?$");
  /// `She gets 5 apples`: of a thing it is not said what somebody thinks.
  private static final Pattern GETS = Pattern.compile("\\b(?:gets?|got|gives?|gave|makes?|made|counts?)(?= back$|$)");
  private static final Pattern DIGIT = Pattern.compile("\\d");
  private static final Pattern RATE = Pattern.compile(".*/.*|.*\\bper\\b.*|\\h?(?:mph|kph|kmh)");
  private static final Pattern AT = Pattern.compile("\\hat$");
  /// `26 of the 40 students`
  private static final Pattern OF_ALL = Pattern.compile("\\hof\\b.*");
  private static final Pattern TIME_OF_DAY = Pattern.compile("\\d{1,2}:\\d{2}(?:\\h?[AaPp]\\.?[Mm]\\.?(?!\\p{L}))?");
  private static final Pattern CURRENCY = Pattern.compile("(?:US|Rs\\.?)?\\h?\\\\?[$€£¥₹]?\\h?$");
  private static final int LONGEST = 300;

  private Statement() {}

  /// The number that a sentence says, with its unit.
  static Optional<String> number(String sentence) {
    return sentence.length() > LONGEST || Wording.isOpen(sentence)
        ? Optional.empty()
        : timeless(TIME_OF_DAY.matcher(sentence).replaceAll("noon"));
  }

  private static Optional<String> timeless(String sentence) {
    Matcher last = LAST_CLAUSE.matcher(sentence);
    boolean several = last.lookingAt() && Wording.unattributed(last.group())
        && !PARTS.matcher(last.group()).find();
    return whole(sentence).or(() -> several ? whole(sentence.substring(last.end())) : Optional.empty());
  }

  private static Optional<String> whole(String sentence) {
    StringBuilder text = new StringBuilder(sentence);
    List<Literal> own = new ArrayList<>();
    List<Literal> numbers = numbers(sentence);
    for (Literal number : numbers.reversed()) {
      String before = sentence.substring(0, number.start());
      boolean from = FROM.matcher(before).find() && sentence.startsWith(" to ", number.end());
      if (from || isGiven(before) || (numbers.size() > 1 && CIRCUMSTANCE.matcher(before).find())) {
        text.replace(number.start(), number.end(), "such");
      } else {
        own.add(number);
      }
    }
    if (own.size() > 1) {
      return behindVerb(text.toString(), own);
    }
    return own.size() == 1 ? said(text.toString(), own.getFirst().written()) : Optional.empty();
  }

  /// `So 3 shirts at $19 each cost $57`: the numbers before the only verb belong to what it is said of.
  private static Optional<String> behindVerb(String text, List<Literal> own) {
    String written = own.getFirst().written();
    String before = text.substring(0, text.lastIndexOf(written));
    Matcher subject = SUBJECT.matcher(before);
    return subject.matches() && !DIGIT.matcher(subject.group("verb")).find()
        ? said("they" + subject.group("verb") + text.substring(before.length()), written)
        : Optional.empty();
  }

  private static boolean isGiven(String before) {
    return (GIVEN.matcher(before).find() && !OBJECT.matcher(before).find()) || RELATIVE.matcher(before).find();
  }

  /// Whether all numbers behind a value are given ones, or tell when, where or out of what.
  static boolean countsNoMore(String behind) {
    String text = TIME_OF_DAY.matcher(behind).replaceAll("noon");
    return numbers(text).stream().map(number -> text.substring(0, number.start()))
        .allMatch(before -> isGiven(before) || CIRCUMSTANCE.matcher(before).find());
  }

  private static List<Literal> numbers(String sentence) {
    List<Literal> all = new ArrayList<>();
    for (Optional<Literal> next = NumberText.next(sentence, 0); next.isPresent(); next = NumberText
        .next(sentence, next.get().end())) {
      all.add(next.get());
    }
    return all;
  }

  private static Optional<String> said(String sentence, String written) {
    int at = sentence.indexOf(written);
    String before = CURRENCY.matcher(sentence.substring(0, at)).replaceFirst("").strip();
    Matcher behind = TAIL.matcher(sentence.substring(at + written.length()));
    boolean thing = "$€£".indexOf(sentence.charAt(Math.max(0, at - 1))) >= 0
        || (behind.matches() && !behind.group("unit").isBlank());
    String who = thing ? GETS.matcher(before).replaceFirst("has") : before;
    boolean abroad = ABROAD.matcher(before).find() && !ABROAD_NOT.matcher(sentence).find();
    boolean lasts = LASTS.matcher(before).find()
        && TIME.matcher(behind.matches() ? behind.group("unit") : "").matches();
    boolean fast = AT.matcher(before).find() && behind.matches() && RATE.matcher(behind.group("unit")).matches();
    boolean ofAll = behind.matches() && OF_ALL.matcher(behind.group("rest")).matches();
    boolean concludes = CONCLUDING.matcher(before).find();
    boolean says = (lasts || abroad || LEADS.matcher(before).find() || COUNTED.matcher(before).find())
        && (lasts || fast || !LEADS_ELSEWHERE.matcher(before).find())
        && !STEP.matcher(before).find()
        && (concludes || !(ofAll || EARLIER.matcher(before).find()))
        && Wording.unattributed(SO_WOULD.matcher(who).replaceFirst("$1"))
        && behind.matches()
        && (!before.isEmpty() || PASSIVE.matcher(behind.group("rest")).lookingAt())
        && (abroad || ofAll || LEADS.matcher(before).find() || !behind.group("unit").isBlank())
        && !Wording.doubts(behind.group("rest"))
        && !COMPARES.matcher(SUCH_MANY.matcher(behind.group()).replaceAll("")).find();
    return says ? NumberText.measured(written + behind.group("unit")) : Optional.empty();
  }
}
