package org.striatum.datasets.grading;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.datasets.grading.NumberText.Literal;
import org.striatum.datasets.grading.TexSpans.Span;

/// Which part of a text is its answer: the last box whose braces close; else what a tag or the last “answer is” says; else the last
/// formula or number. What a text denies, doubts or takes back ([Doubt]) is none.
///
/// @param text as it is written
/// @param place where it stood
record WrittenAnswer(String text, Place place) {
  /// Where an answer stands.
  enum Place {
    BOX, TAG, MARK, SAID, FORMULA, NUMBER
  }

  private static final Pattern BARE_BOX = Pattern.compile("\\\\boxed\\s++([-+]?[\\w.]{1,20}+)(?=[$\\s.]|$)");
  /// Between boxes that are one answer.
  private static final Pattern BETWEEN = Pattern.compile(
      "(?:[\\s$,;]|\\\\[()\\[\\],;:! ]|\\\\q?quad|\\\\text\\s?\\{[^{}]{0,60}?\\b(?:and|or)\\s?}|\\band\\b|\\bor\\b)*+");
  private static final Pattern OR = Pattern.compile("\\bor\\b");
  private static final Pattern JOINS = Pattern.compile("\\b(?:and|or)\\b|[,;]");
  private static final Pattern SAID = Pattern
      .compile("(?iu)\\banswers?\\b[*_]{0,3}+(?:\\s(?:to|for|of|in)\\b[^.:\\n]{0,80}?)?"
          + "\\s?(?:[*_]{0,3}+[:=]|(?:is|are|(?:would|will|must|should) be)\\b)(?:\\s?[:*_]++)?+"
          + "(?:\\s(?:therefore|thus|simply|clearly|hence|then|equal to|approximately|about)\\b:?)?"
          + "|(?:答案|答え|正解|정답|答)\\s?(?:是|为|は|은|:)|\\b(?:réponse|respuesta|antwort|lösung|resposta|risposta|ответ)\\s?(?:(?:est|es|ist|lautet|é|è)\\b|:)");
  private static final Pattern FORMULA_OR_MARK = Pattern.compile("\\$|\\\\[(\\[]|####|" + SAID.pattern());
  private static final Pattern UNIT = Pattern.compile(
      "(?:\\\\(?:text|mathrm|mbox|textrm)\\s?\\{[^{}]*+}|[A-Za-z]{1,3})(?:\\^\\{?-?\\d}?)?|\\^\\s?\\{?\\s?(?:\\\\circ|\\d)\\s?}?|\\\\?%|\\\\circ");
  private static final Pattern NOT = Pattern
      .compile("\\s++(?:not|never|neither|incorrect|wrong|unknown|anything but|(?:still |also )?un(?:clear|certain|determined))\\b");
  /// What a model was asked to wrap its answer in.
  private static final Pattern TAG = Pattern.compile("(?is)<(final_?answer|answer)>\\s{0,20}+(.{1,400}?)\\s{0,20}</\\1>");
  private static final Pattern KEY = Pattern.compile(
      "(?i)[\"'](?:final[_ ]?answer|answer)[\"']\\s{0,9}+:\\s{0,9}+(?:\"((?:[^\"\\n]){1,400}+)\"|'([^'\\n]{1,400}+)'|([^\\s,}\"'\\[{]{1,60}+))");
  /// A box is raised to a power, and is no answer of its own.
  private static final Pattern RAISED = Pattern.compile("\\s?\\^\\s?\\{?\\s?[-\\w]");
  private static final Pattern LEAD = Pattern.compile("(?:[\\s*_]|[-•]\\s)*+");
  /// The end of a sentence, not a decimal point.
  private static final Pattern SENTENCE_END = Pattern
      .compile("[.!?][*_]{0,3}+(?=\\s++(?:[A-Z(<\\[]|I hope)|\\s*+$)|\\n|<\\|");
  private static final Pattern WORDS = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]{2,}+");
  private static final Pattern TEXT_GROUP = Pattern
      .compile("\\\\(?:text|mbox|textbf|textrm|mathrm|textit|textnormal|operatorname|begin|end)\\*?\\s?\\{[^{}]*+}");
  private static final Pattern BARE_VALUE = Pattern
      .compile("\\s*+[-+−]?(?:\\\\?\\$)?\\s?(?:[\\d./ ]|,(?=\\d))+%?\\s?(?:[A-Za-z][A-Za-z²³^0-9/ ]{0,40})?[.]?\\s*+");
  /// A ratio or a time of the day.
  private static final Pattern RATIO = Pattern.compile("(?<![\\w:.])\\d{1,9}(?:\\s?:\\s?\\d{1,9}){1,3}+(?![\\w:])");
  private static final Pattern EXPLAINED = Pattern.compile("\\s?(?:\\(|,|since\\b|because\\b|as\\b|which\\b)");
  private static final Pattern CLAUSE = Pattern
      .compile(
          "(?<=[\\d)}$%]),\\s(?:since|because)\\s[^\\n]{1,70}$|\\s(?:when|if|upon)\\s(?:(?:it|they|this|the number)\\s(?:is|are)\\s)?divi(?:ded|sion)\\sby\\s[^.\\n]{1,40}[.]?\\s*+$");
  /// Between a formula and the same value in figures: `$\\frac34$, or 75\\%`, `$\\frac13$ (about 0.333)`.
  private static final Pattern RESTATED = Pattern
      .compile(
          "[.,;]?\\s?\\(?(?:or|which is|that is|i\\.e\\.|about|approximately|roughly|≈|or about|or approximately|\\s|,){1,4}\\$?");
  private static final Pattern RESTATING = Pattern
      .compile("(?s)(?:.{0,40}?(?:about|approximately|roughly|≈).*|.{1,24}?\\d{1,12}(?:\\.\\d{1,12})?\\h?\\\\?%.*)");
  /// What makes more than a number of it.
  private static final Pattern COMPOSED = Pattern
      .compile("[(\\[{\\\\=^+*/<>√π]|\\d\\s(?:and|or)\\s|\\d\\s[-−]\\s|,\\s");
  private static final Pattern PLAIN_WORDS = Pattern
      .compile("[$€£#]|:\\s|^(?:a|A|I)\\s|\\?|\\d\\h?x\\h?\\d|<\\||\\\\\\(|\\\\\\[|%");
  /// What makes another value of a number in running text: `100π cubic inches`, `5! orders`.
  private static final Pattern FURTHER = Pattern.compile("\\h?(?:π|\\\\pi\\b|√\\d{1,9})|!(?=\\h[a-z])");
  private static final Pattern BETWEEN_TWO = Pattern.compile("(?i)between\\b.{1,60}\\band\\b.{1,40}");
  private static final Pattern NAME = Pattern.compile("[A-Z][a-z]{2,}+");
  private static final Set<String> MATHEMATICAL = Set.of("sqrt", "percent", "percentage", "pct", "infinity", "pi");
  private static final Set<String> COMMON = Set.of("the", "is", "it", "so", "to", "of", "in", "we", "an", "are", "has",
      "for",
      "not", "no", "yes", "by", "he", "she", "was", "be", "at", "on", "as", "if", "all", "one", "two", "can", "get",
      "got",
      "her", "his", "my", "you", "its", "per", "had", "but", "out", "old", "new", "day", "now");
  private static final int LONGEST_TEXT = 80;
  /// Of those that say nothing, so many are passed over.
  private static final int MOST_SAID = 20;

  /// The answer that a completion gives.
  static Optional<WrittenAnswer> of(String completion) {
    String text = NumberText.own(FullWidth.narrowed(completion));
    Optional<String> cutOff = TexSpans.cutOff(text);
    if (cutOff.isPresent()) { // its last number may be half of one
      return cutOff.flatMap(WrittenAnswer::whole).map(answer -> new WrittenAnswer(answer.text(), Place.BOX));
    }
    Optional<WrittenAnswer> told = boxed(text).or(() -> tagged(text))
        .or(() -> NumberText.markedSpan(text).map(span -> new WrittenAnswer(span, Place.MARK))).or(() -> said(text));
    return told.isPresent() || !filled(text).isEmpty() ? told : lastOf(text); // a box that is denied is no answer
  }

  /// The answer that a reference is: its box, the whole text if that is a value, what a solution with formulas would be read
  /// as, else its text. A number in a text is not its answer.
  static Optional<WrittenAnswer> reference(String written) {
    String text = FullWidth.narrowed(written);
    boolean solution = FORMULA_OR_MARK.matcher(text).find();
    return boxed(text).or(() -> whole(text)).or(() -> solution ? of(text) : Optional.empty())
        .or(() -> Optional.of(text.strip())
            .filter(words -> !words.isEmpty()).map(words -> new WrittenAnswer(words, Place.FORMULA)));
  }

  /// The content of the last box that is not denied, with those that “and” or a comma joins to it; behind words that take it
  /// back, the answer of what follows.
  static Optional<WrittenAnswer> boxed(String text) {
    List<Span> boxes = filled(text).stream().filter(box -> !Doubt.behind(text, box.end())
        && !RAISED.matcher(text).region(box.end(), text.length()).lookingAt()).toList();
    if (boxes.isEmpty()) {
      return filled(text).isEmpty()
          ? lastMatch(BARE_BOX, text).map(found -> new WrittenAnswer(found.group(1), Place.BOX))
          : Optional.empty();
    }
    int back = Doubt.retracted(text, boxes.getLast().end());
    if (back >= 0) {
      return of(text.substring(back));
    }
    int first = boxes.size() - 1;
    while (first > 0 && joined(text, boxes.get(first - 1).end(), boxes.get(first).start())) {
      first--;
    }
    List<String> contents = boxes.subList(first, boxes.size()).stream().map(box -> box.content(text)).toList();
    return Optional.of(new WrittenAnswer(String.join(", ", contents).strip(), Place.BOX))
        .filter(answer -> !answer.text().isEmpty());
  }

  private static List<Span> filled(String text) {
    return TexSpans.boxes(text).stream().filter(box -> !box.content(text).isBlank()).toList();
  }

  /// The content of the last `<answer>…</answer>`, or the value of the last key `"answer"`.
  static Optional<WrittenAnswer> tagged(String text) {
    Optional<String> content = lastMatch(TAG, text).map(found -> found.group(2)).or(() -> lastMatch(KEY, text)
        .map(found -> Stream.of(1, 2, 3).map(found::group).filter(Objects::nonNull).findFirst().orElseThrow()));
    return content.map(String::strip).map(written -> value(written).map(WrittenAnswer::text).orElse(written))
        .map(written -> new WrittenAnswer(written, Place.TAG));
  }

  /// The content of the text's last box alone.
  static Optional<String> lastBox(String text) {
    List<Span> boxes = TexSpans.boxes(text).stream().filter(box -> !box.content(text).isBlank()).toList();
    return boxes.isEmpty() ? Optional.empty() : Optional.of(boxes.getLast().content(text));
  }

  private static boolean joined(String text, int from, int to) {
    if (to - from > LONGEST_TEXT) {
      return false;
    }
    String between = text.substring(from, to);
    return between.isEmpty() || (BETWEEN.matcher(between).matches() && JOINS.matcher(between).find());
  }

  private static Optional<WrittenAnswer> whole(String text) {
    String stripped = text.strip();
    boolean lines = stripped.indexOf('\n') >= 0 && !stripped.startsWith("$$") && !stripped.startsWith("\\[")
        && !stripped.contains("\\begin");
    boolean value = !lines && stripped.length() <= TexTokens.MAX_LENGTH && !stripped.isEmpty()
        && (!prose(stripped) || BARE_VALUE.matcher(stripped).matches()) && TexParser.parse(stripped).isPresent();
    return value ? Optional.of(new WrittenAnswer(stripped, Place.FORMULA)) : Optional.empty();
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

  /// What the last “answer is” or “answer:” says.
  static Optional<WrittenAnswer> said(String text) {
    Deque<Integer> ends = new ArrayDeque<>();
    SAID.matcher(text).results()
        .filter(said -> !NOT.matcher(text).region(said.end(), text.length()).lookingAt()
            && !Doubt.before(text, said.start()))
        .forEach(said -> {
          ends.push(said.end());
          if (ends.size() > MOST_SAID) {
            ends.removeLast();
          }
        });
    int back = ends.isEmpty() ? -1 : Doubt.retracted(text, ends.peek());
    if (back >= 0) {
      return of(text.substring(back));
    }
    return ends.stream().flatMap(end -> value(text.substring(end, Math.min(text.length(), end + TexTokens.MAX_LENGTH)))
        .stream()).findFirst();
  }

  /// The value with which a text begins, or that its first sentence ends with.
  private static Optional<WrittenAnswer> value(String rest) {
    Matcher lead = LEAD.matcher(rest);
    String text = rest.substring(lead.lookingAt() ? lead.end() : 0);
    Matcher end = SENTENCE_END.matcher(text);
    int stop = end.find() ? end.start() : text.length();
    List<Span> formulas = TexSpans.formulas(text);
    if (!formulas.isEmpty() && formulas.getFirst().start() == 0) {
      return Optional.of(new WrittenAnswer(firstJoined(text, formulas), Place.SAID));
    }
    String sentence = text.substring(0, stop).strip().replaceAll("[*_]{1,3}+$|[\"”“]", "").strip();
    if (sentence.isEmpty()) {
      return Optional.empty();
    }
    Optional<WrittenAnswer> whole = whole(sentence);
    if (whole.isPresent()) {
      return Optional.of(new WrittenAnswer(sentence, Place.SAID));
    }
    Optional<Literal> first = NumberText.next(sentence, 0);
    if (first.isPresent() && first.get().start() == 0
        && (!sentence.contains("=")
            || EXPLAINED.matcher(sentence).region(first.get().end(), sentence.length()).lookingAt())) {
      if (!SoleNumber.is(sentence, first.get().start(), first.get().end())) {
        return Optional.of(new WrittenAnswer(sentence, Place.SAID));
      }
      return Optional.of(new WrittenAnswer(first.get().written(), Place.SAID));
    }
    if (BETWEEN_TWO.matcher(sentence).matches()) {
      return Optional.of(new WrittenAnswer(sentence, Place.SAID));
    }
    boolean words = sentence.length() <= LONGEST_TEXT && TexSpans.formulas(sentence).isEmpty();
    return lastOf(sentence).map(answer -> new WrittenAnswer(answer.text(), Place.SAID))
        .or(() -> words ? Optional.of(new WrittenAnswer(sentence, Place.SAID)) : Optional.empty());
  }

  /// The last formula or number, whichever stands later; or a whole text that is a value.
  static Optional<WrittenAnswer> lastOf(String written) {
    String text = withoutClause(written);
    Optional<WrittenAnswer> whole = text.length() <= LONGEST_TEXT * 4 ? whole(text) : Optional.empty();
    if (whole.isPresent()) {
      return whole;
    }
    Optional<WrittenAnswer> concluded = concluded(text);
    if (concluded.isPresent()) {
      return concluded;
    }
    List<Span> formulas = TexSpans.formulas(text);
    Optional<Literal> number = NumberText.last(TexSpans.withoutBroken(text, formulas));
    int formulaEnd = formulas.isEmpty() ? -1 : formulas.getLast().end();
    Optional<MatchResult> ratio = lastMatch(RATIO, text)
        .filter(found -> found.start() >= formulaEnd && number.map(Literal::end).orElse(-1) < found.start());
    if (ratio.isPresent()) {
      return Optional.of(new WrittenAnswer(ratio.get().group(), Place.NUMBER));
    }
    boolean again = number.isPresent() && formulaEnd >= 0 && number.get().start() >= formulaEnd
        && RESTATED.matcher(text.substring(formulaEnd, number.get().start())).matches()
        && RESTATING.matcher(text.substring(formulaEnd)).lookingAt();
    if (!again && number.isPresent()
        && (number.get().end() > formulaEnd || unit(text, number.get(), formulas.getLast()))) {
      Matcher further = FURTHER.matcher(text).region(number.get().end(), text.length());
      String rest = further.lookingAt() ? further.group() : "";
      if (rest.isEmpty() && !SoleNumber.is(text, number.get().start(), number.get().end())) {
        return Optional.empty();
      }
      return Optional.of(new WrittenAnswer(number.get().written() + rest, Place.NUMBER));
    }
    return formulas.isEmpty()
        ? Optional.empty()
        : Optional.of(new WrittenAnswer(lastJoined(text, formulas), Place.FORMULA));
  }

  /// `The remainder is 7 when divided by 12`, `x is 5, since 2(5) = 10`: the divisor and the reason are no answer.
  static String withoutClause(String text) {
    Matcher clause = CLAUSE.matcher(text).region(Math.max(0, text.length() - LONGEST_TEXT), text.length());
    return clause.find() ? text.substring(0, clause.start()) : text;
  }

  /// Mathematics without `$` with which the last sentence ends, behind its last word: `The point is (3, 4).`
  private static Optional<WrittenAnswer> concluded(String text) {
    String line = text.stripTrailing();
    line = line.substring(line.lastIndexOf('\n') + 1);
    line = line.substring(Math.max(0, line.length() - LONGEST_TEXT * 2));
    Matcher word = WORDS.matcher(line);
    int from = 0;
    while (word.find()) {
      from = word(word.group()) ? word.end() : from;
    }
    String end = line.substring(from).strip().replaceAll("^[,:]\\s|[*_]{1,3}$|[.!]$", "").strip();
    boolean mathematics = from > 0 && COMPOSED.matcher(end).find() && !PLAIN_WORDS.matcher(end).find()
        && NumberText.value(end).isEmpty() && TexParser.parse(end).filter(WrittenAnswer::says).isPresent();
    return mathematics ? Optional.of(new WrittenAnswer(end, Place.FORMULA)) : Optional.empty();
  }

  /// Not `2n = 6`, from which a number is still to be read.
  private static boolean says(Expr expr) {
    return !(expr instanceof Expr.Relation relation) || !MathForm.constant(relation.last()) || MathForm.names(relation)
        || MathForm.constant(relation.sides().getFirst()) || relation.signs().stream().anyMatch(Expr.Sign::ordering);
  }

  /// Whether the last formula is the unit of the number before it: `18 $\text{m}^2$`, `90$^\circ$`.
  private static boolean unit(String text, Literal number, Span formula) {
    return number.end() <= formula.start() && text.substring(number.end(), formula.start()).isBlank()
        && UNIT.matcher(formula.content(text)).matches();
  }

  /// The last formula with those that “and” or a comma joins to it.
  private static String lastJoined(String text, List<Span> formulas) {
    int first = formulas.size() - 1;
    while (first > 0 && joined(text, formulas.get(first - 1).end(), formulas.get(first).start())) {
      first--;
    }
    return together(text, formulas.subList(first, formulas.size()));
  }

  /// The first formula, likewise.
  private static String firstJoined(String text, List<Span> formulas) {
    int last = 0;
    while (last + 1 < formulas.size() && joined(text, formulas.get(last).end(), formulas.get(last + 1).start())) {
      last++;
    }
    return together(text, formulas.subList(0, last + 1));
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
