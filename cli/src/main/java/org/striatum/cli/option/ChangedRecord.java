package org.striatum.cli.option;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.NearestNames;
import org.striatum.probe.run.RecordJson;
import org.striatum.probe.run.UsageException;

/// A settings record with some values changed by name.
public final class ChangedRecord {
  private ChangedRecord() {}

  /// The record with these values.
  ///
  /// @param changes place, such as `controls.folds` → value; lists as JSON writes them
  /// @throws UsageException if there is no such value, or it has the wrong type
  public static <S extends Record> S of(S record, Map<String, String> changes) {
    ObjectNode tree = (ObjectNode) RecordJson.tree(record);
    changes.forEach((place, value) -> set(tree, place, value));
    try {
      @SuppressWarnings("unchecked")
      Class<S> type = (Class<S>) record.getClass();
      return RecordJson.parse(RecordJson.compact(tree), type, "settings");
    } catch (BadDataException refused) {
      throw new UsageException(refused.getMessage(), refused);
    }
  }

  private static void set(ObjectNode record, String place, String value) {
    ObjectNode within = record;
    String[] names = place.split("\\.", -1);
    for (int i = 0; i < names.length - 1; i++) {
      if (!(within.get(names[i]) instanceof ObjectNode next)) {
        throw unknown(place, names[i], within);
      }
      within = next;
    }
    String last = names[names.length - 1];
    JsonNode was = within.get(last);
    if (was == null || was.isObject()) {
      throw unknown(place, last, within);
    }
    within.set(last, was.isTextual() ? TextNode.valueOf(value) : like(was, place, value));
  }

  /// A value of the same kind as another.
  private static JsonNode like(JsonNode was, String place, String value) {
    Optional<JsonNode> read = json(value);
    if (read.isEmpty() && was.isNull()) {
      return TextNode.valueOf(value);
    }
    return read.filter(is -> was.isNull() || kind(is).equals(kind(was))
        || (is.isNumber() && was.isFloatingPointNumber()))
        .orElseThrow(() -> new UsageException(
            "the setting '%s' is %s, such as %s, found '%s'".formatted(place, kind(was), was, value)));
  }

  private static String kind(JsonNode value) {
    return switch (value.getNodeType()) {
      case NUMBER -> value.isIntegralNumber() ? "a whole number" : "a number";
      case BOOLEAN -> "true or false";
      case ARRAY -> "a list";
      case null, default -> "a text";
    };
  }

  private static Optional<JsonNode> json(String value) {
    try {
      return Optional.of(RecordJson.parse(value.getBytes(StandardCharsets.UTF_8), JsonNode.class, value));
    } catch (BadDataException _) {
      return Optional.empty();
    }
  }

  private static UsageException unknown(String place, String name, ObjectNode within) {
    List<String> known = within.propertyStream().map(Map.Entry::getKey).toList();
    return new UsageException("there is no setting '" + place + "': these are " + String.join(", ", known)
        + NearestNames.meant(name, known));
  }
}
