package org.striatum.hooks.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/// Python's `strftime` in the C locale.
final class DateFormat {
  private DateFormat() {}

  static String format(String format, LocalDateTime time) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      if (format.charAt(i) != '%') {
        text.append(format.charAt(i));
        continue;
      }
      boolean unpadded = format.startsWith("-", i + 1);
      i += unpadded ? 2 : 1;
      String directive = i < format.length() ? String.valueOf(format.charAt(i)) : "";
      String part = part(directive, time);
      text.append(unpadded && part.length() > 1 && part.startsWith("0") ? part.substring(1) : part);
    }
    return text.toString();
  }

  private static String part(String directive, LocalDateTime time) {
    return switch (directive) {
      case "Y" -> String.valueOf(time.getYear());
      case "y" -> two(time.getYear() % 100);
      case "m" -> two(time.getMonthValue());
      case "B" -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case "b", "h" -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH).substring(0, 3);
      case "d" -> two(time.getDayOfMonth());
      case "A" -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case "a" -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case "j" -> "%03d".formatted(time.getDayOfYear());
      case "H" -> two(time.getHour());
      case "I" -> two(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case "p" -> time.getHour() < 12 ? "AM" : "PM";
      case "M" -> two(time.getMinute());
      case "S" -> two(time.getSecond());
      case "F" -> format("%Y-%m-%d", time);
      case "T" -> format("%H:%M:%S", time);
      case "%" -> "%";
      default -> throw new TemplateException("the date format '%" + directive + "' is not supported");
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }
}
