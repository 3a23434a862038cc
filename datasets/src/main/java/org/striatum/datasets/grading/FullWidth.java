package org.striatum.datasets.grading;

import java.util.function.IntUnaryOperator;

/// Full-width forms of ASCII (U+FF01 to U+FF5E), as models write them in Chinese and Japanese text, and spaces that do not break.
final class FullWidth {
  private static final int FIRST = 0xFF01;
  private static final int LAST = 0xFF5E;
  private static final String SPACES = "\u3000\u00A0\u202F";
  private static final int DISTANCE = FIRST - '!';

  private FullWidth() {}

  /// The same text in ASCII where it has such forms.
  static String narrowed(String text) {
    IntUnaryOperator narrow = c -> SPACES.indexOf(c) >= 0 ? ' ' : c >= FIRST && c <= LAST ? c - DISTANCE : c;
    if (text.chars().allMatch(c -> narrow.applyAsInt(c) == c)) {
      return text;
    }
    StringBuilder narrowed = new StringBuilder(text.length());
    text.chars().map(narrow).forEach(c -> narrowed.append((char) c));
    return narrowed.toString();
  }
}
