package org.striatum.datasets.grading;

import java.util.List;
import java.util.Locale;

/// A quick look whether a text may hold one of some words, before an expression that cannot match without one of them. Most
/// sentences hold none, and a look costs a hundredth of a long expression.
///
/// @param words of ASCII letters and signs, in small letters
/// @param begins whether a word begins with a small letter, by its code
record AnyWord(List<String> words, long begins) {
  private static final int ASCII = 128;
  private static final int SMALL = 0x20;

  static AnyWord of(String... words) {
    long begins = 0;
    for (String word : words) {
      if (!word.equals(word.toLowerCase(Locale.ROOT)) || !Character.isLetter(word.charAt(0))) {
        throw new IllegalArgumentException("a word must begin with a small letter, found '" + word + "'");
      }
      begins |= bit(word.charAt(0));
    }
    return new AnyWord(List.of(words), begins);
  }

  private static long bit(char letter) {
    return 1L << ((letter | SMALL) & 0x1F);
  }

  /// False only if the text holds none of the words, in whatever case. Letters of other alphabets may stand for one of them.
  boolean mayBeIn(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ASCII) {
        if (Character.isLetter(c) || Character.isSurrogate(c)) {
          return true;
        }
      } else if ((begins & bit(c)) != 0 && beginsAt(text, i)) {
        return true;
      }
    }
    return false;
  }

  private boolean beginsAt(String text, int at) {
    for (String word : words) {
      if (text.regionMatches(true, at, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }
}
