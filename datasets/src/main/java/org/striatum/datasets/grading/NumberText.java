package org.striatum.datasets.grading;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.Expr.Num;

/// Numbers as models write them in running text.
final class NumberText {
  private static final String MARK = "####";
  private static final int LONGEST_BARE = 40;
  /// More digits, or digits and commas, are no answer.
  private static final int LONGEST_CHAIN = 400;
  /// About 300 digits, as of those that are read.
  private static final int MOST_BITS = 990;
  /// Where a last number is looked for first.
  private static final int TAIL = 4000;
  private static final String DIGITS = "\\d{1,300}+(?!\\d)";
  private static final String SEPARATOR = "(?:,|['’]|\\{,}|,\\\\!\\h?|\\\\[,;: !]|[ \\u00A0\\u2009\\u202F])";
  /// `1.234,50`, as written in much of Europe.
  private static final String POINTS = "[1-9]\\d{0,2}+(?:\\.\\d{3}(?!\\d)){1,60},\\d{1,2}(?![\\d,.]\\d)(?!\\d)"
      + "|[1-9]\\d{0,2}+(?:\\.\\d{3}(?!\\d)){2,60}+(?![.,]?\\d)|[1-9]\\d?,\\d{2}(?:,\\d{2}(?!\\d)){0,20}+,\\d{3}(?![.,]?\\d)";
  private static final String PLAIN = "(?:" + POINTS + "|[1-9]\\d{0,2}+(?:" + SEPARATOR
      + "\\d{3}(?!\\d)){1,60}(?!,\\d)(?:\\.\\d{1,300}+)?|"
      + DIGITS + "(?:\\.\\d{1,300}+|(?:\\{,}|,)\\d{1,300}+(?![,\\d]))?|\\.\\d{1,300}+)";
  private static final String FRACTION = "\\\\[dtc]?frac\\h?(?:\\{\\h?-?[\\d.,]{1,60}+\\h?}|\\d)\\h?(?:\\{\\h?[\\d.,]{1,60}+\\h?}|\\d)";
  private static final String TEN = "\\h?(?:\\\\times|\\\\cdot|×|·|\\*|x)\\h?10(?:\\h?\\^\\h?(?:\\{\\h?[-−]?\\d{1,4}\\h?}|[-−]?\\d{1,4})|⁻?[⁰¹²³⁴-⁹]{1,4}+)";
  private static final String POWER = "(?:\\h?\\^\\h?(?:\\{\\h?[-−]?\\d{1,4}\\h?}|[-−]?\\d{1,4})|⁻?[⁰¹²³⁴-⁹]{1,4}+)";
  /// A number with what makes it another: an exponent, a fraction behind it, a divisor.
  private static final Pattern LITERAL = Pattern
      .compile("(?:" + FRACTION + "|" + PLAIN + "(?:[eE][-+]?\\d{1,3}(?![\\d.]))?"
          + "(?:" + TEN + "|" + POWER + "|\\h?" + FRACTION + "|\\h\\d{1,9}\\h?/\\h?\\d{1,9}(?!\\d)|\\h?/\\h?(?:" + PLAIN
          + "))?|[½¼¾⅓⅔])[½¼¾⅓⅔]?(?:\\h(?:hundred|thousand|million|billion|trillion|dozen)\\b)?");
  /// A value is what it says: `5 million` is 5000000 and never 5, for an answer and for a reference alike. Whether a question asked
  /// for millions cannot be seen here; a reference of 5 that means so is refused rather than 5 million taken for 5.
  private static final Map<String, Long> SCALES = Map.of("hundred", 100L, "thousand", 1000L, "million", 1_000_000L,
      "billion", 1_000_000_000L, "trillion", 1_000_000_000_000L, "dozen", 12L);
  private static final Pattern SCALED = Pattern.compile(
      "(?s)(\\D{0,6}+[\\d.,]{1,60}+)\\h?(?:\\\\text\\s?\\{\\s?)?(hundred|thousand|million|billion|trillion|dozen)\\b\\D{0,60}+");
  private static final Pattern DECIMAL_COMMA = Pattern
      .compile("(?<![\\d,])(\\d++)(?:,|\\{,})(\\d{1,2}+|\\d{4,}+)(?![,\\d])|(?<!\\d)(0)(?:,|\\{,})(\\d{3})(?![,\\d])");
  private static final Pattern EUROPEAN = Pattern.compile("(?<![\\d.,])(?:" + POINTS + ")");
  private static final Pattern COMMA = Pattern.compile("(?<=\\d)(?:,|['’]|\\{,}|,\\\\!\\s?|\\\\[,;: !])(?=\\d{3})");
  private static final Pattern TIMES = Pattern.compile("(?<=\\d)\\s?x\\s?(?=10)");
  /// Behind `####`: what may stand before the number, and what makes the line a heading.
  private static final Pattern MARKED = Pattern.compile("####[ \\t*]{0,8}+(?:\\\\?\\$)?[ \\t]?(?=[-−+.\\d\\\\])");
  private static final Pattern HEADING = Pattern.compile(
      "\\s?+[.):]\\s++\\S|\\s++(?!(?:US|Dollar|Euro|Pound|Cent|[A-Z]{2,3}\\b))[A-Z]|\\s++[-–—]\\s++[A-Za-z]|(?:st|nd|rd|th)\\b|\\uFE0F?\\u20E3");
  /// `3 eggs for breakfast`: the title of a step where an answer follows that says that it is one, else a number with its unit.
  private static final Pattern TITLE = Pattern.compile("\\h+[a-z]++(?:\\h+[a-z]++){1,12}+[:.]?\\h*+");
  private static final Pattern WORKING = Pattern.compile("\\h?[-+*×/x÷][^\\n=]{1,200}+=(?![^\\n]*=)");

  private static final Pattern SAYS = Pattern.compile("\\b(?:is|are|be|was|equals|get|gives|to)$");

  private static final Pattern UNIT = Pattern.compile("[^A-Za-z]{1,60}\\h[A-Za-z]{2,}[A-Za-z ]{0,40}[.]?\\s*+");
  private static final Pattern SUM = Pattern.compile("\\d\\h\\(|^- |(?<!^)[-+−–/=]");
  private static final Pattern BRACKETED = Pattern.compile("\\h\\([^()\\n]{1,80}+\\)[.!]?");
  private static final Pattern DIGIT = Pattern.compile("\\d");
  private static final Pattern DENIED = Pattern.compile("(?i:\\bnot|n['’]t)(?:\\s?\\})?\\s{0,2}[$*_]{0,3}$");
  /// What makes a number a part of another value, behind it and before it.
  private static final Pattern PART_BEHIND = Pattern
      .compile("\\h?(?:π|√|\\\\pi\\b|\\\\sqrt)|[kKMB]\\b|!(?=\\h?[-+*/=])|[²³¹⁰⁴-⁹]");
  private static final Pattern PART_BEFORE = Pattern.compile(
      "(?:√|\\\\sqrt\\s?\\{?|[\\w})]\\s(?:[<>≤≥≠]|[<>!]=)\\s?|\\\\(?:leq?|geq?|neq?|lt|gt)\\s{0,2})$");
  /// `0x10`, `0b101`, `3rd of May`.
  private static final Pattern CODED = Pattern.compile("(?<![\\w.])0[xXbB][0-9a-fA-F]|\\d(?:st|nd|rd|th)?\\hof\\h(?:Jan|Feb|Mar|Apr|May|June?\\b|July?\\b|Aug|Sep|Oct|Nov|Dec)");
  /// `#### N/A`.
  private static final Pattern UNMARKED = Pattern
      .compile("####[\\h*]{0,4}+(?i:nan|none|n/a|null|unknown|undefined|undetermined|no\\h(?:answer|solution)|infinity)\\b");
  /// An aside at the end: `$18 (7% tax not included)`.
  private static final Pattern ASIDE = Pattern.compile("\\h\\([^()\\n]{1,80}+\\)[.!]?\\s*+$");
  private static final Pattern LEAD = Pattern.compile("^(?:A|Answer|Ans|Solution)\\h?[:.]\\s*+");
  private static final Pattern TEXT = Pattern.compile("\\\\(?:text|textrm|textbf|mathrm|mbox)\\s?\\{([^{}]{0,80}+)}");
  private static final Pattern SPACE = Pattern.compile("\\\\[ ,;:!]|\\\\q?quad\\b|~");
  private static final Pattern UNDECIDED = Pattern.compile(
      "(?i)(?:\\bcannot|\\bcan['’]t|\\bcan\\hnot|\\bcould\\h?n(?:o|['’])t|\\bunable\\hto|\\bimpossible\\hto|\\bnot\\hpossible\\hto)\\h(?:be\\h)?(?:determine|tell|answer|solve|say|find|know|calculate|compute)"
          + "|\\b(?:not\\henough|insufficient)\\h(?:information|data)\\b|\\bI\\h(?:don['’]t|do\\hnot)\\hknow\\b|\\b(?:not\\hsure|unsure|unknown)\\b");
  /// A range and nothing else: `5 to 7 days`.
  private static final Pattern RANGE = Pattern
      .compile("\\s*+[^\\d\\n]{0,3}+\\d[\\d.,]{0,20}+\\s?(?:to|–)\\s?\\$?\\d[\\d.,]{0,20}+[^\\d\\n]{0,20}+");
  /// A range or a denial.
  private static final Pattern SEVERAL = Pattern
      .compile("(?i)\\bbetween\\b|\\d\\s?(?:to|–)\\s?\\d|\\b(?:not|n['’]t)\\b[^\\d]{0,12}\\d");

  private NumberText() {}

  /// A number in a text.
  ///
  /// @param end the index behind it
  record Literal(int start, int end, String written, Num value) {}

  /// The number directly behind the first `####` that has one: a heading such as `#### Step 2` or `#### 2. Result` has none.
  static Optional<Literal> marked(String text) {
    Matcher mark = MARKED.matcher(text);
    for (int at = text.indexOf(MARK); at >= 0 && mark.find(at); at = mark.end()) {
      Optional<Literal> number = next(text, mark.end()).filter(literal -> literal.start() <= mark.end() + 2);
      if (number.isPresent() && !heading(text, number.get().end())) {
        Matcher working = WORKING.matcher(text).region(number.get().end(), text.length());
        return working.lookingAt() ? next(text, working.end()) : number;
      }
    }
    return Optional.empty();
  }

  /// What stands behind the first `####` that has a number: the number if it is a value of its own, else the rest of the line.
  static Optional<String> markedSpan(String text) {
    return marked(text).map(number -> {
      int line = text.indexOf('\n', number.end());
      String rest = text.substring(number.start(), line < 0 ? text.length() : line).replaceAll("[*_\\s.]{1,4}+$", "");
      boolean sole = SoleNumber.is(text, number.start(), number.end()) && (rest.length() > LONGEST_BARE || value(rest).isEmpty());
      return sole ? number.written() : rest;
    });
  }

  /// A text up to the line of its first marked number: what follows is run on.
  static String untilMark(String text) {
    int line = marked(text).map(literal -> text.indexOf('\n', literal.end())).orElse(-1);
    return line < 0 ? text : text.substring(0, line);
  }

  /// A text without what is run on: the next question, and what follows the line of the first marked number.
  static String own(String text) {
    return untilMark(RunOn.without(text, NumberText::answers));
  }

  /// Whether a text says its answer, or is one.
  private static boolean answers(String text) {
    String bare = LEAD.matcher(text.strip()).replaceFirst("");
    return (bare.length() <= LONGEST_BARE && bare.indexOf('\n') < 0
        && next(bare, 0).filter(n -> n.start() <= 1).isPresent())
        || !TexSpans.boxes(text).isEmpty() || marked(text).isPresent() || WrittenAnswer.said(text).isPresent();
  }

  /// The answer of a text that has a number: its box, the number behind `####`, what “answer is” says, or the last number.
  static Optional<String> answer(String text) {
    String own = own(FullWidth.narrowed(text));
    Optional<String> cutOff = TexSpans.cutOff(own);
    if (cutOff.isPresent()) {
      return cutOff.filter(content -> value(content).isPresent());
    }
    Optional<String> told = WrittenAnswer.boxed(own).or(() -> WrittenAnswer.tagged(own)).map(WrittenAnswer::text);
    if (told.isPresent() || !TexSpans.boxes(own).isEmpty()) {
      return told.filter(written -> number(written).isPresent());
    }
    if (marked(own).isPresent()) {
      return markedSpan(own).filter(span -> value(span).isPresent());
    }
    if (UNMARKED.matcher(own).find()) {
      return Optional.empty();
    }
    return WrittenAnswer.said(own).map(WrittenAnswer::text).filter(said -> DIGIT.matcher(said).find())
        .or(() -> explained(own)).or(() -> whole(own))
        .or(() -> RANGE.matcher(own).matches() || undecided(own) ? Optional.empty() : told(own).map(Literal::written))
        .filter(written -> number(written).isPresent());
  }

  /// Whether the end of a text says that it has no answer.
  private static boolean undecided(String text) {
    return UNDECIDED.matcher(text).region(Math.max(0, text.stripTrailing().length() - 120), text.length()).find();
  }

  /// The number that an answer is: its value, that of its last member, or the last number in it; none if it gives several.
  static Optional<Num> number(String written) {
    Optional<Num> value = value(written);
    if (value.isPresent() || CODED.matcher(written).find()) {
      return value;
    }
    Optional<Expr> form = written.length() <= TexTokens.MAX_LENGTH && !WrittenAnswer.prose(written)
        ? MathForm.of(written)
        : Optional.empty();
    if (form.isPresent() && form.get() instanceof Expr.Apply apply
        && apply.head().kind() == Expr.Head.Kind.COLLECTION) {
      return Optional.empty();
    }
    return form.filter(MathForm::names).flatMap(equation -> Rational.value(((Expr.Relation) equation).last()))
        .or(() -> form.flatMap(Rational::value))
        .or(() -> (form.isPresent() && !UNIT.matcher(written).matches()) || SEVERAL.matcher(written).find()
            ? Optional.empty()
            : told(plain(written)).map(Literal::value));
  }

  /// `6 (2 * 3)`: a number, and then how it came about.
  private static Optional<String> explained(String text) {
    String written = text.strip();
    return next(written, 0).filter(number -> number.start() == 0
        && BRACKETED.matcher(written).region(number.end(), written.length()).matches()).map(Literal::written);
  }

  /// A short text that is a value and nothing else: `10**2`, `\\sqrt{81}`.
  private static Optional<String> whole(String text) {
    String written = text.strip();
    return Optional.of(written)
        .filter(value -> value.length() <= 40 && !SUM.matcher(value).find() && !WrittenAnswer.prose(value))
        .filter(value -> value(value).isPresent());
  }

  /// The last number that is not denied; none if it is a part of another value, such as `36π` or `x > 5`.
  private static Optional<Literal> told(String whole) {
    String text = WrittenAnswer.withoutClause(whole);
    Optional<Literal> last = last(text);
    Matcher aside = ASIDE.matcher(text);
    if (last.isPresent() && part(text, last.get()) && aside.find() && aside.start() < last.get().start()) {
      text = text.substring(0, aside.start());
      last = last(text);
    }
    if (last.isPresent() && DENIED.matcher(before(text, last.get())).find()) {
      text = text.substring(0, last.get().start());
      last = last(text);
    }
    String read = text;
    return last.filter(number -> !part(read, number));
  }

  /// With texts in formulas as words.
  private static String plain(String written) {
    return SPACE.matcher(TEXT.matcher(written).replaceAll(" $1 ")).replaceAll(" ").replaceAll("\\h{2,}", " ");
  }

  private static boolean part(String text, Literal number) {
    return PART_BEHIND.matcher(text).region(number.end(), text.length()).lookingAt()
        || PART_BEFORE.matcher(before(text, number)).find()
        || !SoleNumber.is(text, number.start(), number.end()) || Doubt.retracted(text, number.end()) >= 0;
  }

  private static String before(String text, Literal number) {
    return text.substring(Math.max(0, number.start() - 16), number.start());
  }

  /// A number in lowest terms: `n` or `n/d`.
  static String form(String written) {
    return number(written).map(Num::text).orElse("");
  }

  private static boolean heading(String text, int end) {
    int line = text.indexOf('\n', end);
    if (line >= 0 && TITLE.matcher(text).region(end, line).matches()
        && (WrittenAnswer.said(text.substring(line)).isPresent()
            || WrittenAnswer.lastBox(text.substring(line)).isPresent())) {
      return true;
    }
    return HEADING.matcher(text).region(end, line < 0 ? text.length() : line).lookingAt();
  }

  /// The first number at or after an index; exponents, indices and digits of words are none.
  static Optional<Literal> next(String text, int from) {
    Matcher literal = LITERAL.matcher(text);
    int at = from;
    while (at < text.length()) {
      if (!starts(text, at)) {
        at++;
        continue;
      }
      int chain = chain(text, at);
      if (chain - at > LONGEST_CHAIN) {
        at = chain;
        continue;
      }
      literal.region(at, text.length());
      if (!literal.lookingAt()) {
        at = behindDigits(text, at + 1);
        continue;
      }
      if (!inWord(text, at) && !index(text, at) && !clock(text, at, literal.end())) {
        boolean negative = negative(text, at);
        Optional<Num> value = value((negative ? "-" : "") + literal.group());
        if (value.isPresent()) {
          int start = negative ? signAt(text, at) : at;
          return Optional.of(new Literal(start, literal.end(), text.substring(start, literal.end()), value.get()));
        }
        at = literal.end();
      } else {
        at = behindDigits(text, at + 1);
      }
    }
    return Optional.empty();
  }

  /// The last number.
  static Optional<Literal> last(String text) {
    int tail = text.length() <= TAIL ? 0 : text.indexOf('\n', text.length() - TAIL);
    return (tail > 0 ? last(text, tail) : Optional.<Literal>empty()).or(() -> last(text, 0));
  }

  private static Optional<Literal> last(String text, int from) {
    Optional<Literal> last = Optional.empty();
    Optional<Literal> next = next(text, from);
    while (next.isPresent()) {
      last = next;
      next = next(text, next.get().end());
    }
    return last;
  }

  /// The value of a text that is one number as people write it, with a decimal comma or thousands.
  static Optional<Num> value(String written) {
    if (CODED.matcher(written).find()) {
      return Optional.empty();
    }
    Matcher scaled = SCALED.matcher(written);
    if (scaled.matches()) {
      Num factor = new Num(BigInteger.valueOf(SCALES.get(scaled.group(2))), BigInteger.ONE, 0);
      return value(scaled.group(1)).map(number -> Rational.product(number, factor));
    }
    String points = EUROPEAN.matcher(written.replace('−', '-').replace('–', '-'))
        .replaceAll(found -> digits(found.group()));
    String plain = DECIMAL_COMMA.matcher(points).replaceAll(
        found -> found.group(1) == null
            ? found.group(3) + "." + found.group(4)
            : found.group(1) + "." + found.group(2));
    plain = TIMES.matcher(COMMA.matcher(plain).replaceAll("")).replaceAll("\\\\times ");
    return TexParser.parse(plain).map(MathForm::normalised).flatMap(Rational::value)
        .filter(value -> value.numerator().bitLength() <= MOST_BITS && value.denominator().bitLength() <= MOST_BITS);
  }

  /// `1.234,50`, `1.234.567` and `12,34,567` with a decimal point alone.
  private static String digits(String grouped) {
    return grouped.indexOf('.') < 0 ? grouped.replace(",", "") : grouped.replace(".", "").replace(',', '.');
  }

  private static boolean starts(String text, int at) {
    char c = text.charAt(at);
    return (c >= '0' && c <= '9') || (c == '.' && at + 1 < text.length() && Character.isDigit(text.charAt(at + 1)))
        || (c == '\\' && text.startsWith("frac", Math.min(at + 1, text.length())))
        || (c == '\\' && text.startsWith("frac", Math.min(at + 2, text.length()))) || "½¼¾⅓⅔".indexOf(c) >= 0;
  }

  /// The index behind digits and the commas between them.
  private static int chain(String text, int from) {
    int at = behindDigits(text, from);
    while (at > from && at + 1 < text.length() && text.charAt(at) == ',' && text.charAt(at + 1) >= '0'
        && text.charAt(at + 1) <= '9') {
      at = behindDigits(text, at + 1);
    }
    return at;
  }

  private static int behindDigits(String text, int from) {
    int at = from;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at;
  }

  /// Whether it goes on with a word or with a number.
  private static boolean inWord(String text, int at) {
    boolean pointed = at > 0 && text.charAt(at) == '.' && Character.isDigit(text.charAt(at - 1));
    return pointed || (at > 0 && Character.isLetter(text.charAt(at - 1)));
  }

  /// Whether it is a part of a time or a ratio: `12:30`, `3:4`.
  private static boolean clock(String text, int from, int to) {
    return (from > 1 && text.charAt(from - 1) == ':' && Character.isDigit(text.charAt(from - 2)))
        || (to + 1 < text.length() && text.charAt(to) == ':' && Character.isDigit(text.charAt(to + 1)));
  }

  /// Whether it stands behind `^` or `_`, in a group or not.
  private static boolean index(String text, int at) {
    int before = at - 1;
    while (before >= 0 && (text.charAt(before) == '{' || text.charAt(before) == '-' || text.charAt(before) == ' ')) {
      before--;
    }
    boolean emphasis = before > 0 && text.startsWith("__", before - 1);
    return before >= 0 && !emphasis && (text.charAt(before) == '^' || text.charAt(before) == '_');
  }

  /// The place of the sign before a number, behind which a currency may stand; −1 if there is none.
  private static int signAt(String text, int at) {
    int before = at - 1;
    for (int i = 0; i < 3 && before >= 0 && ("$€£¥₹".indexOf(text.charAt(before)) >= 0 || text.charAt(before) == '\\'
        || text.charAt(before) == ' '); i++) {
      before--;
    }
    return before >= 0 && (text.charAt(before) == '-' || text.charAt(before) == '−' || text.charAt(before) == '–')
        ? before
        : -1;
  }

  /// Whether a minus before the number is its sign: not the one in `10-3` or `10 - 3`, nor that of a list's line.
  private static boolean negative(String text, int at) {
    int sign = signAt(text, at);
    if (sign < 0) {
      return false;
    }
    boolean apart = text.charAt(sign + 1) == ' ';
    int before = sign - 1;
    while (before >= 0 && text.charAt(before) == ' ') {
      before--;
    }
    boolean lineStart = before < 0 || text.charAt(before) == '\n';
    if (lineStart) {
      return !apart;
    }
    if (SAYS.matcher(text.substring(Math.max(0, before - 10), before + 1)).find()) {
      return true;
    }
    boolean attached = before == sign - 1;
    boolean value = Character.isLetterOrDigit(text.charAt(before)) || ")}].%".indexOf(text.charAt(before)) >= 0;
    return attached ? !value : !apart || !value;
  }
}
