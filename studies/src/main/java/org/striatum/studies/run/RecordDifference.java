package org.striatum.studies.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.RecordJson;

/// The first place where two records differ: numbers by more than a share of the larger, everything else by any difference.
/// Another machine's arithmetic may round differently; a change by hand is larger.
///
/// @param place in the record, such as `layers[3].probes[0].test.value`
/// @param there as it was written
/// @param here as it is now
public record RecordDifference(String place, String there, String here) {
  /// The largest relative difference of two equal figures.
  public static final double TOLERANCE = 1e-9;

  /// Compares.
  ///
  /// @param there JSON of a record
  /// @param here a record of the same type
  public static Optional<RecordDifference> first(byte[] there, Object here, String where) throws BadDataException {
    // Through JSON and back: a float's decimal digits are what was written, not its double.
    return first("", RecordJson.parse(there, JsonNode.class, where),
        RecordJson.parse(RecordJson.compact(here), JsonNode.class, where));
  }

  private static Optional<RecordDifference> first(String place, JsonNode there, JsonNode here) {
    if (there.isNumber() && here.isNumber()) {
      return same(there.doubleValue(), here.doubleValue()) ? Optional.empty() : found(place, there, here);
    }
    if (there.isArray() && here.isArray()) {
      return there.size() != here.size() ? found(place, there, here) : elements(place, there, here);
    }
    if (there.isObject() && here.isObject()) {
      return fields(place, there, here);
    }
    return there.equals(here) ? Optional.empty() : found(place, there, here);
  }

  private static Optional<RecordDifference> elements(String place, JsonNode there, JsonNode here) {
    for (int i = 0; i < there.size(); i++) {
      Optional<RecordDifference> difference = first(place + "[" + i + "]", there.get(i), here.get(i));
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  /// A component that was added later is null where a file was written before: only that may be absent there.
  private static Optional<RecordDifference> fields(String place, JsonNode there, JsonNode here) {
    for (Map.Entry<String, JsonNode> field : here.properties()) {
      if (!there.has(field.getKey()) && !field.getValue().isNull()) {
        return Optional.of(new RecordDifference(place.isEmpty() ? field.getKey() : place + "." + field.getKey(),
            "absent", printed(field.getValue())));
      }
    }
    for (Map.Entry<String, JsonNode> field : there.properties()) {
      String name = place.isEmpty() ? field.getKey() : place + "." + field.getKey();
      JsonNode other = here.get(field.getKey());
      Optional<RecordDifference> difference = other == null
          ? Optional.of(new RecordDifference(name, printed(field.getValue()), "absent"))
          : first(name, field.getValue(), other);
      if (difference.isPresent()) {
        return difference;
      }
    }
    return Optional.empty();
  }

  private static boolean same(double a, double b) {
    return a == b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  }

  private static Optional<RecordDifference> found(String place, JsonNode there, JsonNode here) {
    return Optional.of(new RecordDifference(place, printed(there), printed(here)));
  }

  private static String printed(JsonNode node) {
    return node.isContainerNode() ? node.size() + " entries" : node.asText();
  }
}
