package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.datasets.grading.TexSpans.Span;

/// A text as its sentences, without marks of emphasis: a line is one or more of them, a formula or a JSON object is in one, and a
/// line that announces its answer (`Answer:`, `### Final answer`) is one with the next.
final class Sentences {
  /// `**` of bold, not of `10**2`; `__`; backticks and code fences; tags of bold.
  static final Pattern EMPHASIS = Pattern
      .compile(
          "(?<![\\w)}])\\*\\*|\\*\\*(?![\\w(\\\\])|(?<!\\w)__|__(?!\\w)|`{1,3}(?:json|text|latex|math)?|</?(?:b|strong|em|i|p|div|span|li|ul|ol|h[1-6])>|<br\\h?/?>");
  /// Pictures say nothing, but for those that judge or doubt.
  static final Pattern PICTURES = Pattern
      .compile("(?![❌🚫❎❓❔❗⛔👎🤔🙅😕🤷])\\p{IsEmoji_Presentation}\\uFE0F?\\h?|\\h:-?\\)(?=\\s|$)");
  /// The row of a table that holds its total, and nothing else.
  static final Pattern TOTAL_ROW = Pattern
      .compile(
          "(?i)\\h*\\|\\h*(?:grand |overall )?(?:total|sum)\\h*(?:\\|[\\h–—-]*){1,6}\\|\\h*([^|\\h][^|]{0,40}?)\\h*\\|\\h*");
  static final Pattern SLANTED = Pattern
      .compile("(?m)(?<![\\w*)}\\]])([*_])([^\\s*_](?:[^*_\\n]{0,60}[^\\s*_])?)\\1(?![\\w*(])");
  /// Marks of lists and headings; `#28` is an answer behind a mark.
  private static final Pattern BULLET = Pattern
      .compile("(?:\\h*(?:[-*>•]\\h+|#{1,6}(?:\\h+|(?=[-−]?\\d+\\h*$)))){0,4}\\h*");
  private static final Pattern ANNOUNCING = Pattern.compile(
      "(?i).{0,90}(?::|\\banswer(?:\\h(?:is|would\\hbe))?|\\b(?:option|choice|solution|letter)\\h(?:is|are)|[：])\\h*");
  /// A line that only the next, a formula, makes a sentence: it ends with a word that a value follows, or says no value itself.
  private static final Pattern UNFINISHED = Pattern.compile(
      "(?i)(?:[^\\d$\\\\]*|.*\\b(?:is|are|be|was|were|get|gets|got|have|has|obtain|find|gives?|yields?|that|to|equals|as|of|becomes|says?|said|writes?|makes?|by|with|from))\\h*(?<=\\p{L},?)");
  private static final Pattern FORMULA = Pattern.compile("\\s*(?:\\*\\*)?(?:\\$|￼|\\\\[(\\[]|\\\\f?box|\\\\begin)");
  /// A heading is no beginning of a sentence.
  private static final Pattern HEADING = Pattern.compile("\\h*(?:#{1,6}\\h.*|\\*\\*[^*]+\\*\\*\\h*)");
  private static final Pattern TITLE = Pattern
      .compile("(?i)(?:final |correct )?(?:answer|result|solution|conclusion|summary|calculation|total)s?");
  /// The end of a sentence: not a decimal point, nor that of `sq. cm`.
  static final Pattern END = Pattern.compile(
      "(?<=[.!?…][)\"”]?)\\h+(?=[\\p{Lu}(\\[\"“'$\\\\<😀-🙏])|(?<=[a-z]{3}[.!?])(?<!\\b(?:approx|vol|fig|min|max|sec|hrs|avg|est|nos|etc|pts|lbs|doz|gal|tbsp|tsp|jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[.])\\h+(?=\\d)|(?<=[。！？])|(?<=[$\\d}])\\h+(?=(?:So|Thus|Therefore|Hence|Final\\hAnswer)\\b)");
  /// The empty line of a text that is quoted from JSON.
  private static final Pattern QUOTED_BREAK = Pattern.compile("(?:\\\\n){2}+(?![a-z])");
  private static final Pattern LABEL = Pattern.compile("\\(?[A-Z][.)]");

  /// What a text has struck out.
  private static final Pattern STRUCK = Pattern.compile(
      "~~(?=[^\\s~])[^~\\n]{1,200}(?<=\\S)~~|(?i)<(s|del|strike)>[^<\\n]{0,200}</\\1>|\\\\(?:x|b)?cancel\\h?\\{\\s?(?:\\\\boxed\\{[^{}]{0,80}}|[^{}]{0,80})\\s?}");

  /// What GSM8K has its calculator compute: `<<48/2=24>>24`.
  private static final Pattern CALCULATOR = Pattern.compile("<<[^<>\\n]{1,80}>>(?=[\\d.])");

  /// The first character that is a picture, of those that are one without a mark behind them.
  private static final char FIRST_PICTURE = 0x2300;

  private Sentences() {}

  /// A text without what it strikes out.
  static String standing(String text) {
    boolean marked = text.contains("~~") || text.indexOf('<') >= 0 || text.indexOf('\\') >= 0;
    return marked ? STRUCK.matcher(CALCULATOR.matcher(text).replaceAll("")).replaceAll("") : text;
  }

  static List<String> of(String text) {
    List<String> lines = unbroken(QUOTED_BREAK.matcher(text).replaceAll("\n")).lines().filter(line -> !line.isBlank())
        .toList();
    List<String> sentences = new ArrayList<>();
    String announced = "";
    for (int i = 0; i < lines.size(); i++) {
      String line = plain(lines.get(i));
      var bullet = BULLET.matcher(line);
      String bare = line.substring(bullet.lookingAt() ? bullet.end() : 0).strip();
      if (bare.isEmpty()) {
        continue;
      }
      if (i > 0 && announced.isEmpty() && !sentences.isEmpty() && goesOn(lines.get(i - 1), bare)) {
        sentences.add(sentences.removeLast() + " " + bare);
        continue;
      }
      String whole = announced.isEmpty() ? bare : announced + " " + bare;
      boolean announces = announced.isEmpty() && (announcing(bare)
          || (i + 1 < lines.size() && FORMULA.matcher(lines.get(i + 1)).lookingAt() && unfinished(lines.get(i), bare)));
      announced = announces ? bare : "";
      if (!announces) {
        split(whole, sentences);
      }
    }
    if (!announced.isEmpty()) {
      sentences.add(announced);
    }
    sentences.removeIf(String::isEmpty);
    return sentences;
  }

  /// The last character tells most lines apart.
  private static boolean announcing(String bare) {
    char last = bare.charAt(bare.length() - 1);
    return ("rse".indexOf(Character.toLowerCase(last)) >= 0
        || (!Character.isLetterOrDigit(last) && ".!$".indexOf(last) < 0))
        && ANNOUNCING.matcher(bare).matches();
  }

  private static String plain(String line) {
    if (!isMarked(line)) {
      return line;
    }
    String text = SLANTED.matcher(EMPHASIS.matcher(PICTURES.matcher(line).replaceAll("")).replaceAll(""))
        .replaceAll("$2");
    Matcher total = TOTAL_ROW.matcher(text);
    return total.matches() ? "Total: " + total.group(1) : text;
  }

  /// Whether a line may hold emphasis, a picture or the row of a table.
  static boolean isMarked(String line) {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c >= FIRST_PICTURE || "*_`<|".indexOf(c) >= 0
          || (c == ')' && i > 1 && ":-".indexOf(line.charAt(i - 1)) >= 0)) {
        return true;
      }
    }
    return false;
  }

  private static boolean unfinished(String line, String bare) {
    return !HEADING.matcher(line).matches() && !TITLE.matcher(bare).matches() && UNFINISHED.matcher(bare).matches();
  }

  /// The unit of a value in the formula that the line before ends with.
  private static boolean goesOn(String before, String bare) {
    String formula = before.stripTrailing();
    List<Span> boxes = TexSpans.boxes(formula);
    boolean ends = formula.endsWith("\\]") || formula.endsWith("$$")
        || (!boxes.isEmpty() && boxes.getLast().end() == formula.length());
    return ends && Character.isLowerCase(bare.charAt(0))
        && Unit.end(" " + bare).filter(end -> end > 0).isPresent();
  }

  /// A label such as `B.` is no sentence of its own.
  private static void split(String line, List<String> sentences) {
    String label = "";
    for (String part : parts(line)) {
      String sentence = label.isEmpty() ? part : label + " " + part;
      boolean labels = LABEL.matcher(part).matches() && label.isEmpty() && !sentence.equals(line);
      label = labels ? sentence : "";
      if (!labels) {
        sentences.add(sentence.strip());
      }
    }
    if (!label.isEmpty()) {
      sentences.add(label);
    }
  }

  /// Whether a sentence may end within a line: a space behind one of the characters before which [#END] looks.
  static boolean mayEnd(String line) {
    for (int i = 1; i < line.length(); i++) {
      char c = line.charAt(i);
      char before = line.charAt(i - 1);
      boolean space = c == ' ' || c == '\t' || c >= 0x80;
      if ((space && ".!?…)\"”$}".indexOf(before) >= 0)
          || (space && before >= '0' && before <= '9' && goesOnWithSo(line, i))
          || "。！？".indexOf(before) >= 0) {
        return true;
      }
    }
    return false;
  }

  /// Behind a number only `So`, `Thus`, `Therefore`, `Hence` and `Final Answer` begin a sentence.
  private static boolean goesOnWithSo(String line, int at) {
    int next = at;
    while (next < line.length() && !Character.isLetterOrDigit(line.charAt(next))) {
      next++;
    }
    return next < line.length() && "STHF".indexOf(line.charAt(next)) >= 0;
  }

  private static List<String> parts(String line) {
    if (!mayEnd(line)) {
      return List.of(line);
    }
    BitSet inside = new BitSet(); // places in formulas and boxes
    Stream.of(TexSpans.formulas(line), TexSpans.boxes(line)).flatMap(List::stream)
        .forEach(span -> inside.set(span.start() + 1, span.end()));
    List<String> parts = new ArrayList<>();
    int from = 0;
    var end = END.matcher(line);
    while (end.find()) {
      int at = end.start();
      if (at > from && !inside.get(at)) {
        parts.add(line.substring(from, at));
        from = end.end();
      }
    }
    parts.add(line.substring(from));
    return parts;
  }

  /// With the lines of a formula as one.
  static String unbroken(String text) {
    StringBuilder line = new StringBuilder(text);
    for (Span formula : TexSpans.formulas(text)) {
      for (int i = formula.start(); i < formula.end(); i++) {
        if (line.charAt(i) == '\n') {
          line.setCharAt(i, ' ');
        }
      }
    }
    return line.toString();
  }
}
