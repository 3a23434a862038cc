package org.striatum.hooks.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import org.striatum.probe.run.UsageException;

/// A value for a template: `enable_thinking=false`.
///
/// @param value a plain JSON value
public record TemplateArgument(String name, Object value) {
  private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
  private static final Set<String> PYTHON = Set.of("True", "False", "None");
  /// Values that a rendering gives itself.
  static final Set<String> RESERVED = Set.of("messages", "add_generation_prompt");

  public TemplateArgument {
    if (!name.matches("[A-Za-z_]\\w*") || RESERVED.contains(name)) {
      throw new UsageException("a template's argument must be named as a variable, other than %s; found '%s'"
          .formatted(String.join(" and ", RESERVED.stream().sorted().toList()), name));
    }
  }

  /// Reads `NAME=VALUE`, where the value is JSON or one bare word.
  ///
  /// @throws UsageException if it is neither
  public static TemplateArgument parse(String written) {
    int equals = written.indexOf('=');
    if (equals < 1) {
      throw new UsageException("a template's argument is written NAME=VALUE, found '" + written + "'");
    }
    String name = written.substring(0, equals);
    String value = written.substring(equals + 1);
    if (PYTHON.contains(value)) {
      throw new UsageException("'%s' is Python; JSON has true, false and null, or \"%s\" for the text".formatted(value,
          value));
    }
    try {
      return new TemplateArgument(name, JSON.readValue(value, Object.class));
    } catch (JsonProcessingException noJson) {
      if (value.matches("[A-Za-z][\\w-]*")) {
        return new TemplateArgument(name, value);
      }
      throw new UsageException("the value of a template's argument must be JSON or one word, found '" + value + "'",
          noJson);
    }
  }
}
