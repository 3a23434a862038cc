package org.striatum.datasets.grading;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where TeX stands in a text: boxes and formulas. One pass over the text each, whatever it holds.
final class TexSpans {
  private static final Pattern BOXED = Pattern.compile("\\\\{1,2}f?box(?:ed)?\\s*+\\{");
  private static final Pattern BARE = Pattern.compile("\\\\boxed\\s++([-+]?[\\w.]{0,19}+\\w)(?=[$\\s.]|$)");
  private static final Pattern ENVIRONMENT = Pattern.compile(
      "\\\\begin\\{((?:align|aligned|gather|gathered|split|equation|eqnarray|displaymath|multline)\\*?)}");
  private static final int LONGEST_CUT_OFF = 80;

  private TexSpans() {}

  /// A part of a text.
  ///
  /// @param start where it begins, its delimiter included
  /// @param end the index behind it
  /// @param from where its content begins
  /// @param to the index behind its content
  record Span(int start, int end, int from, int to) {
    String content(String text) {
      return text.substring(from, to).strip();
    }
  }

  /// All boxes whose braces close and that are in no other, in order.
  static List<Span> boxes(String text) {
    if (!text.contains("box")) {
      return List.of();
    }
    Map<Integer, Integer> braces = new HashMap<>(); // of a box → where the box begins
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
            found.add(new Span(start, i + 1, brace + 1, i));
          }
        }
        default -> {
        }
      }
    }
    return found;
  }

  /// A text with braces around `\boxed 5`, and with the brace that its only box lacks where the text ends in it.
  static String closed(String text) {
    String braced = BARE.matcher(text).replaceAll("\\\\boxed{$1}");
    Optional<MatchResult> last = BOXED.matcher(braced).results().reduce((_, later) -> later);
    return last.filter(_ -> boxes(braced).isEmpty()).map(box -> braced.substring(box.end()))
        .filter(content -> content.length() <= LONGEST_CUT_OFF && content.indexOf('\n') < 0)
        .flatMap(TexSpans::lacking).map(braces -> braced + braces).orElse(braced);
  }

  /// The braces that close what a text opens, and one more; empty if what is cut off there is no value, as a half of one.
  private static Optional<String> lacking(String content) {
    long open = content.chars().filter(c -> c == '{').count() - content.chars().filter(c -> c == '}').count();
    return open < 0 || !WrittenAnswer.isWhole(content) ? Optional.empty() : Optional.of("}".repeat((int) open + 1));
  }

  /// What stands between `$`, `$$`, `\(`, `\[` and their partners, and in `align` and the like. A formula in a line does not go
  /// over its end, and a currency's `$` opens none.
  static List<Span> formulas(String text) {
    List<Span> found = new ArrayList<>();
    int at = 0;
    while (at < text.length()) {
      Optional<Span> formula = at(text, at);
      if (formula.isPresent()) {
        if (formula.get().to() > formula.get().from() && !formula.get().content(text).isEmpty()) {
          found.add(formula.get());
        }
        at = formula.get().end();
      } else {
        at += text.charAt(at) == '\\' || text.startsWith("$$", at) ? 2 : 1;
      }
    }
    return found;
  }

  /// The formula that begins at an index.
  private static Optional<Span> at(String text, int at) {
    if (text.startsWith("$$", at)) {
      return delimited(text, at, "$$", "$$");
    }
    if (text.charAt(at) == '$') {
      boolean price = at > 0 && Character.isDigit(text.charAt(at - 1));
      return price ? Optional.empty() : delimited(text, at, "$", "$").filter(span -> !currency(text, span));
    }
    if (text.startsWith("\\[", at)) {
      return delimited(text, at, "\\[", "\\]");
    }
    if (text.startsWith("\\(", at)) {
      return delimited(text, at, "\\(", "\\)");
    }
    return text.charAt(at) == '\\' ? environment(text, at) : Optional.empty();
  }

  private static Optional<Span> delimited(String text, int at, String open, String close) {
    int from = at + open.length();
    boolean line = close.equals("$") || close.equals("\\)");
    for (int i = from; i < text.length() && i - from <= TexTokens.MAX_LENGTH; i++) {
      if (text.startsWith(close, i)) {
        return Optional.of(new Span(at, i + close.length(), from, i));
      }
      if (text.charAt(i) == '\\') {
        if (text.startsWith(open, i)) {
          return Optional.empty(); // opened again: this one is not closed
        }
        i++;
      } else if (line && text.charAt(i) == '\n') {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /// `$5 for two and $`: words behind a number.
  private static boolean currency(String text, Span span) {
    return span.to() > span.from() && Character.isDigit(text.charAt(span.from()))
        && WrittenAnswer.prose(text.substring(span.from(), span.to()));
  }

  private static Optional<Span> environment(String text, int at) {
    Matcher begin = ENVIRONMENT.matcher(text).region(at, Math.min(text.length(), at + 40));
    if (!begin.lookingAt()) {
      return Optional.empty();
    }
    String end = "\\end{" + begin.group(1) + "}";
    int farthest = at + TexTokens.MAX_LENGTH + end.length();
    int last = text.indexOf(end, begin.end(), Math.min(text.length(), farthest));
    return last < 0
        ? Optional.empty()
        : Optional.of(new Span(at, last + end.length(), at, last + end.length()));
  }
}
