package org.striatum.datasets.grading;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers in words at the beginning of a text: `twelve eggs`, `twenty-five`.
final class NumberWords {
  private static final List<String> ONES = List.of("zero", "one", "two", "three", "four", "five", "six", "seven",
      "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen",
      "nineteen");
  private static final List<String> TENS = List.of("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty",
      "ninety");
  /// `one of them` is no number, nor is `two-thirds`; behind a hundred a text may go on counting.
  private static final Pattern LEADING = Pattern.compile("(?i)(?:(?<tens>%s)(?:[- ](?<unit>%s))?|(?<ones>%s))"
      .formatted(
          String.join("|", TENS), String.join("|", ONES.subList(1, 10)), longestFirst())
      + "(?![\\w-]|\\h(?:of|or|hundred|thousand|million|billion|trillion|dozen|and|to|point|half|halves|thirds?|quarters?|fifths?)\\b)");

  /// `three quarters`, `two-thirds`.
  private static final Pattern FRACTION = Pattern.compile(
      "(?i)(an?|one|two|three|four|five|seven|eight|nine)[- ](half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|eighths?|ninths?|tenths?)\\b");
  private static final List<String> PARTS = List.of("", "", "hal", "third", "quarter", "fifth", "sixth", "seventh",
      "eighth",
      "ninth", "tenth");
  private static final Pattern SIGN = Pattern.compile("(?i)(?:negative|minus)\\h(?=\\d)");

  private NumberWords() {}

  /// The text with the number that it begins with in digits.
  static String digits(String text) {
    Matcher sign = SIGN.matcher(text);
    if (sign.lookingAt()) {
      return "-" + text.substring(sign.end());
    }
    Matcher fraction = FRACTION.matcher(text);
    if (fraction.lookingAt()) {
      return fraction(fraction) + text.substring(fraction.end());
    }
    Matcher words = LEADING.matcher(text);
    if (!words.lookingAt()) {
      return text;
    }
    int value = words.group("ones") != null
        ? index(ONES, words.group("ones"))
        : 10 * (index(TENS, words.group("tens")) + 2)
            + (words.group("unit") == null ? 0 : index(ONES, words.group("unit")));
    return value + text.substring(words.end());
  }

  private static String fraction(Matcher found) {
    String part = found.group(2).toLowerCase(Locale.ROOT).replace("fourth", "quarter");
    int over = 2;
    while (!part.startsWith(PARTS.get(over))) {
      over++;
    }
    return Math.max(1, index(ONES, found.group(1))) + "/" + over;
  }

  private static int index(List<String> words, String word) {
    return words.indexOf(word.toLowerCase(Locale.ROOT));
  }

  /// `seventeen` before `seven`.
  private static String longestFirst() {
    List<String> words = new ArrayList<>(ONES);
    return String.join("|", words.reversed());
  }
}
