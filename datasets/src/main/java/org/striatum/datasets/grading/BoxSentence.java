package org.striatum.datasets.grading;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.TexSpans.Span;

/// A sentence with a box, in which the box, and the formula that it ends, stand as one value.
///
/// `Thus $a + b = \boxed{5}$ apples.` is `Thus ￼ apples.`, so that a box commits a text in the sentences in which a value does.
final class BoxSentence {
  /// Stands for the box.
  static final char VALUE = '\uFFFC';
  private static final Pattern TAGS = Pattern.compile("</?[A-Za-z_]{1,20}+>");
  /// The number of a step or item.
  private static final Pattern ITEM = Pattern.compile("^\\d{1,2}[.)]\\h+");
  /// In a formula, what a value follows; not `\ne`, `\not=` or `\ge`.
  private static final Pattern SIGN = Pattern.compile(
      "(?:(?<![!<>])(?<!\\\\not)(?<!\\\\not\\h)=|[≈≡→⇒∈∴:&]|\\\\(?:in|equiv|approx|cong|sim|to|mapsto|implies|iff|therefore|boldsymbol|[A-Za-z]*arrow))\\h*$");
  /// Layout around a box: quotes, brackets, spaces, what opens a formula; a text quoted from JSON writes its line breaks as `\n`.
  private static final Pattern OPENING = Pattern.compile(
      "(?:[\\s$\"“({&]|\\[|\\*|\\\\[(\\[,;:! ]|\\\\n(?![a-z])|\\\\(?:displaystyle|q?quad|large|Large|LARGE|huge|Huge|bf|left\\.?|hspace\\{[^{}]*}|\\\\))*$");
  private static final Pattern CLOSING = Pattern
      .compile(
          "^(?:[\\s$)}*\"”]|\\]|\\\\[)\\],;:! ]|\\\\(?:q?quad|square|blacksquare|qed|hfill|right\\.?|\\\\|n(?![a-z])))*");
  /// A calculation, or one that a name before it begins: `500 \\times 3 =`, `= \\frac{180}{4} =`.
  private static final Pattern CALCULATION = Pattern
      .compile("(?:[\\d\\s.,+/()×÷=*{}$-]|\\\\(?:times|cdot|div|[dt]?frac|left|right)){1,200}(?<==)");
  private static final Pattern END = Pattern.compile("\\\\end\\{[a-z]{1,12}\\*?}|\\\\tag\\{[^{}]{0,9}}");
  private static final Pattern TEXT = Pattern
      .compile("\\\\(?:text|textrm|textbf|textnormal|mathrm|mbox)\\h?\\{([^{}]{0,200}+)}");
  private static final Pattern LETTERS = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]{2,}+");
  private static final int LONGEST_LAYOUT = 400;
  private static final Pattern SPACES = Pattern.compile("\\h{2,}");

  private BoxSentence() {}

  /// The sentence; empty if its last boxes are a part of a formula, and so no value of their own.
  static Optional<String> of(String tagged) {
    String sentence = ITEM.matcher(TAGS.matcher(tagged).replaceAll(" ").strip()).replaceFirst("");
    List<Span> boxes = WrittenAnswer.lastBoxes(sentence);
    if (boxes.isEmpty()) {
      return Optional.empty();
    }
    int from = boxes.getFirst().start();
    int to = boxes.getLast().end();
    Optional<Span> formula = TexSpans.formulas(sentence).stream()
        .filter(span -> span.start() < from && to < span.end()).findFirst();
    int start = formula.map(Span::start).orElseGet(() -> mathematics(sentence, from));
    int end = formula.map(Span::end).orElse(to);
    Optional<String> before = led(sentence.substring(formula.map(Span::from).orElse(start), from));
    String inside = END.matcher(sentence.substring(to, formula.map(Span::to).orElse(to))).replaceAll(" ");
    return before.map(words -> plain(sentence.substring(0, start)) + " " + words + VALUE
        + CLOSING.matcher(inside + plain(sentence.substring(end))).replaceFirst(" "))
        .map(text -> SPACES.matcher(texts(text)).replaceAll(" ").replaceAll("\\h([.,;:!?])", "$1").strip());
  }

  /// Where the mathematics without `$` begins that ends before a box: `x =`.
  private static int mathematics(String sentence, int box) {
    int start = box;
    int at = sentence.substring(0, box).stripTrailing().length();
    while (at > 0) {
      int space = Math.max(sentence.lastIndexOf(' ', at - 1), sentence.lastIndexOf('\n', at - 1)) + 1;
      String token = sentence.substring(space, at);
      boolean word = LETTERS.matcher(TEXT.matcher(token).replaceAll("")).results()
          .anyMatch(letters -> !TexTokens.FUNCTIONS.contains(letters.group()));
      if (word || token.endsWith(":") || token.endsWith(",") || token.endsWith(".")) {
        break;
      }
      start = space;
      at = sentence.substring(0, space).stripTrailing().length();
    }
    return SIGN.matcher(opened(sentence.substring(start, box))).find() ? start : box;
  }

  /// The words of the formula before a box, with its last sign if that belongs to them; empty if a value does not follow there.
  private static Optional<String> led(String formula) {
    String before = opened(formula);
    Matcher text = TEXT.matcher(before);
    StringBuilder words = new StringBuilder();
    int end = 0;
    while (text.find()) {
      words.append(text.group(1)).append(' ');
      end = text.end();
    }
    String rest = before.substring(end).strip();
    if (rest.isEmpty()) {
      return Optional.of(words.toString());
    }
    boolean named = (end > 0 && rest.startsWith("=")) || CALCULATION.matcher(rest).matches();
    return SIGN.matcher(rest).find() ? Optional.of(named ? words + "= " : words.toString()) : Optional.empty();
  }

  /// Without the layout that it ends with.
  private static String opened(String text) {
    int from = Math.max(0, text.length() - LONGEST_LAYOUT);
    Matcher layout = OPENING.matcher(text.substring(from));
    return layout.find() ? text.substring(0, from + layout.start()) : text;
  }

  /// Other formulas as `\(x\)`, `\(x = y\)`, a name as `\(v\)`: they are neither words nor the ends of clauses.
  private static String plain(String text) {
    StringBuilder plain = new StringBuilder(text);
    for (Span formula : TexSpans.formulas(text).reversed()) {
      String content = formula.content(text);
      char last = content.charAt(content.length() - 1);
      String sign = content.length() == 1 ? "\\(v\\)" : content.indexOf('=') >= 0 ? "\\(x = y\\)" : "\\(x\\)";
      plain.replace(formula.start(), formula.end(), ",;:.".indexOf(last) >= 0 ? sign + last : sign);
    }
    return opened(plain.toString());
  }

  private static String texts(String text) {
    return TEXT.matcher(text).replaceAll(" $1 ");
  }
}
