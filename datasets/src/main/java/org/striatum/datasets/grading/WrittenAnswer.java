package org.striatum.datasets.grading;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.striatum.datasets.grading.NumberText.Literal;

/// Which part of a text is its answer: the last box whose braces close; else what the last “answer is” says; else the last
/// formula or number.
///
/// @param text as it is written
/// @param place where it stood
record WrittenAnswer(String text, Place place) {
  /// Where an answer stands.
  enum Place {
    BOX, MARK, SAID, FORMULA, NUMBER
  }

  private record Span(int start, int end, String content) {}

  private static final Pattern BOXED = Pattern.compile("\\\\{1,2}f?box(?:ed)?\\s*+\\{");
  private static final Pattern BARE_BOX = Pattern.compile("\\\\boxed\\s++([-+]?[\\w.]{1,20}+)(?=[$\\s.]|$)");
  /// Between boxes that are one answer.
  private static final Pattern BETWEEN = Pattern.compile(
      "(?:[\\s$,;]|\\\\[()\\[\\],;:! ]|\\\\q?quad|\\\\text\\s?\\{[^{}]{0,60}?\\b(?:and|or)\\s?}|\\band\\b|\\bor\\b)*+");
  private static final Pattern JOINS = Pattern.compile("\\b(?:and|or)\\b|[,;]");
  private static final Pattern SAID = Pattern
      .compile("(?i)\\banswers?\\b[*_]{0,3}+(?:\\s(?:to|for|of|in)\\b[^.:\\n]{0,80}?)?"
          + "\\s?(?:[*_]{0,3}+[:=]|(?:is|are|(?:would|will|must|should) be)\\b)(?:\\s?[:*_]++)?+"
          + "(?:\\s(?:therefore|thus|simply|clearly|hence|then|equal to|approximately|about)\\b:?)?");
  private static final Pattern FORMULA_OR_MARK = Pattern.compile("\\$|\\\\[(\\[]|####|" + SAID.pattern());
  private static final Pattern ENVIRONMENT = Pattern
      .compile("\\\\begin\\{((?:align|aligned|gather|gathered|split|equation|eqnarray|displaymath|multline)\\*?)}");
  private static final Pattern UNIT = Pattern.compile(
      "(?:\\\\(?:text|mathrm|mbox|textrm)\\s?\\{[^{}]*+}|[A-Za-z]{1,3})(?:\\^\\{?-?\\d}?)?|\\^\\s?\\{?\\s?(?:\\\\circ|\\d)\\s?}?|\\\\?%|\\\\circ");
  private static final Pattern NOT = Pattern.compile("\\s++(?:not|incorrect|wrong|unknown)\\b");
  private static final Pattern LEAD = Pattern.compile("(?:[\\s*_]|[-•]\\s)*+");
  /// The end of a sentence, not a decimal point.
  private static final Pattern SENTENCE_END = Pattern
      .compile("[.!?][*_]{0,3}+(?=\\s++(?:[A-Z(<\\[]|I hope)|\\s*+$)|\\n|<\\|");
  private static final Pattern WORDS = Pattern.compile("(?<![\\\\A-Za-z])[A-Za-z]{2,}+");
  private static final Pattern TEXT_GROUP = Pattern
      .compile("\\\\(?:text|mbox|textbf|textrm|mathrm|textit|textnormal|operatorname|begin|end)\\*?\\s?\\{[^{}]*+}");
  private static final Pattern BARE_VALUE = Pattern
      .compile("\\s*+[-+−]?(?:\\\\?\\$)?\\s?[\\d.,/ ]+%?\\s?(?:[A-Za-z][A-Za-z²³^0-9/ ]{0,40})?[.]?\\s*+");
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
  private static final int LONGEST_BROKEN = 300;

  /// The answer that a completion gives.
  static Optional<WrittenAnswer> of(String completion) {
    String text = NumberText.untilMark(completion);
    return boxed(text).or(() -> NumberText.marked(text).map(number -> new WrittenAnswer(number.written(), Place.MARK)))
        .or(() -> said(text)).or(() -> lastOf(text));
  }

  /// The answer that a reference is: its box, the whole text if that is a value, what a solution with formulas would be read
  /// as, else its text. A number in a text is not its answer.
  static Optional<WrittenAnswer> reference(String text) {
    boolean solution = FORMULA_OR_MARK.matcher(text).find();
    return boxed(text).or(() -> whole(text)).or(() -> solution ? of(text) : Optional.empty())
        .or(() -> Optional.of(text.strip())
            .filter(words -> !words.isEmpty()).map(words -> new WrittenAnswer(words, Place.FORMULA)));
  }

  /// The content of the last box, with those that “and” or a comma joins to it.
  static Optional<WrittenAnswer> boxed(String text) {
    List<Span> boxes = boxes(text);
    if (boxes.isEmpty()) {
      return lastMatch(BARE_BOX, text).map(found -> new WrittenAnswer(found.group(1), Place.BOX));
    }
    int first = boxes.size() - 1;
    while (first > 0 && joined(text, boxes.get(first - 1).end(), boxes.get(first).start())) {
      first--;
    }
    List<String> contents = boxes.subList(first, boxes.size()).stream().map(Span::content).toList();
    return Optional.of(new WrittenAnswer(String.join(", ", contents).strip(), Place.BOX))
        .filter(answer -> !answer.text().isEmpty());
  }

  /// The content of the text's last box alone.
  static Optional<String> lastBox(String text) {
    return boxes(text).isEmpty() ? Optional.empty() : Optional.of(boxes(text).getLast().content());
  }

  private static boolean joined(String text, int from, int to) {
    if (to - from > LONGEST_TEXT) {
      return false;
    }
    String between = text.substring(from, to);
    return between.isEmpty() || (BETWEEN.matcher(between).matches() && JOINS.matcher(between).find());
  }

  /// All boxes whose braces close and that are in no other, in order.
  private static List<Span> boxes(String text) {
    Map<Integer, Integer> braces = new HashMap<>();
    BOXED.matcher(text).results().forEach(box -> braces.put(box.end() - 1, box.start()));
    Deque<Integer> open = new ArrayDeque<>();
    List<Span> found = new ArrayList<>();
    for (int i = 0; i < text.length() && !braces.isEmpty(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case '{' -> open.push(i);
        case '}' -> {
          Integer brace = open.poll();
          if (brace != null && braces.containsKey(brace)) {
            int start = braces.get(brace);
            while (!found.isEmpty() && found.getLast().start() > start) {
              found.removeLast();
            }
            found.add(new Span(start, i + 1, text.substring(brace + 1, i)));
          }
        }
        default -> {
        }
      }
    }
    return found;
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
    SAID.matcher(text).results().map(MatchResult::end)
        .filter(end -> !NOT.matcher(text).region(end, text.length()).lookingAt()).forEach(end -> {
          ends.push(end);
          if (ends.size() > MOST_SAID) {
            ends.removeLast();
          }
        });
    return ends.stream().flatMap(end -> value(text.substring(end, Math.min(text.length(), end + TexTokens.MAX_LENGTH)))
        .stream()).findFirst();
  }

  /// The value with which a text begins, or that its first sentence ends with.
  private static Optional<WrittenAnswer> value(String rest) {
    Matcher lead = LEAD.matcher(rest);
    String text = rest.substring(lead.lookingAt() ? lead.end() : 0);
    Matcher end = SENTENCE_END.matcher(text);
    int stop = end.find() ? end.start() : text.length();
    List<Span> formulas = formulas(text);
    if (!formulas.isEmpty() && formulas.getFirst().start() == 0) {
      return Optional.of(new WrittenAnswer(joined(text, formulas, 0), Place.SAID));
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
    if (first.isPresent() && first.get().start() == 0 && !sentence.contains("=")) {
      return Optional.of(new WrittenAnswer(first.get().written(), Place.SAID));
    }
    boolean short1 = sentence.length() <= LONGEST_TEXT && first.isEmpty() && formulas(sentence).isEmpty();
    return lastOf(sentence).map(answer -> new WrittenAnswer(answer.text(), Place.SAID))
        .or(() -> short1 ? Optional.of(new WrittenAnswer(sentence, Place.SAID)) : Optional.empty());
  }

  /// The last formula or number, whichever stands later; or a whole text that is a value.
  static Optional<WrittenAnswer> lastOf(String text) {
    Optional<WrittenAnswer> whole = text.length() <= LONGEST_TEXT * 4 ? whole(text) : Optional.empty();
    if (whole.isPresent()) {
      return whole;
    }
    List<Span> formulas = formulas(text);
    String open = masked(text);
    Optional<Literal> number = NumberText.last(open);
    int formulaEnd = formulas.isEmpty() ? -1 : formulas.getLast().end();
    if (number.isPresent() && (number.get().end() > formulaEnd || unit(text, number.get(), formulas.getLast()))) {
      return Optional.of(new WrittenAnswer(number.get().written(), Place.NUMBER));
    }
    return formulas.isEmpty()
        ? Optional.empty()
        : Optional.of(new WrittenAnswer(joined(text, formulas, formulas.size() - 1), Place.FORMULA));
  }

  /// Whether the last formula is the unit of the number before it: `18 $\text{m}^2$`, `90$^\circ$`.
  private static boolean unit(String text, Literal number, Span formula) {
    return number.end() <= formula.start() && text.substring(number.end(), formula.start()).isBlank()
        && UNIT.matcher(formula.content()).matches();
  }

  /// A formula with those that “and” or a comma joins to it, before it for the last and behind it for the first.
  private static String joined(String text, List<Span> formulas, int index) {
    int first = index;
    int last = index;
    while (index > 0 && first > 0 && joined(text, formulas.get(first - 1).end(), formulas.get(first).start())) {
      first--;
    }
    while (index == 0 && last + 1 < formulas.size()
        && joined(text, formulas.get(last).end(), formulas.get(last + 1).start())) {
      last++;
    }
    StringBuilder all = new StringBuilder(formulas.get(first).content());
    for (int i = first + 1; i <= last; i++) {
      all.append(" \\text{and} ".replace("and",
          text.substring(formulas.get(i - 1).end(), formulas.get(i).start()).contains("or")
              ? "or"
              : "and"))
          .append(formulas.get(i).content());
    }
    return all.toString().strip();
  }

  /// What stands between `$`, `$$`, `\(`, `\[` and their partners. A formula in a line does not go over its end, and a
  /// currency's `$` opens none.
  private static List<Span> formulas(String text) {
    List<Span> found = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      String close = null;
      int open = 1;
      if (text.startsWith("$$", at)) {
        close = "$$";
        open = 2;
      } else if (c == '$' && !(at > 0 && Character.isDigit(text.charAt(at - 1)))) {
        close = "$";
      } else if (text.startsWith("\\[", at) || text.startsWith("\\(", at)) {
        close = text.charAt(at + 1) == '[' ? "\\]" : "\\)";
        open = 2;
      } else if (c == '\\') {
        Matcher environment = ENVIRONMENT.matcher(text).region(at, text.length());
        if (environment.lookingAt()) {
          int last = text.indexOf("\\end{" + environment.group(1) + "}", environment.end());
          if (last >= 0 && last - at <= TexTokens.MAX_LENGTH) {
            int behind = last + environment.group(1).length() + 6;
            found.add(new Span(at, behind, text.substring(at, behind)));
            at = behind;
            continue;
          }
        }
        open = 2;
      }
      int end = close == null ? -1 : closing(text, at + open, close);
      if (end >= 0) {
        String content = text.substring(at + open, end).strip();
        if (!content.isEmpty()) {
          found.add(new Span(at, end + close.length(), content));
        }
        at = end + close.length();
      } else {
        at += open;
      }
    }
    return found;
  }

  private static int closing(String text, int from, String close) {
    boolean line = close.equals("$") || close.equals("\\)");
    for (int i = from; i < text.length() && i - from <= TexTokens.MAX_LENGTH; i++) {
      char c = text.charAt(i);
      if (text.startsWith(close, i)) {
        return close.equals("$") && prose(text.substring(from, i)) && currency(text, from) ? -1 : i;
      }
      if (c == '\\') {
        if (i + 1 < text.length() && (text.charAt(i + 1) == '(' || text.charAt(i + 1) == '[') && !close.equals("$")
            && !close.equals("$$") && !close.isEmpty() && text.charAt(i - 1) != '\\') {
          return -1;
        }
        i++;
      } else if (line && c == '\n') {
        return -1;
      }
    }
    return -1;
  }

  private static boolean currency(String text, int from) {
    return from < text.length() && Character.isDigit(text.charAt(from));
  }

  /// The text with formulas that go over a line's end, which say nothing, blanked.
  private static String masked(String text) {
    String plain = blanked(text, "\\(", "\\)");
    int open = plain.indexOf("$ \n");
    int bare = open < 0 ? plain.indexOf("$\n") : open;
    if (bare < 0 || (bare > 0 && (plain.charAt(bare - 1) == '$' || Character.isDigit(plain.charAt(bare - 1))))) {
      return plain;
    }
    int close = plain.indexOf('$', bare + 1);
    return close < 0 || close - bare > LONGEST_BROKEN
        || formulas(text).stream().anyMatch(span -> span.end() == bare + 1)
            ? plain
            : plain.substring(0, bare) + " ".repeat(close + 1 - bare) + plain.substring(close + 1);
  }

  private static String blanked(String text, String open, String close) {
    int from = text.lastIndexOf(open);
    int to = from < 0 ? -1 : text.indexOf(close, from);
    return to < 0 || to - from > LONGEST_BROKEN || text.substring(from, to).indexOf('\n') < 0
        ? text
        : text.substring(0, from) + " ".repeat(to + 2 - from) + text.substring(to + 2);
  }

  private static Optional<MatchResult> lastMatch(Pattern pattern, String text) {
    return pattern.matcher(text).results().reduce((_, last) -> last);
  }
}
