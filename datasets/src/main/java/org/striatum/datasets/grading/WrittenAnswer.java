package org.striatum.datasets.grading;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.striatum.datasets.grading.TexSpans.Span;

/// The mathematics that a text commits itself to ([Commitment]), as it is written.
final class WrittenAnswer {
  /// Between boxes that are one answer.
  private static final Pattern BETWEEN = Pattern.compile(
      "(?:[\\s$,;]|\\\\[()\\[\\],;:! ]|\\\\q?quad|\\\\text\\s?\\{[^{}]{0,60}?\\b(?:and|or)\\s?}|\\band\\b|\\bor\\b)*+");
  private static final Pattern OR = Pattern.compile("\\bor\\b");
  private static final Pattern JOINS = Pattern.compile("\\b(?:and|or)\\b|[,;]");
  private static final Pattern FORMULA_OR_MARK = Pattern.compile("\\$|\\\\[(\\[]|####|(?i)\\banswer\\b");
  /// What a model was asked to wrap its answer in.
  private static final Pattern TAG = Pattern
      .compile("(?is)<(final_?answer|answer)>\\s{0,20}+(.{1,400}?)\\s{0,20}</\\1>");
  private static final Pattern KEY = Pattern.compile(
      "(?i)[\"'](?:final[_ ]?answer|(?:correct[_ ]?)?(?:answer|choice|option))[\"']\\s{0,9}+:\\s{0,9}+(?:\"((?:[^\"\\n]){1,400}+)\"|'([^'\\n]{1,400}+)'|([^\\s,}\"'\\[{]{1,60}+))");
  /// A unit in a formula of its own: `18 $\\text{m}^2$`, `90$^\\circ$`.
  private static final Pattern UNIT_FORMULA = Pattern.compile(
      "(?<=[\\d.)])\\h?\\$((?:\\\\(?:text|mathrm|mbox|textrm)\\s?\\{[^{}]*+}|[A-Za-z]{1,3})(?:\\^\\{?-?\\d}?)?|\\^\\s?\\{?\\s?(?:\\\\circ|\\d)\\s?}?|\\\\?%|\\\\circ)\\$");
  /// `18m²`, which is no product.
  private static final Pattern GLUED_UNIT = Pattern.compile("(?<=\\d)[kcm]?m[²³]\\h*$");
  /// `36π cm²`, likewise.
  private static final Pattern UNIT_OF_PI = Pattern
      .compile("(?<=π|\\\\pi)\\h((?:[kcm]?m|in|ft|yd)(?:\\^?\\{?[23]}?|[²³])?)(?=[.]?$)");
  /// What may stand around a value: quotes, the end of its sentence.
  private static final Pattern OUTER = Pattern
      .compile("^\\\\?[\"“”'](?=[\\d$(])|(?<=[^.])(?:[.。]|[.]?\\\\?[\"“”][.]?)\\s*$");
  private static final Pattern OTHER_SCRIPT = Pattern
      .compile("[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsHangul}\\p{IsCyrillic}\\p{IsArabic}]");
  /// A box is raised to a power, and is no answer of its own.
  private static final Pattern RAISED = Pattern.compile("\\s?\\^\\s?\\{?\\s?[-\\w]");
  private static final Pattern WORDS = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]{2,}+");
  private static final Pattern TEXT_GROUP = Pattern
      .compile("\\\\(?:text|mbox|textbf|textrm|mathrm|textit|textnormal|operatorname|begin|end)\\*?\\s?\\{[^{}]*+}");
  private static final Pattern NAME = Pattern.compile("[A-Z][a-z]{2,}+");
  private static final Set<String> MATHEMATICAL = Set.of("sqrt", "percent", "percentage", "pct", "infinity", "pi");
  private static final Set<String> COMMON = Set.of("the", "is", "it", "so", "to", "of", "in", "we", "an", "are", "has",
      "for",
      "not", "no", "yes", "by", "he", "she", "was", "be", "at", "on", "as", "if", "all", "one", "two", "can", "get",
      "got",
      "her", "his", "my", "you", "its", "per", "had", "but", "out", "old", "new", "day", "now");
  private static final int LONGEST_TEXT = 80;

  /// A formula that is more than a number.
  private static final Pattern FORMULA_OF_LETTERS = Pattern
      .compile("\\$[^$\\n]*(?<!\\\\text\\{)[A-Za-z^_=][^$\\n]*\\$|\\\\[(\\[]|[=^]");
  /// A sentence that is an answer as a whole.
  private static final Pattern NO_SOLUTION = Pattern.compile(
      "(?i)(?:there\\h(?:is|are)|(?:(?:the|this)\\h(?:(?:given|original)\\h)?(?:equation|system(?:\\hof\\h(?:equations|inequalities))?|inequality|problem)|it)\\hhas)\\h(no\\h(?:real\\h)?solutions?)[.!]?");

  /// What mathematics is an answer.
  private static final AnswerKind KIND = new AnswerKind() {
    @Override
    public Optional<String> value(String text) {
      return Optional.of(NO_SOLUTION.matcher(text)).filter(Matcher::matches)
          .map(found -> "\\text{" + found.group(1) + "}")
          .or(() -> WrittenAnswer.value(text));
    }

    @Override
    public Optional<String> said(String text) {
      return value(text).or(() -> words(text));
    }

    @Override
    public Optional<String> enclosed(String text) {
      return value(text).or(() -> Optional.of(text));
    }

    @Override
    public Optional<String> stated(String sentence) {
      return FORMULA_OF_LETTERS.matcher(sentence).find()
          ? Optional.empty()
          : Statement.number(NumberText.plain(sentence)).map(WrittenAnswer::whole);
    }

    @Override
    public boolean harmless(String sentence, String value) {
      return false;
    }

    @Override
    public boolean same(String one, String other) {
      return MathText.normalised(one).equals(MathText.normalised(other));
    }
  };

  /// The answer that a completion gives.
  static Optional<String> of(String completion) {
    String text = NumberText.own(TexSpans.closed(Sentences.standing(FullWidth.narrowed(completion))));
    if (TexSpans.boxes(text).isEmpty() && NumberText.marked(text).isPresent()) {
      return NumberText.markedSpan(text);
    }
    return Commitment.of(text, KIND);
  }

  /// The answer that a reference is: its box, the whole text if that is a value, what a solution with formulas would be read
  /// as, else its text. A number in a text is not its answer.
  static Optional<String> reference(String written) {
    String text = FullWidth.narrowed(written);
    boolean solution = FORMULA_OR_MARK.matcher(text).find();
    return boxed(text).or(() -> Optional.of(text.strip()).filter(WrittenAnswer::isWhole))
        .or(() -> solution ? of(text).or(() -> lastFormula(text)) : Optional.empty())
        .or(() -> Optional.of(text.strip()).filter(words -> !words.isEmpty()));
  }

  private static Optional<String> lastFormula(String text) {
    List<Span> formulas = TexSpans.formulas(text);
    return formulas.isEmpty() ? Optional.empty() : Optional.of(formulas.getLast().content(text));
  }

  /// The content of the last box, with those that “and” or a comma joins to it.
  static Optional<String> boxed(String text) {
    List<String> contents = lastBoxes(text).stream().map(box -> box.content(text)).toList();
    return Optional.of(String.join(", ", contents).strip()).filter(answer -> !answer.isEmpty());
  }

  /// The last box, with those that “and” or a comma joins to it; empty if there is none.
  static List<Span> lastBoxes(String text) {
    List<Span> boxes = filled(text).stream()
        .filter(box -> !RAISED.matcher(text).region(box.end(), text.length()).lookingAt()).toList();
    int first = Math.max(0, boxes.size() - 1);
    while (first > 0 && joined(text, boxes.get(first - 1).end(), boxes.get(first).start())) {
      first--;
    }
    return boxes.subList(first, boxes.size());
  }

  private static List<Span> filled(String text) {
    return TexSpans.boxes(text).stream().filter(box -> !box.content(text).isBlank()).toList();
  }

  /// The last `<answer>…</answer>`, or the JSON object with the last key `"answer"`, and in it the value.
  static Optional<Span> tag(String text) {
    return lastMatch(TAG, text).map(found -> new Span(found.start(), found.end(), found.start(2), found.end(2)))
        .or(() -> lastMatch(KEY, text).map(found -> keyed(text, found)));
  }

  private static Span keyed(String text, MatchResult found) {
    int group = IntStream.of(1, 2, 3).filter(value -> found.group(value) != null).findFirst().orElseThrow();
    int open = text.lastIndexOf('{', found.start());
    int close = text.indexOf('}', found.end());
    return new Span(open < 0 ? found.start() : open, close < 0 ? text.length() : close + 1, found.start(group),
        found.end(group));
  }

  private static boolean joined(String text, int from, int to) {
    if (to - from > LONGEST_TEXT) {
      return false;
    }
    String between = text.substring(from, to);
    return between.isEmpty() || (BETWEEN.matcher(between).matches() && JOINS.matcher(between).find());
  }

  static boolean isWhole(String text) {
    String stripped = text.strip();
    boolean lines = stripped.indexOf('\n') >= 0 && !stripped.startsWith("$$") && !stripped.startsWith("\\[")
        && !stripped.contains("\\begin");
    return !lines && !OTHER_SCRIPT.matcher(stripped).find() && stripped.length() <= TexTokens.MAX_LENGTH
        && !stripped.isEmpty()
        && !prose(stripped) && TexParser.parse(stripped).isPresent();
  }

  /// Whether words stand in it that are not in `\text{…}` and name no function or unit.
  static boolean prose(String text) {
    return WORDS.matcher(TEXT_GROUP.matcher(text).replaceAll(" ")).results().map(MatchResult::group)
        .anyMatch(WrittenAnswer::word);
  }

  private static boolean word(String run) {
    if (TexTokens.FUNCTIONS.contains(run) || TexTokens.JOINING.contains(run) || MATHEMATICAL.contains(run)) {
      return false;
    }
    boolean letters = run.equals(run.toUpperCase(Locale.ROOT)); // AB, a side
    return run.length() > 3 || NAME.matcher(run).matches()
        || (!letters && COMMON.contains(run.toLowerCase(Locale.ROOT)));
  }

  /// The value that a text is: formulas, mathematics without `$`, or a number with its unit.
  private static Optional<String> value(String written) {
    String text = UNIT_OF_PI
        .matcher(GLUED_UNIT.matcher(OUTER.matcher(UNIT_FORMULA.matcher(written).replaceAll(" $1")).replaceAll(""))
            .replaceAll("").strip())
        .replaceAll(" \\\\text{$1}");
    List<Span> formulas = TexSpans.formulas(text);
    if (!formulas.isEmpty() && formulas.getFirst().start() == 0) {
      int last = lastJoined(text, formulas);
      String behind = text.substring(formulas.get(last).end());
      String formula = together(text, formulas.subList(0, last + 1));
      return Unit.end(behind).map(end -> formula + Measure.named(behind.substring(0, end)));
    }
    if (isWhole(text)) {
      return Optional.of(text);
    }
    for (int space = text.indexOf(' '); space > 0; space = text.indexOf(' ', space + 1)) {
      String unit = text.substring(space);
      if (isWhole(text.substring(0, space)) && Unit.end(unit).isPresent()) {
        return Optional.of(text.substring(0, space) + Measure.named(unit.substring(0, Unit.end(unit).orElseThrow())));
      }
    }
    return NumberText.measured(text).map(WrittenAnswer::whole);
  }

  /// A number with its unit, without the unit if that is no mathematics.
  private static String whole(String measured) {
    return isWhole(measured)
        ? measured
        : NumberText.next(measured, 0).map(NumberText.Literal::written).orElse(measured);
  }

  /// A text that is an answer, not in the words of a sentence.
  private static Optional<String> words(String written) {
    String text = OUTER.matcher(written).replaceAll("").strip();
    return Optional.of(text)
        .filter(words -> words.length() <= LONGEST_TEXT && !words.isEmpty() && TexSpans.formulas(words).isEmpty()
            && words.chars().noneMatch(Character::isDigit) && !Wording.TURN.matcher(words).find());
  }

  /// The index of the last formula that “and” or a comma joins to the first.
  private static int lastJoined(String text, List<Span> formulas) {
    int last = 0;
    while (last + 1 < formulas.size() && joined(text, formulas.get(last).end(), formulas.get(last + 1).start())) {
      last++;
    }
    return last;
  }

  private static String together(String text, List<Span> formulas) {
    StringBuilder all = new StringBuilder(formulas.getFirst().content(text));
    for (int i = 1; i < formulas.size(); i++) {
      String between = text.substring(formulas.get(i - 1).end(), formulas.get(i).start());
      all.append(OR.matcher(between).find() ? " \\text{or} " : " \\text{and} ").append(formulas.get(i).content(text));
    }
    return all.toString();
  }

  private static Optional<MatchResult> lastMatch(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, last) -> last);
  }
}
