package org.striatum.cli.scan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.StreamSupport;
import org.striatum.probe.run.BadDataException;

/// A scan described in YAML: `checkpoints`, a list, and options of `striatum study` by their long names.
///
///     checkpoints: [series/step*, other-model]
///     tasks: [add, mul]
///     effort: quick
///
/// @param checkpoints as on the command line; relative ones are relative to the file's folder, as are files of problems
/// @param options name, without dashes → values of the option, in order
public record ScanFile(List<String> checkpoints, SequencedMap<String, List<String>> options) {
  private static final String DATA = "data";
  private static final String CHECKPOINTS = "checkpoints";
  private static final long LONGEST = 1 << 20;

  public ScanFile {
    checkpoints = List.copyOf(checkpoints);
    options = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(options));
  }

  /// Reads the file.
  ///
  /// @throws BadDataException if it is not such a description
  public static ScanFile read(Path file) throws IOException {
    if (Files.size(file) > LONGEST) {
      throw new BadDataException(file + ": a scan's description must be at most 1 MiB, found " + Files.size(file));
    }
    JsonNode root;
    try {
      root = new ObjectMapper(new YAMLFactory()).readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException broken) {
      throw new BadDataException(file + " is not valid YAML"
          + (broken.getLocation() == null ? "" : " (line " + broken.getLocation().getLineNr() + ")"), broken);
    }
    if (!root.isObject()) {
      throw new BadDataException(file + " must contain names and values, such as 'tasks: add,mul', found none");
    }
    List<String> checkpoints = new ArrayList<>();
    SequencedMap<String, List<String>> options = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> field : root.properties()) {
      if (field.getKey().equals(CHECKPOINTS)) {
        values(file, field).forEach(path -> checkpoints.add(against(file, path)));
      } else if (field.getKey().equals(DATA)) {
        options.put(DATA, values(file, field).stream().map(path -> against(file, path)).toList());
      } else {
        options.put(field.getKey(), List.of(String.join(",", values(file, field))));
      }
    }
    return new ScanFile(checkpoints, options);
  }

  private static List<String> values(Path file, Map.Entry<String, JsonNode> field) throws BadDataException {
    List<JsonNode> values = field.getValue().isArray()
        ? StreamSupport.stream(field.getValue().spliterator(), false).toList()
        : List.of(field.getValue());
    if (values.isEmpty() || !values.stream().allMatch(value -> value.isValueNode() && !value.isNull())) {
      throw new BadDataException(file + ": '" + field.getKey() + "' must be a value or a list of values");
    }
    return values.stream().map(JsonNode::asText).toList();
  }

  private static String against(Path file, String path) {
    Path folder = file.toAbsolutePath().getParent();
    return folder.resolve(path).toString();
  }
}
