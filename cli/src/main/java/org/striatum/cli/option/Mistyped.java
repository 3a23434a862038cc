package org.striatum.cli.option;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.striatum.probe.run.NearestNames;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What is said of a word that no command or option is called. The parser itself lists every word it could not place, the value of a
/// mistyped option too, and where something is missing as well it speaks only of that.
public final class Mistyped {
  /// How the parser quotes one number that it cannot read.
  private static final Pattern DECIMAL_COMMA = Pattern.compile("'[+−-]?\\d*,\\d+' is not a");
  /// How it says that text is no path.
  private static final Pattern NO_PATH = Pattern
      .compile("(?s)'([^']*)' to interface java\\.nio\\.file\\.Path \\(.*InvalidPath");

  private Mistyped() {}

  /// Why a command line was refused, with the names that are near.
  ///
  /// @param also commands whose options are taken too
  public static String explained(ParameterException refused, CommandSpec... also) {
    Matcher path = NO_PATH.matcher(refused.getMessage());
    if (path.find()) {
      return "'" + path.group(1)
          + "' cannot be the name of a file; letters beyond ASCII need a locale that has them, such as "
          + "LC_ALL=C.UTF-8";
    }
    CommandLine line = refused.getCommandLine();
    CommandSpec spec = line.getCommandSpec();
    Optional<String> word = switch (refused) {
      case UnmatchedArgumentException unmatched when !spec.subcommands().isEmpty() ->
        Optional.of(unmatched.getUnmatched().getFirst()); // what follows is of the command that it was meant to be
      case UnmatchedArgumentException unmatched -> first(unmatched.getUnmatched());
      case MissingParameterException _ -> first(line.getUnmatchedArguments()).filter(Mistyped::isOption);
      default -> Optional.empty();
    };
    if (word.isPresent()) {
      return unknown(word.get(), spec, also);
    }
    // What the command `help` says of a name.
    return refused.getArgSpec() == null && refused.getValue() != null && !spec.subcommands().isEmpty()
        ? unknown(refused.getValue(), spec)
        : refused.getMessage() + (DECIMAL_COMMA.matcher(refused.getMessage()).find() ? "; " + DecimalCommas.RULE : "");
  }

  /// Refuses a mistyped option among the values of an option that takes any number of words.
  public static void refuse(CommandSpec spec, List<?> values) {
    first(values.stream().map(Object::toString).toList()).filter(Mistyped::isOption).ifPresent(word -> {
      throw new ParameterException(spec.commandLine(), unknown(word, spec));
    });
  }

  /// The option that is wrong stands before its value, and a value that stands alone took the place of what comes first.
  private static Optional<String> first(List<String> words) {
    return words.stream().filter(Mistyped::isOption).findFirst().or(() -> words.stream().findFirst());
  }

  private static boolean isOption(String word) {
    return word.length() > 1 && word.startsWith("-") && !word.matches("-[\\d.].*");
  }

  private static String unknown(String word, CommandSpec spec, CommandSpec... also) {
    if (isOption(word)) {
      String name = word.replaceFirst("=.*", "");
      List<String> known = new ArrayList<>();
      Stream.concat(Stream.of(spec), Arrays.stream(also)).flatMap(one -> one.options().stream())
          .filter(option -> !option.hidden()).flatMap(option -> Stream.of(option.names()))
          .filter(one -> one.startsWith("--")).distinct().forEach(known::add);
      return "unknown option '" + name + "'" + NearestNames.meant(name, known);
    }
    return spec.subcommands().isEmpty()
        ? "'" + word + "' is one argument too many"
        : "unknown command '" + word + "'" + NearestNames.meant(word, spec.subcommands().keySet());
  }
}
