package org.striatum.cli.option;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.Printed;
import org.striatum.probe.run.UsageException;

/// Reads `NAME=NUMBER,…`.
public final class NamedFigures {
  /// No name begins with a digit.
  private static final Pattern DECIMAL_COMMA = Pattern.compile("\\d,\\d");

  private NamedFigures() {}

  /// The figures.
  ///
  /// @param option for the error
  /// @param checked refuses a value outside its range
  /// @throws UsageException on anything else
  public static <E extends Enum<E> & Printed> Map<E, Double> parse(String option, List<String> texts, Class<E> names,
      BiFunction<E, Double, Double> checked) {
    Map<E, Double> figures = new EnumMap<>(names);
    for (String text : texts) {
      if (DECIMAL_COMMA.matcher(text).find()) {
        throw new UsageException(
            option + ": " + DecimalCommas.RULE + ", as a comma separates the elements of a list: found '" + text + "'");
      }
      for (String one : text.split(",", -1)) {
        int equals = one.indexOf('=');
        if (equals < 1) {
          throw new UsageException(option + " must be NAME=NUMBER, found '" + one + "'; the names are "
              + String.join(", ", Printed.names(names)));
        }
        String name = one.substring(0, equals).strip();
        E figure = Printed.find(names, name).orElseThrow(() -> new UsageException(
            option + " must name one of " + String.join(", ", Printed.names(names)) + ", found '" + name + "'"
                + NearestNames.meant(name, Printed.names(names))));
        try {
          figures.put(figure, checked.apply(figure, Double.parseDouble(one.substring(equals + 1).strip())));
        } catch (NumberFormatException _) {
          throw new UsageException(option + ": '" + one.substring(equals + 1) + "' is no number");
        }
      }
    }
    return figures;
  }
}
