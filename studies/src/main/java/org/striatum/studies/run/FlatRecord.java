package org.striatum.studies.run;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.striatum.probe.run.BadDataException;
import org.striatum.probe.run.FileFormat;
import org.striatum.probe.run.RecordJson;

/// A record's JSON as lines, one per value: how settings and results of any study are shown, whatever their type.
///
/// @param entries in the record's order
public record FlatRecord(List<Entry> entries) {
  /// Longer files are results that are not read line by line.
  private static final long LARGEST = 64 << 20;

  /// One value.
  ///
  /// @param place the path to it, such as `study.training.maxEpochs` or `layers[3].hook`
  /// @param node a plain value or a list of such
  public record Entry(String place, JsonNode node) {
    /// As JSON writes it; text without quotes; a list of plain values in brackets.
    public String value() {
      return printed(node);
    }
  }

  public FlatRecord {
    entries = List.copyOf(entries);
  }

  /// Reads a file of settings or results.
  public static FlatRecord read(Path file) throws IOException {
    if (Files.size(file) > LARGEST) {
      throw new BadDataException(file + " is too large to be shown value by value");
    }
    return of(RecordJson.parse(Files.readAllBytes(file), JsonNode.class, file.toString()));
  }

  /// The entries of a record in memory.
  public static FlatRecord of(Record record) {
    return of(RecordJson.tree(record));
  }

  /// The entries of a record as a tree.
  public static FlatRecord of(JsonNode record) {
    List<Entry> entries = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : record.properties()) {
      if (!field.getKey().equals(FileFormat.KEY)) {
        add(entries, field.getKey(), field.getValue());
      }
    }
    return new FlatRecord(entries);
  }

  private static void add(List<Entry> entries, String place, JsonNode value) {
    if (value.isObject() && !value.isEmpty()) {
      value.properties().forEach(field -> add(entries, place + "." + field.getKey(), field.getValue()));
    } else if (value.isArray() && value.valueStream().anyMatch(JsonNode::isContainerNode)) {
      for (int i = 0; i < value.size(); i++) {
        add(entries, place + "[" + i + "]", value.get(i));
      }
    } else {
      entries.add(new Entry(place, value));
    }
  }

  /// A plain value or a list of such, as [Entry#value] prints it.
  public static String printed(JsonNode value) {
    if (value.isArray()) {
      return "[" + String.join(", ", value.valueStream().map(FlatRecord::printed).toList()) + "]";
    }
    return value.isNull() ? "none" : value.isTextual() ? value.textValue() : value.toString();
  }
}
