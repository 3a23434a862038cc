package org.striatum.datasets.grading;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/// Normalised LaTeX answers, after `strip_string` of the MATH evaluation (Hendrycks et al., arXiv 2103.03874,
/// `math_equivalence.py`), and numbers to lowest terms.
final class LatexText {
  private static final Pattern BOXED = Pattern.compile("\\\\f?boxed\\s*+\\{");
  private static final Pattern UNIT = Pattern
      .compile("(?<=[^\\s{=])\\s*+\\\\(?:text|mbox|mathrm|textrm)\\s*+\\{[^{}]*+}(?:\\^\\{?\\d}?)?\\s*+$");
  private static final Pattern TEXT = Pattern
      .compile("\\\\(?:text|mbox|mathrm|textrm|textbf|mathbf|textit)\\s*+\\{([^{}]*+)}");
  private static final Pattern NAMED = Pattern.compile("^\\s*+[A-Za-z]{1,2}\\s*+=(?!.*=)");
  private static final Pattern BARE_ROOT = Pattern.compile("\\\\sqrt\\s*+([^\\s{\\[\\\\])");
  private static final String FRACTION = "\\frac";
  /// Longer texts are compared unchanged.
  private static final int MAX_LENGTH = 1000;
  private static final Pattern SLASHED = Pattern.compile("^(-?\\w++)/(\\w++)$");

  private LatexText() {}

  /// The content of the text's last box.
  static Optional<String> answer(String text) {
    return lastBoxed(text).flatMap(LatexText::reference);
  }

  /// A whole text, in or out of a box.
  static Optional<String> reference(String text) {
    return Optional.of(normalised(lastBoxed(text).orElse(text))).filter(answer -> !answer.isEmpty());
  }

  /// The content of the last `\boxed{…}` with balanced braces; nested braces and `\{` are handled.
  static Optional<String> lastBoxed(String text) {
    BitSet boxes = new BitSet();
    BOXED.matcher(text).results().forEach(found -> boxes.set(found.end() - 1));
    Deque<Integer> open = new ArrayDeque<>();
    int start = -1;
    int end = -1;
    for (int i = 0; i < text.length() && !boxes.isEmpty(); i++) {
      switch (text.charAt(i)) {
        case '\\' -> i++;
        case '{' -> open.push(i);
        case '}' -> {
          if (!open.isEmpty() && boxes.get(open.peek()) && open.peek() > start) {
            start = open.peek();
            end = i;
          }
          open.poll();
        }
        default -> {
        }
      }
    }
    return start < 0 ? Optional.empty() : Optional.of(text.substring(start + 1, end));
  }

  static String normalised(String latex) {
    if (latex.length() > MAX_LENGTH) {
      return latex.strip();
    }
    String answer = latex.replace("\n", " ").replace("\\!", "").replace("\\,", "").replace("\\ ", " ")
        .replace("\\;", "").replace("\\:", "").replace("~", " ").replace("tfrac", "frac").replace("dfrac", "frac")
        .replaceAll("\\\\(?:left|right)(?![a-zA-Z])\\.?", "")
        .replaceAll("\\^\\s*+(?:\\{\\s*+\\\\circ\\s*+}|\\\\circ)", "")
        .replace("\\degree", "").replace("\\$", "").replace("$", "").replace("\\%", "").replace("%", "")
        .replace("{,}", ",").strip();
    answer = TEXT.matcher(UNIT.matcher(answer).replaceFirst("")).replaceAll("$1");
    answer = NAMED.matcher(answer).replaceFirst("");
    answer = BARE_ROOT.matcher(answer).replaceAll("\\\\sqrt{$1}");
    answer = braced(answer).replaceAll("\\s", "").replaceAll("\\.+$", "").replaceAll("(^|[^\\d])\\.(?=\\d)", "$10.");
    answer = SLASHED.matcher(answer).replaceFirst("\\\\frac{$1}{$2}").replace("\\frac{-", "-\\frac{");
    return NumberText.whole(answer).orElse(answer);
  }

  /// `\frac12` and `\frac1{x}` with braces around both parts, at every depth.
  private static String braced(String latex) {
    StringBuilder braced = new StringBuilder();
    int at = 0;
    for (int found = latex.indexOf(FRACTION); found >= 0; found = latex.indexOf(FRACTION, at)) {
      braced.append(latex, at, found).append(FRACTION);
      at = found + FRACTION.length();
      for (int part = 0; part < 2; part++) {
        while (at < latex.length() && Character.isWhitespace(latex.charAt(at))) {
          at++;
        }
        int end = at < latex.length() && latex.charAt(at) == '{' ? groupEnd(latex, at) : at + 1;
        if (end > latex.length() || latex.charAt(at) == '\\' || latex.charAt(at) == '}') {
          break; // a command or nothing: left unchanged
        }
        boolean group = latex.charAt(at) == '{';
        braced.append('{').append(braced(latex.substring(group ? at + 1 : at, group ? end - 1 : end))).append('}');
        at = end;
      }
    }
    return braced.append(latex, Math.min(at, latex.length()), latex.length()).toString();
  }

  /// The index after the brace that closes the one at `start`; beyond the text if none does.
  private static int groupEnd(String latex, int start) {
    int open = 0;
    for (int i = start; i < latex.length(); i++) {
      open += latex.charAt(i) == '{' ? 1 : latex.charAt(i) == '}' ? -1 : 0;
      if (open == 0) {
        return i + 1;
      }
    }
    return latex.length() + 1;
  }
}
