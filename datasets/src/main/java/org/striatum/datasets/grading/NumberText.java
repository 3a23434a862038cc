package org.striatum.datasets.grading;

import java.math.BigInteger;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.striatum.datasets.grading.Expr.Num;

/// Numbers as models write them in running text.
final class NumberText {
  private static final String MARK = "####";
  /// A mark behind one of these is only spoken of.
  private static final String QUOTES = "\"'`“‘";
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
  static final Map<String, Long> SCALES = Map.of("hundred", 100L, "thousand", 1000L, "million", 1_000_000L,
      "billion", 1_000_000_000L, "trillion", 1_000_000_000_000L, "dozen", 12L);
  /// A thousand or more in one letter: behind an amount of money, or a capital K.
  static final Pattern SHORT_SCALE = Pattern
      .compile("((?<![\\w.,])[$€£¥₹]\\h?\\d[\\d,.]{0,20})([kKMB])(?!\\w)|((?<![\\w.,])\\d[\\d,.]{0,20})(K)(?![\\w/])");
  private static final Map<String, String> LONG_SCALES = Map.of("K", "thousand", "M", "million", "B", "billion");
  private static final Pattern OPERATION = Pattern
      .compile("[\\d)}]\\s*(?:[-+*×÷·−–]|\\\\(?:times|cdot|div)\\b)\\s*[\\d({\\\\]|[\\d)]\\s*\\(");
  private static final Pattern BARE_LINE = Pattern.compile("(?:[-*•]\\h+)?(\\$?\\d[\\d,.]{0,40})");
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
  /// A line that takes the mark before it back.
  private static final Pattern CORRECTED = Pattern
      .compile("(?i)[^\\n]{0,40}\\n+\\h*(?:correction|wait|oops|sorry|actually|no,|hmm|i made)\\b");
  private static final Pattern WORKING = Pattern.compile("\\h?[-+*×/x÷][^\\n=]{1,200}+=(?![^\\n]*=)");

  private static final Pattern SAYS = Pattern.compile("\\b(?:is|are|be|was|equals|get|gives|to)$");

  /// `3 dollars and 50 cents`, the one measure of two units that has one value whatever was asked for.
  private static final Pattern AMOUNT = Pattern
      .compile("(?i)\\$?(\\d{1,9})\\hdollars?,?\\h(?:and\\h)?(\\d{1,2})\\hcents?[.!)}*]{0,4}+\\s*+");
  private static final String ABOUT = "(?:(?:about|approximately|exactly|roughly|around|only|just|another|≈|~|\\\\approx|=|:)\\h?)*";
  /// What may stand before a number and is no part of its value.
  private static final Pattern BEFORE = Pattern
      .compile(ABOUT + "[\"'“(\\[]?\\h?(?:US|USD|EUR|Rs\\.?|INR|AU|CA)?\\h?(?:\\\\?[$€£¥₹]){0,2}\\h?");
  private static final Pattern END = Pattern.compile("^" + ABOUT + "|[.!\"”]{1,3}\\h*$");
  private static final Pattern FACTORIAL = Pattern.compile("\\s*\\d+!\\s*");
  private static final int LONGEST_SIGN = 6;
  private static final int LONGEST_SUM = 80;
  /// `0x10`, `0b101`, `3rd of May`, `3 quarters`.
  private static final Pattern CODED = Pattern.compile(
      "(?<![\\w.])0[xXbB][0-9a-fA-F]|(?<![\\w.])[13]\\hquarters\\b|\\d(?:st|nd|rd|th)?\\hof\\h(?:Jan|Feb|Mar|Apr|May|June?\\b|July?\\b|Aug|Sep|Oct|Nov|Dec)");
  /// `#### N/A`.
  private static final Pattern UNMARKED = Pattern
      .compile(
          "####[\\h*]{0,4}+(?i:nan|none|n/a|null|unknown|undefined|undetermined|no\\h(?:answer|solution)|infinity)\\b");
  private static final Pattern LEAD = Pattern.compile("^(?:A|Answer|Ans|Solution)\\h?[:.]\\s*+");
  private static final Pattern TEXT = Pattern.compile("\\\\(?:text|textrm|textbf|mathrm|mbox)\\s?\\{([^{}]{0,80}+)}");
  /// A comma between thousands, set close.
  private static final Pattern GROUPED = Pattern.compile("(?<=\\d),\\\\!\\h?(?=\\d{3})");
  private static final Pattern SPACE = Pattern.compile("\\\\[ ,;:!]|\\\\q?quad\\b|~");

  private static final Pattern SPACES = Pattern.compile("\\h{2,}");

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
      boolean quoted = mark.start() > 0 && QUOTES.indexOf(text.charAt(mark.start() - 1)) >= 0;
      if (!quoted && number.isPresent() && !heading(text, number.get().end())) {
        if (CORRECTED.matcher(text).region(number.get().end(), text.length()).lookingAt()) {
          continue;
        }
        Matcher working = WORKING.matcher(text).region(number.get().end(), text.length());
        return working.lookingAt() ? next(text, working.end()) : number;
      }
    }
    return Optional.empty();
  }

  /// What stands behind the first `####` that has a number, to the end of the line.
  static Optional<String> markedSpan(String text) {
    Optional<String> span = marked(text).map(number -> {
      int line = text.indexOf('\n', number.end());
      return text.substring(number.start(), line < 0 ? text.length() : line).replaceAll("[*_\\s.$]{1,4}+$", "");
    });
    return span.filter(written -> !Wording.isOpen(written));
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
        || !TexSpans.boxes(text).isEmpty() || marked(text).isPresent() || Commitment.of(text, KIND).isPresent();
  }

  /// What number is an answer.
  private static final AnswerKind KIND = new AnswerKind() {
    @Override
    public Optional<String> value(String text) {
      return FACTORIAL.matcher(text).matches() ? Optional.empty() : said(text);
    }

    @Override
    public Optional<String> said(String text) {
      return measured(text).or(() -> computed(text));
    }

    @Override
    public Optional<String> stated(String sentence) {
      return Statement.number(plain(sentence));
    }

    @Override
    public boolean harmless(String sentence, String value) {
      return false;
    }

    @Override
    public boolean same(String one, String other) {
      return form(one).equals(form(other));
    }
  };

  /// The number that a text commits itself to, with its unit.
  static Optional<String> answer(String text) {
    String own = own(TexSpans.closed(Sentences.standing(FullWidth.narrowed(text))));
    if (several(own)) {
      return Optional.empty();
    }
    if (TexSpans.boxes(own).isEmpty() && (marked(own).isPresent() || UNMARKED.matcher(own).find())) {
      return markedSpan(own).flatMap(KIND::value);
    }
    return Commitment.of(Sentences.unbroken(own).lines().map(NumberText::plain).collect(Collectors.joining("\n")),
        KIND);
  }

  /// The value of an answer.
  static Optional<Num> number(String written) {
    Optional<Num> value = value(written);
    if (value.isPresent()) {
      return value;
    }
    Matcher amount = AMOUNT.matcher(written);
    return amount.matches()
        ? value("%s.%02d".formatted(amount.group(1), Integer.valueOf(amount.group(2))))
        : next(written, 0).filter(number -> number.start() <= LONGEST_SIGN).map(Literal::value);
  }

  /// The number that a text begins with and the unit behind it, if the text has nothing else: `18 dollars per day`.
  static Optional<String> measured(String written) {
    String text = NumberWords.digits(plain(written));
    Matcher amount = AMOUNT.matcher(text);
    if (amount.matches()) {
      return Optional.of(text.substring(0, amount.end(2)) + " cents");
    }
    Optional<Literal> number = next(text, 0)
        .filter(literal -> !CODED.matcher(text).find() && BEFORE.matcher(text.substring(0, literal.start())).matches());
    return number.flatMap(literal -> Unit.end(text.substring(literal.end()))
        .map(end -> text.substring(0, literal.end() + end).replaceFirst("^" + ABOUT + "|[.]$", "").strip()));
  }

  /// A text that is an equation, a power or a root as a whole: `40 + 2 = 42`, `x = 7`. What is still to be computed is no number: it may
  /// be the question again.
  private static Optional<String> computed(String written) {
    String text = END.matcher(plain(written)).replaceAll("").strip();
    boolean calculation = text.length() <= LONGEST_SUM && (text.indexOf(", ") < 0 || value(text).isPresent())
        && !WrittenAnswer.prose(text) && !CODED.matcher(text).find()
        && (text.indexOf('=') >= 0 || !OPERATION.matcher(text).find());
    if (!calculation) {
      return Optional.empty();
    }
    Optional<Expr> form = MathForm.of(text);
    boolean several = form
        .filter(expr -> expr instanceof Expr.Apply apply && apply.head().kind() == Expr.Head.Kind.COLLECTION)
        .isPresent();
    Optional<Num> value = several
        ? Optional.empty()
        : form.filter(MathForm::names).flatMap(equation -> Rational.value(((Expr.Relation) equation).last()))
            .or(() -> form.flatMap(Rational::value));
    return value.map(number -> number(text).filter(number::equalTo).isPresent() ? text : number.text());
  }

  /// With formulas and the texts in them as words.
  static String plain(String written) {
    StringBuilder text = new StringBuilder(written);
    for (TexSpans.Span formula : TexSpans.formulas(written).reversed()) {
      text.replace(formula.start(), formula.end(), formula.content(written));
    }
    String grouped = scaled(GROUPED.matcher(text).replaceAll(","));
    String words = grouped.indexOf('\\') < 0 && grouped.indexOf('~') < 0
        ? grouped
        : SPACE.matcher(TEXT.matcher(grouped).replaceAll(" $1 ")).replaceAll(" ");
    return SPACES.matcher(words).replaceAll(" ").strip();
  }

  /// Whether a text is nothing but lines of numbers, of which none is marked.
  private static boolean several(String text) {
    List<String> lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return lines.size() > 1 && lines.stream().allMatch(line -> BARE_LINE.matcher(line).matches())
        && lines.stream().map(line -> BARE_LINE.matcher(line).replaceFirst("$1")).distinct().count() > 1;
  }

  /// Whether a letter of a scale stands behind a number.
  static boolean mayBeScaled(String text) {
    for (int i = 1; i < text.length(); i++) {
      char before = text.charAt(i - 1);
      if ("kKMB".indexOf(text.charAt(i)) >= 0 && ((before >= '0' && before <= '9') || before == ',' || before == '.')) {
        return true;
      }
    }
    return false;
  }

  /// `$5K` as `$5 thousand`.
  private static String scaled(String text) {
    if (!mayBeScaled(text)) {
      return text;
    }
    return SHORT_SCALE.matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1) == null
            ? found.group(3) + " thousand"
            : found.group(1) + " " + LONG_SCALES.get(found.group(2).toUpperCase(Locale.ROOT))));
  }

  /// A number in lowest terms: `n` or `n/d`.
  static String form(String written) {
    return number(written).map(Num::text).orElse("");
  }

  private static boolean heading(String text, int end) {
    int line = text.indexOf('\n', end);
    if (line >= 0 && TITLE.matcher(text).region(end, line).matches()
        && Commitment.of(text.substring(line), KIND).isPresent()) {
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
