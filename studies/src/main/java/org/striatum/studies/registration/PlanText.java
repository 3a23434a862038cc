package org.striatum.studies.registration;

import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Figures of a plan as text.
final class PlanText {
  private PlanText() {}

  /// With as few digits as it has, at most four behind the point.
  static String figure(double value) {
    return String.format(Locale.ROOT, "%.4f", value).replaceFirst("0+$", "").replaceFirst("\\.$", "");
  }

  /// `83 %`.
  static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }

  /// `1 problem`, `200 problems`.
  static String count(int number, String unit) {
    return number + " " + unit + (number == 1 ? "" : "s");
  }

  /// Those that are there, with commas; `nothing more` without any.
  static String listed(String... parts) {
    String all = Stream.of(parts).filter(Objects::nonNull).collect(Collectors.joining(", "));
    return all.isEmpty() ? "nothing more" : all;
  }
}
