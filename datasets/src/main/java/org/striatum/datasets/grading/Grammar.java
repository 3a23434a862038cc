package org.striatum.datasets.grading;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The rules of `answers.grammar`: which sentences commit a text to an answer, and which units a value may have.
final class Grammar {
  private static final Pattern RULE = Pattern.compile("([a-z-]+) = (.*)");
  private static final Pattern REFERENCE = Pattern.compile("(?<!\\(\\?)<([a-z-]+)>");
  private static final Map<String, String> RULES = read();

  private Grammar() {}

  /// A rule with all that it refers to; letters match in either case.
  ///
  /// @throws IllegalArgumentException if there is no rule of that name
  static Pattern rule(String name) {
    return Pattern.compile(expanded(name), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
  }

  /// Rules never refer to themselves, not even by others.
  private static String expanded(String name) {
    String rule = RULES.get(name);
    if (rule == null) {
      throw new IllegalArgumentException("the grammar of answers has no rule '" + name + "'");
    }
    return REFERENCE.matcher(rule)
        .replaceAll(reference -> Matcher.quoteReplacement("(?:" + expanded(reference.group(1)) + ")"));
  }

  private static Map<String, String> read() {
    Map<String, String> rules = new LinkedHashMap<>();
    String name = "";
    for (String line : text().lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList()) {
      Matcher rule = RULE.matcher(line);
      boolean begins = !line.startsWith(" ") && rule.matches();
      name = begins ? rule.group(1) : name;
      rules.merge(name, alternatives(begins ? rule.group(2) : line), (one, other) -> one + "|" + other);
    }
    return rules;
  }

  private static String alternatives(String line) {
    return Arrays.stream(line.split(" \\| ", -1)).map(String::strip).map(Grammar::expression)
        .collect(Collectors.joining("|"));
  }

  /// A regular expression: a space is white space, and a bracket only groups.
  private static String expression(String alternative) {
    StringBuilder expression = new StringBuilder();
    boolean inClass = false;
    for (int i = 0; i < alternative.length(); i++) {
      char c = alternative.charAt(i);
      boolean groups = c == '(' && !inClass && !alternative.startsWith("(?", i);
      expression.append(c == ' ' ? "\\h" : groups ? "(?:" : String.valueOf(c));
      if (c == '\\' && i + 1 < alternative.length()) {
        expression.append(alternative.charAt(++i));
      }
      inClass = c == '[' || (inClass && c != ']');
    }
    return expression.toString();
  }

  private static String text() {
    try (InputStream stream = Objects.requireNonNull(Grammar.class.getResourceAsStream("answers.grammar"))) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
