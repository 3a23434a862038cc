package org.striatum.cli.option;

import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Decimals written with a comma in an option that is a list: its elements stand between commas, so that `value@1,5%` would be `value@1` and
/// `5%`, and `0,5` two numbers. What can only be a decimal is refused in one line.
public final class DecimalCommas {
  static final String RULE = "decimals are written with a point";

  /// A share with its sign only behind the comma: `value@1,5%`, `1,5%`, but not `top20,5%`.
  private static final Pattern SHARE = Pattern.compile("(?:^|[@,])\\s*(\\d+),(\\d+)%");
  /// A whole number that begins with 0 is a fraction's digits: `0,05`, `1,05`.
  private static final Pattern FRACTION = Pattern.compile("(?:^|,)\\s*([+−-]?\\d+),(0\\d+)\\s*(?=,|$)");
  /// Of a whole list only: `0,5`.
  private static final Pattern BELOW_ONE = Pattern.compile("\\s*([+−-]?0),(\\d+)\\s*");

  private DecimalCommas() {}

  /// Refuses them in every option that was given to a command or to its subcommand.
  ///
  /// @throws ParameterException naming the option, and the number as it is written with a point
  public static void refuse(ParseResult parsed) {
    for (OptionSpec option : parsed.matchedOptions()) {
      if (!option.splitRegex().isEmpty()) {
        option.originalStringValues().forEach(text -> refuse(parsed.commandSpec().commandLine(), option, text));
      }
    }
    if (parsed.hasSubcommand()) {
      refuse(parsed.subcommand());
    }
  }

  private static void refuse(CommandLine line, OptionSpec option, String text) {
    boolean reals = Arrays.stream(option.auxiliaryTypes())
        .anyMatch(type -> type == Double.class || type == double.class);
    Matcher share = SHARE.matcher(text);
    Matcher fraction = FRACTION.matcher(text);
    Matcher below = BELOW_ONE.matcher(text);
    if (share.find()) {
      throw refusal(line, option, text, share, "%", "");
    }
    if (reals && fraction.find()) {
      throw refusal(line, option, text, fraction, "", "");
    }
    if (reals && below.matches()) {
      throw refusal(line, option, text, below, "",
          " (two numbers are %s.0,%s)".formatted(below.group(1), below.group(2)));
    }
  }

  private static ParameterException refusal(CommandLine line, OptionSpec option, String text, Matcher found,
      String unit, String otherwise) {
    return new ParameterException(line, "%s: %s, as a comma separates the elements of a list: %s.%s%s%s, found '%s'"
        .formatted(option.longestName(), RULE, found.group(1), found.group(2), unit, otherwise, text));
  }
}
