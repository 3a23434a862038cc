package org.striatum.datasets.grading;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The unit of a value, where it is one of several sizes of the same quantity: 5 km are not 5 cm.
///
/// @param quantity what is measured, with its power: `length`, `length2`
/// @param size in the smallest unit listed
record Measure(String quantity, double size) {
  private static final Pattern TEXT = Pattern
      .compile("\\\\(?:text|textrm|textbf|mathrm|mbox|operatorname)\\s?\\{([^{}]{0,40}+)}|\\\\[ ,;:!]|~");
  private static final Pattern UNIT = Pattern.compile(
      "[\\d})]\\s?((?:square|cubic|sq\\.?)\\s)?([A-Za-z]{1,12}|¢)\\.?\\s?(?:\\^\\s?\\{?([23])}?|([²³]))?\\s?[.$]?\\s*+$");
  private static final Pattern DOLLARS = Pattern.compile("^\\s*+\\$?\\\\\\$\\s?-?\\d[\\d.,]*+\\$?\\s*+$");
  private static final Map<String, Measure> UNITS = units();

  /// The measure that an answer ends with, or the dollars that it begins with.
  static Optional<Measure> of(String answer) {
    String plain = TEXT.matcher(answer).replaceAll(found -> found.group(1) == null
        ? " "
        : Matcher.quoteReplacement(" " + found.group(1) + " ")).replaceAll("\\h{2,}", " ");
    if (DOLLARS.matcher(plain).matches()) {
      return Optional.of(UNITS.get("dollars"));
    }
    Matcher unit = UNIT.matcher(plain.substring(Math.max(0, plain.length() - 80)));
    if (!unit.find()) {
      return Optional.empty();
    }
    Measure measure = UNITS.getOrDefault(unit.group(2), UNITS.get(unit.group(2).toLowerCase(Locale.ROOT)));
    int power = power(unit);
    return Optional.ofNullable(measure)
        .map(one -> power == 1 ? one : new Measure(one.quantity + power, Math.pow(one.size, power)));
  }

  /// A unit behind a value as mathematics writes it; empty if it is none of those listed.
  static String named(String unit) {
    return of("1 " + unit.strip()).isPresent() ? "\\text{ " + unit.strip() + "}" : "";
  }

  private static int power(Matcher unit) {
    String named = unit.group(1) == null ? "" : unit.group(1);
    if (!named.isEmpty()) {
      return named.startsWith("c") ? 3 : 2;
    }
    return "3".equals(unit.group(3)) || "³".equals(unit.group(4))
        ? 3
        : unit.group(3) == null && unit.group(4) == null ? 1 : 2;
  }

  /// Whether both name a unit of the same quantity, of different sizes.
  static boolean differ(String reference, String given) {
    Optional<Measure> expected = of(reference);
    Optional<Measure> actual = of(given);
    return expected.isPresent() && actual.isPresent() && expected.get().quantity.equals(actual.get().quantity)
        && Math.abs(expected.get().size / actual.get().size - 1) > 1e-9;
  }

  private static Map<String, Measure> units() {
    Map<String, Measure> units = new HashMap<>();
    add(units, "length", 1, "mm millimeter millimeters millimetre millimetres");
    add(units, "length", 10, "cm centimeter centimeters centimetre centimetres");
    add(units, "length", 1000, "m meter meters metre metres");
    add(units, "length", 1_000_000, "km kilometer kilometers kilometre kilometres");
    add(units, "length", 25.4, "in inch inches");
    add(units, "length", 304.8, "ft foot feet");
    add(units, "length", 914.4, "yd yard yards");
    add(units, "length", 1_609_344, "mi mile miles");
    add(units, "time", 1, "s sec secs second seconds");
    add(units, "time", 60, "min mins minute minutes");
    add(units, "time", 3600, "h hr hrs hour hours");
    add(units, "time", 86_400, "day days");
    add(units, "time", 604_800, "week weeks");
    add(units, "time", 2_629_800, "month months");
    add(units, "time", 31_557_600, "yr yrs year years");
    add(units, "mass", 1, "mg milligram milligrams");
    add(units, "mass", 1000, "g gram grams");
    add(units, "mass", 1_000_000, "kg kilogram kilograms");
    add(units, "mass", 28_349.523125, "oz ounce ounces");
    add(units, "mass", 453_592.37, "lb lbs pound pounds");
    add(units, "volume", 1, "ml mL milliliter milliliters millilitre millilitres");
    add(units, "volume", 1000, "L l liter liters litre litres");
    add(units, "money", 1, "cent cents ¢");
    add(units, "money", 100, "dollar dollars");
    return Map.copyOf(units);
  }

  private static void add(Map<String, Measure> units, String quantity, double size, String names) {
    for (String name : names.split(" ", -1)) {
      units.put(name, new Measure(quantity, size));
    }
  }
}
