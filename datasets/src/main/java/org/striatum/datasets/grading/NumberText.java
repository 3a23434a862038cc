package org.striatum.datasets.grading;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Numbers as models write them, reduced to lowest terms: `n` or `n/d`.
final class NumberText {
  private static final String MARK = "####";
  /// A longer number is not an answer, and would take long to reduce.
  private static final int MAX_LENGTH = 200;
  private static final String DIGITS = "(?:\\d{1,3}(?:,\\d{3})++(?!\\d)|\\d++)(?:\\.\\d++)?|\\.\\d++";
  private static final String EXPONENT = "(?:[eE][-+]?\\d{1,3}(?!\\d))?";
  /// A minus is a sign if no term precedes it: not in `10-3`.
  private static final Pattern NUMBER = Pattern
      .compile("(?<sign>(?<![\\w.)}])[-−+])?\\s?\\\\?\\$?\\s?(?<number>(?:" + DIGITS + ")" + EXPONENT
          + ")(?:\\s?/\\s?(?<over>" + DIGITS + "))?");
  private static final Pattern FRACTION = Pattern
      .compile("\\\\[dt]?frac\\s?\\{\\s?(-?[\\d.,]++)\\s?}\\s?\\{\\s?([\\d.,]++)\\s?}|\\\\[dt]?frac\\s?(\\d)\\s?(\\d)");

  private NumberText() {}

  /// The number after the last mark, in the last box, or otherwise the last one.
  static Optional<String> answer(String text) {
    int mark = text.lastIndexOf(MARK);
    if (mark >= 0) {
      Matcher first = NUMBER.matcher(plain(text.substring(mark + MARK.length())));
      return first.find() ? reduced(first) : Optional.empty();
    }
    return last(LatexText.lastBoxed(text).orElse(text));
  }

  /// The number that the whole text is; empty if it is anything else.
  static Optional<String> whole(String text) {
    Matcher matcher = NUMBER.matcher(plain(text).strip());
    return matcher.matches() ? reduced(matcher) : Optional.empty();
  }

  private static Optional<String> last(String text) {
    Matcher matcher = NUMBER.matcher(plain(text));
    Optional<String> last = Optional.empty();
    while (matcher.find()) {
      last = reduced(matcher);
    }
    return last;
  }

  /// LaTeX's fractions and digit groups as plain text.
  private static String plain(String text) {
    String grouped = text.replace("{,}", ",").replace("\\!", "").replace("\\,", "");
    return FRACTION.matcher(grouped)
        .replaceAll(found -> found.group(1) != null
            ? found.group(1) + "/" + found.group(2)
            : found.group(3) + "/" + found.group(4));
  }

  private static Optional<String> reduced(Matcher found) {
    if (found.end() - found.start() > MAX_LENGTH) {
      return Optional.empty();
    }
    BigDecimal number = new BigDecimal(found.group("number").replace(",", ""));
    BigDecimal over = found.group("over") == null
        ? BigDecimal.ONE
        : new BigDecimal(found.group("over").replace(",", ""));
    if (over.signum() == 0) {
      return Optional.empty();
    }
    String sign = found.group("sign");
    BigDecimal signed = sign == null || sign.equals("+") ? number : number.negate();
    // Both to integers by the same power of ten.
    int scale = Math.max(0, Math.max(signed.scale(), over.scale()));
    BigInteger numerator = signed.scaleByPowerOfTen(scale).toBigIntegerExact();
    BigInteger denominator = over.scaleByPowerOfTen(scale).toBigIntegerExact();
    BigInteger common = numerator.gcd(denominator);
    BigInteger lowest = denominator.divide(common);
    return Optional.of(numerator.divide(common) + (lowest.equals(BigInteger.ONE) ? "" : "/" + lowest));
  }
}
