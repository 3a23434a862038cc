package org.striatum.datasets.grading;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a text that the token limit cut off leaves open at its end: a number, a word, a formula or a box that may go on.
final class BrokenOff {
  /// The last word, with marks in it: `1` may become 18, `1.` 1.5 and `hal` half.
  private static final Pattern LAST = Pattern
      .compile("(?<![^\\s。，；！？])[^\\s。，；！？]*(?:[\\p{L}\\p{N}]|\\p{N}[.,])\\h*\\z");
  /// The letter of a choice that was asked for in one token.
  private static final Pattern LETTER = Pattern.compile("\\s*\\(?[A-J]\\s*");
  /// A formula without its end.
  private static final Pattern OPEN_FORMULA = Pattern
      .compile("(?<!\\S)\\$[^\\s$]*[^\\s$.,!?]\\z|\\\\[(\\[](?:(?!\\\\[)\\]]).){0,400}\\z", Pattern.DOTALL);
  private static final Pattern BOX = Pattern.compile("\\\\f?boxed\\s*\\{");

  private BrokenOff() {}

  /// The text without what is open at its end.
  static String settled(String text) {
    if (LETTER.matcher(text).matches()) {
      return text;
    }
    int box = openBox(text);
    String closed = box < 0 ? text : text.substring(0, box);
    for (Pattern open : new Pattern[]{LAST, OPEN_FORMULA}) {
      Matcher end = open.matcher(closed);
      if (end.find()) {
        return closed.substring(0, end.start());
      }
    }
    return closed;
  }

  /// Where the last box begins, if its braces do not close; −1 if they do, or there is none.
  private static int openBox(String text) {
    Matcher box = BOX.matcher(text);
    int begin = -1;
    int content = -1;
    while (box.find()) {
      begin = box.start();
      content = box.end();
    }
    int depth = 1;
    for (int i = content; begin >= 0 && i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\\') {
        i++; // of an escaped brace
      } else {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0) {
          return -1;
        }
      }
    }
    return begin;
  }
}
