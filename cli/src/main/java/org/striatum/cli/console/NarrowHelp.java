package org.striatum.cli.console;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/// Help on a terminal that is too narrow for columns: each option on a line of its own, what it does indented below it. The parser's own
/// help breaks words there, and is never narrower than 55 columns.
///
/// @param width columns of the terminal
public record NarrowHelp(int width) {
  private static final String INDENT = "  ";
  private static final String EXAMPLE = "Example:";

  /// Has all commands print their help so.
  public void fit(CommandLine line) {
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>();
    sections.put(UsageMessageSpec.SECTION_KEY_SYNOPSIS,
        help -> wrapped("", "Usage: " + help.synopsis(0).replaceAll("\\[,\\s+", "[,")));
    sections.put(UsageMessageSpec.SECTION_KEY_DESCRIPTION, help -> Stream.of(help.commandSpec().usageMessage()
        .description()).map(text -> wrapped("", text)).collect(Collectors.joining()));
    sections.put(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST, this::parameters);
    sections.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, this::options);
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
        help -> help.subcommands().isEmpty() ? "" : "Commands:\n");
    sections.put(UsageMessageSpec.SECTION_KEY_COMMAND_LIST, help -> help.subcommands().entrySet().stream()
        .filter(one -> !one.getValue().commandSpec().usageMessage().hidden())
        .map(one -> entry(one.getKey(), one.getValue().commandSpec().usageMessage().description()))
        .collect(Collectors.joining()));
    sections.put(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING,
        help -> help.commandSpec().usageMessage().exitCodeList().isEmpty() ? "" : "\nExit codes:\n");
    sections.put(UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST, help -> help.commandSpec().usageMessage().exitCodeList()
        .entrySet().stream().map(code -> wrapped(INDENT, code.getKey() + "  " + code.getValue()))
        .collect(Collectors.joining()));
    sections.put(UsageMessageSpec.SECTION_KEY_FOOTER, help -> paragraphs(help.commandSpec().usageMessage().footer())
        .stream().map(text -> wrapped("", text)).collect(Collectors.joining()));
    line.setHelpSectionMap(sections);
    line.getCommandSpec().usageMessage().sectionKeys(List.copyOf(sections.keySet()));
    line.getSubcommands().values().forEach(command -> new NarrowHelp(width).fit(command));
  }

  /// Examples stand each by itself; other lines were broken for a wider terminal.
  private static List<String> paragraphs(String... lines) {
    List<String> paragraphs = new ArrayList<>();
    for (String line : lines) {
      int last = paragraphs.size() - 1;
      if (last < 0 || Stream.of(line, paragraphs.get(last)).anyMatch(one -> one.isEmpty() || one.startsWith(EXAMPLE))) {
        paragraphs.add(line);
      } else {
        paragraphs.set(last, paragraphs.get(last) + " " + line);
      }
    }
    return paragraphs;
  }

  private String parameters(Help help) {
    return help.commandSpec().positionalParameters().stream().filter(one -> !one.hidden())
        .map(one -> entry(label(help, one), one.description())).collect(Collectors.joining());
  }

  private String options(Help help) {
    Function<OptionSpec, String> name = option -> option.longestName().replaceFirst("^-+", "");
    return help.commandSpec().options().stream().filter(option -> !option.hidden())
        .sorted(Comparator.comparing(name)).map(option -> entry(head(help, option), option.description()))
        .collect(Collectors.joining());
  }

  private static String head(Help help, OptionSpec option) {
    String names = String.join(", ", option.names());
    if (option.negatable()) {
      names = names.replaceFirst("^--", "--[no-]");
    }
    return names + label(help, option);
  }

  private static String label(Help help, ArgSpec one) {
    return help.parameterLabelRenderer().renderParameterLabel(one, Ansi.OFF, List.of()).toString();
  }

  private String entry(String head, String... description) {
    return wrapped(INDENT, head) + Stream.of(description).map(text -> wrapped(INDENT + INDENT, text))
        .collect(Collectors.joining());
  }

  /// Words of a text in lines, each behind an indent; no line of text is an empty one.
  private String wrapped(String indent, String text) {
    String plain = Ansi.OFF.string(text.replace("%n", " ").replace("%%", "%")).strip().replaceAll("\\s+", " ");
    return ScreenText.wrapped(plain, width - indent.length(), plain.isEmpty() ? "" : INDENT).stream()
        .map(line -> (indent + line).stripTrailing() + "\n").collect(Collectors.joining());
  }
}
