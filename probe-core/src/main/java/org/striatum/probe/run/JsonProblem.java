package org.striatum.probe.run;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Says in this program's words why JSON could not be read. The parser's own messages name its classes and settings.
public final class JsonProblem {
  private static final Pattern MISSING = Pattern.compile("Missing (?:required )?creator property '([^']*)'.*",
      Pattern.DOTALL);
  private static final Pattern REPEATED = Pattern.compile("Duplicate field '([^']*)'.*", Pattern.DOTALL);
  private static final int LONGEST = 40;

  private JsonProblem() {}

  /// One line: what was expected, what was found, and the place in the record or in the text.
  public static String said(JsonProcessingException problem) {
    Optional<String> refused = refused(problem);
    if (problem instanceof JsonMappingException mapping && !isOfTheText(mapping)) {
      String place = place(mapping);
      return refused.orElseGet(() -> expected(mapping)) + (place.isEmpty() ? "" : " (at " + place + ")");
    }
    return text(problem) + position(problem.getLocation());
  }

  /// What a record's own check said.
  private static Optional<String> refused(JsonProcessingException problem) {
    return switch (problem.getCause()) {
      case NullPointerException _ -> Optional.of("a value is missing");
      case RuntimeException own when own.getMessage() != null -> Optional.of(
          own.getMessage().lines().findFirst().orElse("not readable"));
      case null, default -> Optional.empty();
    };
  }

  /// Whether a mapping problem only wraps one of the text.
  private static boolean isOfTheText(JsonMappingException mapping) {
    return mapping.getCause() instanceof JsonProcessingException;
  }

  private static String text(JsonProcessingException problem) {
    JsonProcessingException of = problem.getCause() instanceof JsonProcessingException cause ? cause : problem;
    Matcher repeated = REPEATED.matcher(of.getOriginalMessage());
    return switch (of) {
      case JsonEOFException _ -> "the text ends in the middle";
      case StreamConstraintsException _ -> "nested too deep, or a text, name or number is too long";
      case InputCoercionException _ -> "a number is too large for its place";
      default -> repeated.matches()
          ? "'" + repeated.group(1) + "' is given twice"
          : of.getOriginalMessage().startsWith("Invalid UTF-8") ? "not valid UTF-8" : "not valid JSON";
    };
  }

  private static String expected(JsonMappingException mapping) {
    String message = mapping.getOriginalMessage();
    Matcher missing = MISSING.matcher(message);
    if (missing.matches()) {
      return "'" + missing.group(1) + "' is missing";
    }
    if (message.startsWith("No content")) {
      return "expected a value, found nothing";
    }
    if (message.startsWith("Trailing token")) {
      return "expected one value, found more behind it";
    }
    if (mapping instanceof InvalidTypeIdException kind) {
      return kind.getTypeId() == null ? "its kind is missing" : "there is no kind " + cut(kind.getTypeId());
    }
    String found = mapping instanceof InvalidFormatException wrong ? ", found " + cut(wrong.getValue()) : "";
    return mapping instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
        ? "expected " + plain(mismatch.getTargetType()) + found
        : "expected another kind of value" + found;
  }

  /// What a type is in JSON.
  private static String plain(Class<?> type) {
    if (type.isEnum()) {
      return "one of " + Arrays.stream(type.getEnumConstants())
          .map(one -> one instanceof Printed printed ? printed.printed() : one.toString())
          .collect(Collectors.joining(", "));
    }
    if (type == boolean.class || type == Boolean.class) {
      return "true or false";
    }
    if (type == double.class || type == float.class || type == Double.class || type == Float.class) {
      return "a number";
    }
    if (type.isPrimitive() || Number.class.isAssignableFrom(type)) {
      return "a whole number";
    }
    if (type.isArray() || Collection.class.isAssignableFrom(type)) {
      return "a list";
    }
    return type.isRecord() || Map.class.isAssignableFrom(type) ? "an object with names and values" : "a text";
  }

  private static String cut(Object value) {
    String text = value instanceof String ? "\"" + value + "\"" : String.valueOf(value);
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
  }

  private static String place(JsonMappingException mapping) {
    StringBuilder place = new StringBuilder();
    for (JsonMappingException.Reference step : mapping.getPath()) {
      String name = step.getFieldName();
      place.append(name == null ? "[" + step.getIndex() + "]" : place.isEmpty() ? name : "." + name);
    }
    return place.toString();
  }

  private static String position(JsonLocation location) {
    if (location == null || location.getColumnNr() < 1) {
      return "";
    }
    return location.getLineNr() > 1
        ? " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")"
        : " (column " + location.getColumnNr() + ")";
  }
}
